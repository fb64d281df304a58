"""Help by staff: requests, and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "helps",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("cart", sa.String(40), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("asked_by", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("helper", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("shopper_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("helper_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.String(12), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("suggested", sa.Text(), nullable=False),
    )
    op.create_index("ix_helps_cart", "helps", ["cart"])
    op.create_index("ix_helps_asked_at", "helps", ["asked_at"])
    op.create_index("ix_helps_ended", "helps", ["ended"])

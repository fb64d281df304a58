"""Members of households, and invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "members",
        sa.Column("cart", sa.String(40), sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("account", sa.String(40), sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_members_account", "members", ["account"])
    op.create_table(
        "invitations",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("cart", sa.String(40), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("role", sa.String(7), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_invitations_cart", "invitations", ["cart"])
    op.create_index("ix_invitations_expires_at", "invitations", ["expires_at"])
    op.add_column(
        "orders", sa.Column("member_of", sa.String(40), server_default="", nullable=False)
    )
    with op.batch_alter_table("outboxes") as table:
        table.alter_column("outbox", type_=sa.String(80), existing_type=sa.String(36))

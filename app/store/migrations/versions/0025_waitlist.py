"""Who waits for units of a product, and units that are offered to them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Take the step."""
    waiting = sa.Column("waiting", sa.Integer(), server_default="0", nullable=False)
    op.add_column("products", waiting)
    offered: sa.Column[bool] = sa.Column(
        "offered", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("holds", offered)
    op.create_table(
        "waitlist",
        sa.Column("account", sa.String(40), sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("sku", sa.String(64), sa.ForeignKey("products.sku"), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("node", sa.String(64)),
        sa.Column("expires_at", sa.BigInteger()),
    )
    op.create_index("waitlist_places", "waitlist", ["sku", "number"])

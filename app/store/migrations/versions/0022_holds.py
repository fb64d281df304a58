"""Units that are held for carts, and the leases of the nodes that serve those."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Take the step."""
    hold = sa.Column("hold", sa.String(8), server_default="never", nullable=False)
    op.add_column("products", hold)
    op.add_column(
        "products", sa.Column("on_hold", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_table(
        "holds",
        sa.Column("account", sa.String(40), sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("sku", sa.String(64), sa.ForeignKey("products.sku"), primary_key=True),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(64)),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("checkout_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_holds_sku", "holds", ["sku"])
    op.create_table(
        "hold_leases",
        sa.Column("node", sa.String(64), primary_key=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
    )

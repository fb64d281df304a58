"""Rates of tax, of products and of what was ordered."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Take the step."""
    op.add_column("products", sa.Column("tax", sa.Integer(), server_default="0", nullable=False))
    op.add_column("order_lines", sa.Column("tax_rate", sa.Integer()))
    op.add_column("orders", sa.Column("taxes", sa.Text(), server_default="[]", nullable=False))

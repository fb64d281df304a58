"""Numbers of invoices."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Take the step."""
    op.add_column("orders", sa.Column("zone", sa.String(64), server_default="UTC", nullable=False))
    op.create_table(
        "invoices",
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("order", sa.String(9), sa.ForeignKey("orders.number"), nullable=False),
        sa.Column("kind", sa.String(11), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("taxes", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
    )
    op.create_index("ix_invoices_order", "invoices", ["order"])
    op.create_index("ix_invoices_issued_at", "invoices", ["issued_at"])
    op.create_table(
        "invoice_counters",
        sa.Column("kind", sa.String(11), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )

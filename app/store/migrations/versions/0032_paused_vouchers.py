"""Vouchers can be paused, and the orders that used one are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

_WITH_ONE = sa.text("voucher <> ''")


def upgrade() -> None:
    """Take the step."""
    op.add_column(
        "vouchers", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "orders_voucher",
        "orders",
        ["voucher"],
        sqlite_where=_WITH_ONE,
        postgresql_where=_WITH_ONE,
    )

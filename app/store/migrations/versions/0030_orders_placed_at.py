"""An index by which the orders of a day are found."""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Take the step."""
    op.create_index("orders_placed_at", "orders", ["placed_at"])

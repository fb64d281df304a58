"""The languages in which orders were placed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Take the step."""
    op.add_column("orders", sa.Column("language", sa.String(35)))

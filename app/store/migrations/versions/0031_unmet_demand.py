"""What was searched for and not found, and what was sold out when somebody wanted it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "unmet_demand",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("wanted", sa.String(8), primary_key=True),
        sa.Column("what", sa.String(400), primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
    )

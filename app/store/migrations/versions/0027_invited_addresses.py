"""The address to which an invitation was sent, for who sent it."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Take the step."""
    op.add_column("invitations", sa.Column("email", sa.String(254)))

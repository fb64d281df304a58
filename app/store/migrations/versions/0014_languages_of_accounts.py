"""An account may choose a language."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Take the step."""
    op.add_column("accounts", sa.Column("language", sa.String(35)))

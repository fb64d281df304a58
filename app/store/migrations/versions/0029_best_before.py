"""An index by which deliveries are found whose best-before date is near."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_DATED = sa.text("best_before IS NOT NULL")


def upgrade() -> None:
    """Take the step."""
    op.create_index(
        "movements_best_before",
        "movements",
        ["best_before"],
        sqlite_where=_DATED,
        postgresql_where=_DATED,
    )

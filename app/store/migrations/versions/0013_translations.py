"""What products, categories and vouchers are called in other languages."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Take the step."""
    for table, column in (("products", "texts"), ("categories", "names"), ("vouchers", "labels")):
        op.add_column(table, sa.Column(column, sa.Text(), server_default="{}", nullable=False))

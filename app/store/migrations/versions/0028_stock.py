"""Barcodes, thresholds, and the log of stock, which begins with what is there."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_NOW_S = {
    "sqlite": "SELECT CAST(strftime('%s', 'now') AS INTEGER)",
    "postgresql": "SELECT CAST(extract(epoch FROM now()) AS BIGINT)",
}
_BEGIN = """
    INSERT INTO movements (sku, moved, kind, units, stock, "at", reason)
    SELECT sku, coalesce((SELECT moved FROM shelf), 0), 'opening', stock, stock, :now_s, ''
    FROM products
"""


def upgrade() -> None:
    """Take the step."""
    op.add_column("products", sa.Column("barcode", sa.String(13)))
    op.add_column("products", sa.Column("low", sa.Integer()))
    op.create_index("products_barcode", "products", ["barcode"], unique=True)
    op.create_table(
        "movements",
        sa.Column("sku", sa.String(64), sa.ForeignKey("products.sku"), primary_key=True),
        sa.Column("moved", sa.BigInteger(), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(40), sa.ForeignKey("accounts.id")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("best_before", sa.String(10)),
        sa.Column("order", sa.String(9), server_default="", nullable=False),
    )
    op.create_index("movements_moved", "movements", ["moved", "sku"])
    op.create_index("movements_at", "movements", ["at"])
    connection = op.get_bind()
    now_s = connection.execute(sa.text(_NOW_S[connection.dialect.name])).scalar_one()
    connection.execute(sa.text(_BEGIN), {"now_s": now_s})

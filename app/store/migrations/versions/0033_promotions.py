"""Promotions and their products, and what they took off the lines of orders."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "promotions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.BigInteger()),
        sa.Column("ends", sa.BigInteger()),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "promotion_products",
        sa.Column("promotion", sa.Integer(), sa.ForeignKey("promotions.id"), primary_key=True),
        sa.Column("sku", sa.String(64), sa.ForeignKey("products.sku"), primary_key=True),
    )
    op.add_column(
        "order_lines", sa.Column("off", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "order_lines", sa.Column("deal", sa.String(100), nullable=False, server_default="")
    )

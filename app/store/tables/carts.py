"""Carts, and the outboxes that are no longer in their bodies."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from app.store.tables.metadata import metadata

carts = Table(
    "carts",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("epoch", String(16), nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

outboxes = Table(
    "outboxes",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("outbox", String(80), primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("left_at", BigInteger, nullable=False),
    Index("outboxes_left", "left_at"),
    Index("outboxes_of_account", "account", "left_at"),
)
"""Outboxes that were evicted from their cart's body: only their last op number is kept.

`account` is the cart's; that of a member of its household stands before the outbox (`outbox_of`).

`left_at` is when the last of them was evicted; `cart_saves` deletes old ones.
"""

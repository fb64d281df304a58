"""What shoppers asked staff for help, who helped, and what became of it."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text

from app.store.tables.metadata import metadata

helps = Table(
    "helps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("cart", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("asked_by", String(40), nullable=False),
    Column("asked_at", BigInteger, nullable=False, index=True),
    Column("helper", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("shopper_seen_at", BigInteger, nullable=False),
    Column("helper_seen_at", BigInteger, nullable=False),
    Column("ended", String(12), nullable=False, index=True),
    Column("ended_at", BigInteger, nullable=False),
    Column("suggested", Text, nullable=False),
)
"""Requests for help; `ended` is empty as long as one goes on. `suggested` is JSON by SKU."""

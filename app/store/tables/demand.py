"""What shoppers wanted and did not get."""

from sqlalchemy import Column, Integer, String, Table

from app.store.tables.metadata import metadata

unmet_demand = Table(
    "unmet_demand",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("wanted", String(8), primary_key=True),
    Column("what", String(400), primary_key=True),
    Column("times", Integer, nullable=False),
)
"""How often on a day, as in 2026-12-01, in the shop's time zone: `what` is a SKU, or the words of a
search. No account is in it."""

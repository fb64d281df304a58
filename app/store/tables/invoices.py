"""Invoices and credit notes, and how many of each there are in a year."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from app.store.tables.metadata import metadata
from app.store.text_columns import TaxTotals

invoices = Table(
    "invoices",
    metadata,
    Column("number", String(16), primary_key=True),
    Column("order", ForeignKey("orders.number"), nullable=False, index=True),
    Column("kind", String(11), nullable=False),
    Column("issued_at", BigInteger, nullable=False, index=True),
    Column("taxes", TaxTotals, nullable=False),
    Column("reason", String(200), nullable=False),
)

invoice_counters = Table(
    "invoice_counters",
    metadata,
    Column("kind", String(11), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""The last number of each kind in each year, in the time zone of its orders."""

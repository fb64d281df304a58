"""Payments by card, their refunds, and what providers told of them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, false

from app.store.tables.metadata import metadata

payments = Table(
    "payments",
    metadata,
    Column("order", ForeignKey("orders.number"), primary_key=True),
    Column("page", String(255), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("reference", String(255), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("authorised", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("capturing", BigInteger),
    Column("expires_at", BigInteger, nullable=False),
    Column("heard", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_check_at", BigInteger, index=True),
    Column("refunds_failed", BigInteger, nullable=False, server_default="0"),
    Column("dispute", String(4), nullable=False, server_default=""),
    Column("recheck_at", BigInteger, index=True),
    Column("troubled", Boolean, nullable=False, server_default=false(), index=True),
)
"""One row for each order that is paid by card.

`next_check_at` is when a server looks next whether there is something to do, NULL for never.
Triggers on `orders` set it to 0 when an order changes its state, so that no way to do that can
forget the money. `recheck_at` is when the provider is asked although there is nothing to do: a hold
may lapse, and a refund may fail, without a word. `troubled` says of some that staff may have to see
to them, so that these are found among all.
"""

refunds = Table(
    "refunds",
    metadata,
    Column("order", ForeignKey("payments.order"), primary_key=True),
    Column("nr", Integer, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("by", ForeignKey("accounts.id")),
    Column("at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
)
"""Written before the provider is asked; `by` is NULL for what goes back with a cancelled order."""

payment_events = Table(
    "payment_events",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("order", String(9), nullable=False),
    Column("kind", String(100), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)
"""What a provider told by itself, so that what it tells twice is known; of any order's number."""

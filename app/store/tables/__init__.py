"""The tables; nothing outside `app.store` sees a row. Times are whole seconds since 1970."""

from app.store.tables.accounts import (
    LONGEST_LANGUAGE,
    accounts,
    addresses,
    devices,
    ended_sessions,
    failures,
    mail_tokens,
    session_counter,
    sessions,
)
from app.store.tables.carts import carts, outboxes
from app.store.tables.catalog import (
    catalog_counter,
    categories,
    edits,
    movements,
    products,
    promotion_products,
    promotions,
    vouchers,
)
from app.store.tables.demand import unmet_demand
from app.store.tables.helps import helps
from app.store.tables.holds import hold_leases, holds, waitlist
from app.store.tables.households import invitations, members
from app.store.tables.invoices import invoice_counters, invoices
from app.store.tables.mails import mails
from app.store.tables.metadata import metadata
from app.store.tables.orders import order_counts, order_lines, orders
from app.store.tables.passkeys import challenges, passkeys, recovery_codes
from app.store.tables.payments import payment_events, payments, refunds

__all__ = [
    "LONGEST_LANGUAGE",
    "accounts",
    "addresses",
    "carts",
    "catalog_counter",
    "categories",
    "challenges",
    "devices",
    "edits",
    "ended_sessions",
    "failures",
    "helps",
    "hold_leases",
    "holds",
    "invitations",
    "invoice_counters",
    "invoices",
    "mail_tokens",
    "mails",
    "members",
    "metadata",
    "movements",
    "order_counts",
    "order_lines",
    "orders",
    "outboxes",
    "passkeys",
    "payment_events",
    "payments",
    "products",
    "promotion_products",
    "promotions",
    "recovery_codes",
    "refunds",
    "session_counter",
    "sessions",
    "unmet_demand",
    "vouchers",
    "waitlist",
]

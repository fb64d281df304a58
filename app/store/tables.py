"""The tables; nothing outside this package sees a row. Times are whole seconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("staff", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("agent", String(200), nullable=False),
)

failures = Table(
    "failures",
    metadata,
    Column("who", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False, index=True),
)
"""Failed sign-ins; `who` is a digest of an e-mail address and a network address."""

addresses = Table(
    "addresses",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("line1", String(100), nullable=False),
    Column("line2", String(100), nullable=False),
    Column("city", String(100), nullable=False),
    Column("postcode", String(16), nullable=False),
)
"""The one with the highest `place` is offered first."""

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
    Column("outbox", String(36), primary_key=True),
    Column("last", BigInteger, nullable=False),
)
"""Outboxes that were evicted from their cart's body: only their last op number is kept."""

categories = Table(
    "categories",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("place", Integer, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("sku", String(64), primary_key=True),
    Column("slug", String(64), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("category", ForeignKey("categories.slug"), nullable=False),
    Column("image", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("stock", Integer, nullable=False),
    Column("sold", Boolean, nullable=False),
    Column("popular", Boolean, nullable=False),
    Column("grams", Integer),
    Column("ml", Integer),
    Column("place", Integer, nullable=False),
    Column("moved", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Index("products_moved", "moved"),
)
"""`place` is the display order; `moved` is the catalogue's revision when the row last changed.

`version` counts the edits of the row by staff, which are in `edits`.
"""

edits = Table(
    "edits",
    metadata,
    Column("sku", ForeignKey("products.sku"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("moved", BigInteger, nullable=False, index=True),
    Column("by", ForeignKey("accounts.id")),
    Column("at", BigInteger, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("changes", Text, nullable=False),
)
"""The audit log of products: who changed what, and why; `version` is the product's new version.

`by` is NULL for a command. `changes` is JSON: for each column its old and its new value.
"""

vouchers = Table(
    "vouchers",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("label", String(100), nullable=False),
    Column("percent", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("minimum", BigInteger, nullable=False),
    Column("starts", BigInteger),
    Column("ends", BigInteger),
    Column("uses_left", Integer),
    Column("uses_each", Integer),
)

orders = Table(
    "orders",
    metadata,
    Column("number", String(9), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("placed_at", BigInteger, nullable=False),
    Column("placed", BigInteger, nullable=False),
    Column("moved", BigInteger, nullable=False, index=True),
    Column("items", Integer, nullable=False),
    Column("subtotal", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("delivery", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("name", String(100), nullable=False),
    Column("line1", String(100), nullable=False),
    Column("line2", String(100), nullable=False),
    Column("city", String(100), nullable=False),
    Column("postcode", String(16), nullable=False),
    Column("pay", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("voucher", String(40), nullable=False),
    Index("orders_key", "account", "key", unique=True),
    Index("orders_of_account", "account", "placed"),
    Index("orders_in_state", "state", "placed"),
)
"""`placed` and `moved` are the catalogue's revisions of the order and of its last change of state.

So `placed` sorts orders as they were committed.
"""

order_lines = Table(
    "order_lines",
    metadata,
    Column("order", ForeignKey("orders.number"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("sku", ForeignKey("products.sku"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("qty", Integer, nullable=False),
    Column("price", BigInteger, nullable=False),
)

catalog_counter = Table(
    "shelf",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("moved", BigInteger, nullable=False),
)
"""One row: the revision, which counts committed changes of products, vouchers and orders."""

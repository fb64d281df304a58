"""Orders and their lines."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, column

from app.store.tables.accounts import LONGEST_LANGUAGE
from app.store.tables.metadata import metadata
from app.store.text_columns import TaxTotals

_HAS_VOUCHER = column("voucher") != ""  # a voucher's orders are few beside all orders

orders = Table(
    "orders",
    metadata,
    Column("number", String(9), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("state", String(16), nullable=False),
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
    Column("taxes", TaxTotals, nullable=False, server_default="[]"),
    Column("zone", String(64), nullable=False, server_default="UTC"),
    Column("language", String(LONGEST_LANGUAGE)),
    Column("member_of", String(40), nullable=False, server_default=""),
    Index("orders_key", "account", "key", unique=True),
    Index("orders_of_account", "account", "placed"),
    Index("orders_in_state", "state", "placed"),
    Index("orders_placed", "placed"),
    Index("orders_placed_at", "placed_at"),
    Index("orders_voucher", "voucher", sqlite_where=_HAS_VOUCHER, postgresql_where=_HAS_VOUCHER),
)
"""`placed` and `moved` are the catalogue's revisions of the order and of its last change of state.

So `placed` sorts orders as they were committed. `taxes` is JSON: rate, net and tax of each rate.
`language` is that of the page on which it was placed, NULL for what came before there was one.
`member_of` is the account whose shared cart was ordered, empty for the own cart.
"""

order_counts = Table(
    "order_counts",
    metadata,
    Column("state", String(16), primary_key=True),
    Column("orders", BigInteger, nullable=False),
)
"""How many orders are in each state. Triggers on `orders` count them."""

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
    Column("tax_rate", Integer),
    Column("off", BigInteger, nullable=False, server_default="0"),
    Column("deal", String(100), nullable=False, server_default=""),
)

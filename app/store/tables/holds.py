"""Units that are held for carts, who waits for some, and leases of the nodes that serve both."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, false

from app.store.tables.metadata import metadata

holds = Table(
    "holds",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("sku", ForeignKey("products.sku"), primary_key=True, index=True),
    Column("qty", Integer, nullable=False),
    Column("node", String(64)),
    Column("expires_at", BigInteger),
    Column("checkout_at", BigInteger, nullable=False),
    Column("offered", Boolean, nullable=False, server_default=false()),
)
"""One row for each line that holds units; the sum of a product is its `on_hold`.

A unit that was `offered` to an account that waited is no line's yet; it is kept until `expires_at`.

Where `expires_at` is NULL, `node` serves a connection of the cart, and the hold lasts as long as
the lease of that node. `qty` is 0 once it has ended, so that the holder can be told; `expires_at`
is when it did then. `checkout_at` is when the account asked for the checkout page last.
"""

waitlist = Table(
    "waitlist",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("sku", ForeignKey("products.sku"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("node", String(64)),
    Column("expires_at", BigInteger),
    Index("waitlist_places", "sku", "number"),
)
"""One row for each account that waits for units of a product; `number` is their order.

It is the revision of the catalogue at which it joined. The account is connected as long as the
lease of `node` or, after its last connection, until `expires_at`.
"""

hold_leases = Table(
    "hold_leases",
    metadata,
    Column("node", String(64), primary_key=True),
    Column("ends_at", BigInteger, nullable=False),
)
"""One row for each node that serves carts with holds; it renews it, unless it was killed."""

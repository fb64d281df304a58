"""Products, categories and vouchers, and the log of what staff changed."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)

from app.store.tables.metadata import metadata
from app.store.text_columns import ProductTexts, TranslatedText

categories = Table(
    "categories",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("place", Integer, nullable=False),
    Column("names", TranslatedText, nullable=False, server_default="{}"),
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
    Column("texts", ProductTexts, nullable=False, server_default="{}"),
    Column("tax", Integer, nullable=False, server_default="0"),
    Column("hold", String(8), nullable=False, server_default="never"),
    Column("on_hold", Integer, nullable=False, server_default="0"),
    Column("waiting", Integer, nullable=False, server_default="0"),
    Column("barcode", String(13)),
    Column("low", Integer),
    Index("products_moved", "moved"),
    Index("products_barcode", "barcode", unique=True),
)
"""`place` is the display order; `moved` is the catalogue's revision when the row last changed.

`version` counts the edits of the row by staff, which are in `edits`. `texts` is JSON, as are the
`names` of categories and the `labels` of vouchers: what is not English, by language. `tax` is a
rate in hundredths of a percent. `on_hold` is the sum of the product's `holds`, and `waiting`
the length of its `waitlist`. Of stock below `low`, or a default, staff are told.
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

movements = Table(
    "movements",
    metadata,
    Column("sku", ForeignKey("products.sku"), primary_key=True),
    Column("moved", BigInteger, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("units", Integer, nullable=False),
    Column("stock", Integer, nullable=False),
    Column("by", ForeignKey("accounts.id")),
    Column("at", BigInteger, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("best_before", String(10)),
    Column("order", String(9), nullable=False, server_default=""),
    Index("movements_moved", "moved", "sku"),
    Index("movements_at", "at"),
    Index(
        "movements_best_before",
        "best_before",
        sqlite_where=text("best_before IS NOT NULL"),
        postgresql_where=text("best_before IS NOT NULL"),
    ),
)
"""The log of stock: rows are added only, in the transaction that changes the stock.

The sum of the `units` of a product is its stock, and `stock` is that sum up to the row. `moved` is
the catalogue's revision of the change, `by` NULL for a command or an order, whose number `order`
is. `best_before` is a date as in 2026-12-01.
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
    Column("labels", TranslatedText, nullable=False, server_default="{}"),
    Column("paused", Boolean, nullable=False, server_default=false()),
)

promotions = Table(
    "promotions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("take", Integer, nullable=False),
    Column("paid", Integer, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("starts", BigInteger),
    Column("ends", BigInteger),
    Column("label", String(100), nullable=False),
    Column("labels", TranslatedText, nullable=False, server_default="{}"),
    Column("paused", Boolean, nullable=False, server_default=false()),
)
"""Lower prices without a code. Nothing but `paused` is ever changed."""

promotion_products = Table(
    "promotion_products",
    metadata,
    Column("promotion", ForeignKey("promotions.id"), primary_key=True),
    Column("sku", ForeignKey("products.sku"), primary_key=True),
)

catalog_counter = Table(
    "shelf",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("moved", BigInteger, nullable=False),
)
"""One row: the revision, which counts committed changes of products, vouchers and orders."""

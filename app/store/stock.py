"""Stock as staff change it: goods received, wasted and counted; and what is low."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select, update

from app.domain.barcodes import Barcode
from app.domain.catalog import Product, Sku
from app.domain.stock import KINDS, LOW_STOCK, NotMoved, StockChange, moved_by
from app.store.catalog import increment_revision, product_of
from app.store.movements import Movement, write_movements
from app.store.product_edits import Editor, find_product
from app.store.tables import products
from app.store.waitlist import serve_waitlists

MOST_LISTED = 100


class Moved(NamedTuple):
    """A product after a movement of so many `units`, with what was offered to its waitlist."""

    product: Product
    units: int


def move_stock(connection: Connection, change: StockChange, editor: Editor) -> Moved | NotMoved:
    """Apply *change*, write it into the log, and offer what is free to those who wait for it."""
    revision = increment_revision(connection)
    if (before := find_product(connection, change.sku)) is None:
        return NotMoved.UNKNOWN
    units = moved_by(before, change)
    if isinstance(units, NotMoved):
        return units
    moved = update(products).where(products.c.sku == change.sku)
    connection.execute(moved.values(stock=products.c.stock + units, moved=revision))
    kind = KINDS[change.act]
    movement = Movement(
        change.sku, kind, units, editor.at_s, editor.by, editor.reason, change.best_before
    )
    write_movements(connection, revision, [movement])
    serve_waitlists(connection, revision, editor.at_s)
    after = find_product(connection, change.sku)
    return NotMoved.UNKNOWN if after is None else Moved(after, units)


def find_by_code(connection: Connection, code: str, barcode: Barcode | None) -> Sku | None:
    """Return the product with that *barcode*, or whose SKU is *code*, if there is one."""
    match = products.c.sku == code
    if barcode is not None:
        match = or_(match, products.c.barcode == barcode)
    found = connection.execute(select(products.c.sku).where(match)).scalar()
    return None if found is None else Sku(found)


def list_low(connection: Connection) -> tuple[Sequence[Product], int]:
    """Return products that are sold and low, or waited for, and how many of those there are.

    Those that most wait for come first, then those of which the fewest are left.
    """
    low = products.c.stock <= func.coalesce(products.c.low, LOW_STOCK)
    is_due = products.c.sold & or_(low, products.c.waiting > 0)
    count = connection.execute(select(func.count()).where(is_due)).scalar_one()
    order = products.c.waiting.desc(), products.c.stock, products.c.place
    rows = connection.execute(select(products).where(is_due).order_by(*order).limit(MOST_LISTED))
    return [product_of(row) for row in rows], count

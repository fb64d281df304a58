"""What is still on the shelf of deliveries with a best-before date."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from app.domain.catalog import Product
from app.domain.stock import MovementKind
from app.store.catalog import product_of
from app.store.tables import movements, products

MOST_LISTED: Final = 200
LOOKED_BACK: Final = timedelta(days=90)
"""What is past its date for longer has long been counted, or written off."""


class DatedStock(NamedTuple):
    """Units of a product with one best-before date."""

    best_before: date
    product: Product
    units: int


def list_dated(connection: Connection, today: date, until: date) -> Sequence[DatedStock]:
    """Return what has a date up to *until*, the earliest date first; at most `MOST_LISTED` rows.

    What came first is sold first, so the units that are left are those of the last deliveries. What
    was added in another way than by a delivery counts as older than all of them.
    """
    later = movements.alias()
    came_later = (
        select(func.coalesce(func.sum(later.c.units), 0))
        .where(
            later.c.sku == movements.c.sku,
            later.c.moved > movements.c.moved,
            later.c.kind == MovementKind.RECEIVED,
        )
        .scalar_subquery()
    )
    left = products.c.stock - came_later
    query = (
        select(products, movements.c.best_before, movements.c.units, left.label("left"))
        .join(movements, movements.c.sku == products.c.sku)
        .where(
            movements.c.best_before >= (today - LOOKED_BACK).isoformat(),
            movements.c.best_before <= until.isoformat(),
            left > 0,
        )
        .order_by(movements.c.best_before, products.c.place)
        .limit(MOST_LISTED)
    )
    units, known = Counter[tuple[str, str]](), dict[str, Product]()
    for row in connection.execute(query):
        units[row.best_before, row.sku] += min(row.units, row.left)
        known[row.sku] = product_of(row)
    return [
        DatedStock(date.fromisoformat(day), known[sku], count)
        for (day, sku), count in units.items()
    ]

"""What is new since a revision, read at once: of the catalogue, and of orders."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from app.store.catalog import CatalogChanges, load_catalog_changes
from app.store.order_moves import OrderMove, load_moved_orders


class News(NamedTuple):
    """What changed in the catalogue, and the orders whose state did."""

    catalog: CatalogChanges
    orders: Sequence[OrderMove] = ()


def load_news(connection: Connection, since: int) -> News:
    """Return what is new since revision *since*; after -1, no orders are."""
    changes = load_catalog_changes(connection, since)
    if not 0 <= since < changes.revision:
        return News(changes)
    return News(changes, load_moved_orders(connection, since, changes.revision))

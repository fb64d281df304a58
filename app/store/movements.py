"""The log of stock: written in the transaction that changes it, and read a page at a time."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    func,
    insert,
    literal,
    select,
)

from app.domain.accounts import AccountId
from app.domain.catalog import ProductText, Sku
from app.domain.languages import Language
from app.domain.paging import After, Start
from app.domain.product_translations import Texts
from app.domain.stock import MovementKind
from app.store.paging import newest_first
from app.store.tables import accounts, movements, products

PAGE_SIZE = 50
PAGE_KEY = (int, str)
"""The types of what a page of the log begins after: the revision of a movement, and the SKU."""
MOST_EXPORTED = 50_000


class Movement(NamedTuple):
    """A change of a product's stock by so many `units`; `by` is None for commands and orders."""

    sku: Sku
    kind: MovementKind
    units: int
    at_s: int
    by: AccountId | None = None
    reason: str = ""
    best_before: date | None = None
    order: str = ""


class MovementEntry(NamedTuple):
    """A movement in the log, and the `stock` after it; `by` is a name, or empty.

    `product` and `unit` are English, and what the product is called today; so are its `texts`.
    """

    sku: Sku
    product: str
    unit: str
    texts: Texts
    kind: MovementKind
    units: int
    stock: int
    by: str
    at_s: int
    reason: str
    best_before: str | None
    order: str
    moved: int

    def text(self, language: Language) -> ProductText:
        """Return what the product is called in *language*."""
        return ProductText(self.product, self.unit).in_language(self.texts.get(language))


class MovementsPage(NamedTuple):
    """Some movements, newest first, and where the next page begins if there is one."""

    entries: list[MovementEntry]
    next_page: After | None


class Filter(NamedTuple):
    """Which movements are meant: those of a product, and of a time whose end is not in it."""

    sku: Sku | None = None
    since_s: int | None = None
    until_s: int | None = None


def write_movements(connection: Connection, revision: int, moved: Iterable[Movement]) -> None:
    """Add *moved* to the log, with the stock as it is in the database now.

    The caller has changed that, under the lock on the catalogue's *revision*.
    """
    rows = [
        {
            "of": one.sku,
            "revision": revision,
            "kind": one.kind,
            "units": one.units,
            "by": one.by,
            "at": one.at_s,
            "reason": one.reason,
            "best_before": one.best_before and one.best_before.isoformat(),
            "order": one.order,
        }
        for one in moved
    ]
    if rows:
        connection.execute(_ADDED, rows)


def begin_movements(connection: Connection, revision: int, at_s: int) -> None:
    """Begin the log of those products that have none with the stock that they have."""
    begun = select(movements.c.sku).where(movements.c.sku == products.c.sku).exists()
    opening = select(
        products.c.sku,
        literal(revision, movements.c.moved.type),
        literal(MovementKind.OPENING, String),
        products.c.stock,
        products.c.stock,
        literal(at_s, movements.c.at.type),
        literal("", String),
    )
    columns = ["sku", "moved", "kind", "units", "stock", "at", "reason"]
    connection.execute(insert(movements).from_select(columns, opening.where(~begun)))


def list_movements(connection: Connection, which: Filter, start: Start) -> MovementsPage:
    """Return a page of the movements that *which* means."""
    key = [movements.c.moved, movements.c.sku]
    rows, after = newest_first(connection, _entries(which), key, start, PAGE_SIZE)
    return MovementsPage([_entry(row) for row in rows], after)


def export_movements(connection: Connection, which: Filter) -> Sequence[MovementEntry]:
    """Return the movements that *which* means, the oldest first: at most the newest so many."""
    newest = _entries(which).order_by(movements.c.moved.desc(), movements.c.sku.desc())
    rows = connection.execute(newest.limit(MOST_EXPORTED)).all()
    return [_entry(row) for row in reversed(rows)]


def sum_movements(connection: Connection) -> dict[Sku, int]:
    """Return the sum of the movements of each product: its stock."""
    query = select(movements.c.sku, func.sum(movements.c.units)).group_by(movements.c.sku)
    return {Sku(sku): int(units) for sku, units in connection.execute(query)}


def _entries(which: Filter) -> Select[Any]:
    product = products.c.name.label("product"), products.c.unit, products.c.texts
    query = (
        select(movements, *product, accounts.c.name)
        .join(products, products.c.sku == movements.c.sku)
        .outerjoin(accounts, accounts.c.id == movements.c.by)
    )
    if which.sku is not None:
        query = query.where(movements.c.sku == which.sku)
    if which.since_s is not None:
        query = query.where(movements.c.at >= which.since_s)
    return query if which.until_s is None else query.where(movements.c.at < which.until_s)


def _entry(row: Row[Any]) -> MovementEntry:
    return MovementEntry(
        Sku(row.sku),
        row.product,
        row.unit,
        row.texts,
        MovementKind(row.kind),
        row.units,
        row.stock,
        row.name or "",
        row.at,
        row.reason,
        row.best_before,
        row.order,
        row.moved,
    )


_ADDED = insert(movements).from_select(
    ["sku", "moved", "kind", "units", "stock", "by", "at", "reason", "best_before", "order"],
    select(
        products.c.sku,
        bindparam("revision", type_=movements.c.moved.type),
        bindparam("kind", type_=String),
        bindparam("units", type_=Integer),
        products.c.stock,
        bindparam("by", type_=String),
        bindparam("at", type_=movements.c.at.type),
        bindparam("reason", type_=String),
        bindparam("best_before", type_=String),
        bindparam("order", type_=String),
    ).where(products.c.sku == bindparam("of", type_=String)),
)

"""The shelf on disk: products, categories and vouchers, and what has moved since."""

from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from app.domain.catalog import Money, Product, Shelf, Sku, Voucher, VoucherCode
from app.store.tables import categories, products, shelf, vouchers


class Category(NamedTuple):
    """A part of the shelf."""

    slug: str
    name: str


class Moves(NamedTuple):
    """What is on the shelf since count `moved`: products that changed, and all vouchers."""

    moved: int
    shelf: Shelf


def load_categories(connection: Connection) -> tuple[Category, ...]:
    """Return the categories in their order."""
    rows = connection.execute(select(categories).order_by(categories.c.place))
    return tuple(Category(row.slug, row.name) for row in rows)


def load_moves(connection: Connection, since: int) -> Moves:
    """Return what moved after count *since*; after -1, everything, in the order of the shelf."""
    moved = connection.execute(select(shelf.c.moved)).scalar() or 0
    if moved == since:
        return Moves(moved, Shelf({}, {}))
    asked = select(products).where(products.c.moved > since).order_by(products.c.place)
    changed = {Sku(row.sku): product_of(row) for row in connection.execute(asked)}
    honoured = {
        VoucherCode(row.code): _voucher(row) for row in connection.execute(select(vouchers))
    }
    return Moves(moved, Shelf(changed, honoured))


def add_voucher(connection: Connection, voucher: Voucher) -> bool:
    """Honour *voucher* from now on; say whether its code was free."""
    free = select(vouchers.c.code).where(vouchers.c.code == voucher.code)
    if connection.execute(free).one_or_none():
        return False
    connection.execute(insert(vouchers).values(asdict(voucher)))
    move(connection)
    return True


def move(connection: Connection) -> int:
    """Count a change of the shelf; the row's lock makes counts follow the order of commits."""
    counted = update(shelf).values(moved=shelf.c.moved + 1).returning(shelf.c.moved)
    moved: int | None = connection.execute(counted).scalar()
    if moved is None:
        moved = 1
        connection.execute(insert(shelf).values(id=1, moved=moved))
    return moved


def product_of(row: Row[Any]) -> Product:
    """Return the product that a row of its table holds."""
    return Product(
        Sku(row.sku),
        row.slug,
        row.name,
        row.unit,
        row.category,
        row.image,
        row.description,
        Money(row.price),
        row.stock,
        row.sold,
        row.popular,
        row.grams,
        row.ml,
        row.version,
    )


def _voucher(row: Row[Any]) -> Voucher:
    return Voucher(
        VoucherCode(row.code),
        row.label,
        row.percent,
        Money(row.amount),
        Money(row.minimum),
        row.starts,
        row.ends,
        row.uses_left,
        row.uses_each,
    )

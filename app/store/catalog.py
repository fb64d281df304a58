"""The catalogue: products, categories and vouchers, and what changed since a revision."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from app.domain.accounts import AccountId
from app.domain.catalog import (
    NO_HOLDERS,
    NO_OFFERS,
    Catalog,
    Category,
    Holders,
    HoldRule,
    Money,
    Offers,
    Product,
    Sku,
    TaxRate,
    Voucher,
    VoucherCode,
)
from app.store.promotions import load_promotions
from app.store.tables import catalog_counter, categories, edits, holds, products, vouchers

_INCREMENT = (
    update(catalog_counter)
    .values(moved=catalog_counter.c.moved + 1)
    .returning(catalog_counter.c.moved)
)


class CatalogChanges(NamedTuple):
    """The catalogue up to `revision`: the products that changed, all vouchers and promotions."""

    revision: int
    catalog: Catalog


def load_categories(connection: Connection) -> tuple[Category, ...]:
    """Return the categories in their order."""
    rows = connection.execute(select(categories).order_by(categories.c.place))
    return tuple(Category(row.slug, row.name, row.names) for row in rows)


def load_catalog_changes(connection: Connection, since: int) -> CatalogChanges:
    """Return what changed after revision *since*; after -1 that is everything, in display order."""
    revision = connection.execute(select(catalog_counter.c.moved)).scalar() or 0
    if revision == since:
        return CatalogChanges(revision, Catalog({}, {}))
    query = select(products).where(products.c.moved > since).order_by(products.c.place)
    changed = {Sku(row.sku): product_of(row) for row in connection.execute(query)}
    all_vouchers = {
        VoucherCode(row.code): voucher_of(row) for row in connection.execute(select(vouchers))
    }
    holders, offers = load_holders(connection, changed.values())
    planned = load_promotions(connection)
    found = Catalog(changed, all_vouchers, holders=holders, offers=offers, planned=planned)
    return CatalogChanges(revision, found)


def load_holders(connection: Connection, of: Iterable[Product]) -> tuple[Holders, Offers]:
    """Return for whom those products are held that can be, and what of that is an offer.

    Nothing is read if none can be.
    """
    can_be = [one.sku for one in of if one.on_hold or one.hold is not HoldRule.NEVER]
    if not can_be:
        return NO_HOLDERS, NO_OFFERS
    holders: dict[Sku, dict[AccountId, int]] = {sku: {} for sku in can_be}
    offers: dict[Sku, dict[AccountId, int]] = {}
    for row in connection.execute(select(holds).where(holds.c.sku.in_(can_be))):
        holders[Sku(row.sku)][AccountId(row.account)] = row.qty
        if row.offered and row.qty:
            offers.setdefault(Sku(row.sku), {})[AccountId(row.account)] = row.expires_at
    return holders, offers


def last_edits(connection: Connection, skus: Collection[Sku]) -> dict[Sku, int]:
    """Return when those of *skus* that were edited last were, in seconds since 1970."""
    newest = select(edits.c.sku, func.max(edits.c.at)).where(edits.c.sku.in_(skus))
    return {Sku(sku): at_s for sku, at_s in connection.execute(newest.group_by(edits.c.sku))}


def increment_revision(connection: Connection) -> int:
    """Count a change of the catalogue or an order, and return the new revision.

    The transaction holds the row's lock until it ends, so revisions grow in the order of commits.
    """
    revision: int | None = connection.execute(_INCREMENT).scalar()
    if revision is None:
        revision = 1
        connection.execute(insert(catalog_counter).values(id=1, moved=revision))
    return revision


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
        row.texts,
        TaxRate(row.tax),
        HoldRule(row.hold),
        row.on_hold,
        row.waiting,
        row.barcode,
        row.low,
    )


def voucher_of(row: Row[Any]) -> Voucher:
    """Return the voucher that a row of its table holds."""
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
        row.labels,
        row.paused,
    )

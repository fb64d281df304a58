"""Edits of products and inventory, and the audit log of them, written in one transaction."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from app.domain.cart import AccountId
from app.domain.catalog import Money, Product, Sku
from app.domain.edits import Changes, Edit, NotEdited, changes, edited
from app.store.catalog import increment_revision, product_of
from app.store.tables import accounts, edits, products

PAGE_SIZE = 50


class Editor(NamedTuple):
    """Who edits, why, and when, in seconds since 1970; `by` is None for a command."""

    by: AccountId | None
    reason: str
    at_s: int


class Entry(NamedTuple):
    """One edit in the audit log; `by` is the editor's name, or empty for a command."""

    sku: Sku
    product: str
    unit: str
    version: int
    by: str
    at_s: int
    reason: str
    changes: Changes


class Log(NamedTuple):
    """Some entries, newest first, and the number of the next page if there is one."""

    entries: list[Entry]
    next_page: int | None


def edit_product(connection: Connection, edit: Edit, editor: Editor) -> Product | NotEdited:
    """Apply *edit*; return the product afterwards, or why it was not edited."""
    return _change(connection, edit.sku, lambda product: edited(product, edit), editor)


def set_product(
    connection: Connection, sku: Sku, price: Money | None, stock: int | None, editor: Editor
) -> Product | NotEdited:
    """Set the price, the stock or both of a product, whatever its version."""

    def change(product: Product) -> Product:
        return replace(
            product,
            price=product.price if price is None else price,
            stock=product.stock if stock is None else stock,
        )

    return _change(connection, sku, change, editor)


def put_product(connection: Connection, product: Product, editor: Editor) -> Product | NotEdited:
    """Replace a product, or add it as the last of the catalogue."""
    if find_product(connection, product.sku) is None:
        return add_product(connection, product, editor)
    return _change(connection, product.sku, lambda _: product, editor)


def add_product(connection: Connection, product: Product, editor: Editor) -> Product | NotEdited:
    """Add *product* as the last of the catalogue, with version 1."""
    revision = increment_revision(connection)
    if find_product(connection, product.sku):
        return NotEdited.MOVED
    added = replace(product, version=1)
    place = select(func.coalesce(func.max(products.c.place) + 1, 0)).scalar_subquery()
    connection.execute(insert(products).values(asdict(added) | {"place": place, "moved": revision}))
    _log(connection, added, changes(None, added), editor, revision)
    return added


def find_product(connection: Connection, sku: Sku) -> Product | None:
    """Return a product as last saved."""
    row = connection.execute(select(products).where(products.c.sku == sku)).one_or_none()
    return product_of(row) if row else None


def list_edits(connection: Connection, sku: Sku | None, page: int) -> Log:
    """Return a page of the log, of one product or of all; pages count from 1."""
    query = _entries() if sku is None else _entries().where(edits.c.sku == sku)
    rows = connection.execute(query.limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)).all()
    shown = [_entry(row) for row in rows[:PAGE_SIZE]]
    return Log(shown, page + 1 if len(rows) > PAGE_SIZE else None)


def newest_edits(connection: Connection, skus: Collection[Sku]) -> dict[Sku, Entry]:
    """Return the last edit of each of *skus* that has one."""
    query = _entries().where(edits.c.sku.in_(skus), edits.c.version == products.c.version)
    return {Sku(row.sku): _entry(row) for row in connection.execute(query)}


def _entries() -> Select[Any]:
    return (
        select(edits, products.c.name.label("product"), products.c.unit, accounts.c.name)
        .join(products, products.c.sku == edits.c.sku)
        .outerjoin(accounts, accounts.c.id == edits.c.by)
        .order_by(edits.c.moved.desc(), edits.c.sku)
    )


def _change(
    connection: Connection,
    sku: Sku,
    change: Callable[[Product], Product | NotEdited],
    editor: Editor,
) -> Product | NotEdited:
    """Change a product; the lock on the revision, taken first, keeps other editors out."""
    revision = increment_revision(connection)
    if (before := find_product(connection, sku)) is None:
        return NotEdited.UNKNOWN
    after = change(before)
    if isinstance(after, NotEdited):
        return after
    if not (changed := changes(before, after)):
        return NotEdited.SAME
    after = replace(after, version=before.version + 1)
    values = {name: now for name, (_, now) in changed.items()}
    values |= {"version": after.version, "moved": revision}
    connection.execute(update(products).where(products.c.sku == sku).values(values))
    _log(connection, after, changed, editor, revision)
    return after


def _log(
    connection: Connection, product: Product, changed: Changes, editor: Editor, revision: int
) -> None:
    connection.execute(
        insert(edits).values(
            sku=product.sku,
            version=product.version,
            moved=revision,
            by=editor.by,
            at=editor.at_s,
            reason=editor.reason,
            changes=json.dumps(changed, ensure_ascii=False),
        )
    )


def _entry(row: Row[Any]) -> Entry:
    changed = {name: (was, now) for name, (was, now) in json.loads(row.changes).items()}
    return Entry(
        Sku(row.sku),
        row.product,
        row.unit,
        row.version,
        row.name or "",
        row.at,
        row.reason,
        changed,
    )

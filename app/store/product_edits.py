"""Edits of products and inventory, and the audit log of them, written in one transaction."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from app.domain.accounts import AccountId
from app.domain.catalog import Product, Sku
from app.domain.edits import Changes, Edit, NotEdited, changes, edited
from app.domain.stock import MovementKind
from app.store.catalog import increment_revision, product_of
from app.store.movements import Movement, write_movements
from app.store.tables import edits, products
from app.store.waitlist import serve_waitlists


class Editor(NamedTuple):
    """Who edits, why, and when, in seconds since 1970; `by` is None for a command."""

    by: AccountId | None
    reason: str
    at_s: int


class ProductValues(NamedTuple):
    """New values of version `seen` of a product; all its values if `seen` is None: it is new."""

    sku: Sku
    seen: int | None
    values: Mapping[str, Any]


def edit_product(connection: Connection, edit: Edit, editor: Editor) -> Product | NotEdited:
    """Apply *edit*; return the product afterwards, or why it was not edited."""
    return _change(connection, edit.sku, lambda product: edited(product, edit), editor)


def set_product(
    connection: Connection, sku: Sku, values: Mapping[str, Any], editor: Editor
) -> Product | NotEdited:
    """Set fields of a product to *values*, whatever its version."""
    return _change(connection, sku, lambda product: replace(product, **values), editor)


def edit_products(
    connection: Connection, batch: Sequence[ProductValues], editor: Editor
) -> list[Product | NotEdited]:
    """Change and add products in one transaction; return each afterwards, or why not.

    `SAME` if a product has the values already, `MOVED` if it was edited since version `seen`.
    """
    revision = increment_revision(connection)
    query = select(products).where(products.c.sku.in_([edit.sku for edit in batch]))
    current = {row.sku: product_of(row) for row in connection.execute(query)}
    results = [
        _unless_taken(connection, _with_values(current.get(edit.sku), edit), current.get(edit.sku))
        for edit in batch
    ]
    after = [product for product in results if isinstance(product, Product)]
    _update(connection, [product for product in after if product.sku in current], revision)
    _insert(connection, [product for product in after if product.sku not in current], revision)
    pairs = [(current.get(one.sku), one) for one in after]
    _write_movements(connection, revision, pairs, editor)
    serve_waitlists(connection, revision, editor.at_s)
    entries = [
        _edit_row(one, changes(current.get(one.sku), one), editor, revision) for one in after
    ]
    if entries:
        connection.execute(insert(edits), entries)
    return results


def _with_values(before: Product | None, edit: ProductValues) -> Product | NotEdited:
    if before is None:
        if edit.seen is not None:
            return NotEdited.UNKNOWN
        return Product(sku=edit.sku, **edit.values, version=1)
    after = replace(before, **edit.values)
    if after == before:
        return NotEdited.SAME
    if edit.seen != before.version:
        return NotEdited.MOVED
    return replace(after, version=before.version + 1)


def _unless_taken(
    connection: Connection, after: Product | NotEdited, before: Product | None
) -> Product | NotEdited:
    """Return *after*, or `TAKEN` if it has got a barcode that another product has."""
    if isinstance(after, NotEdited) or not after.barcode:
        return after
    if before and before.barcode == after.barcode:
        return after
    holder = select(products.c.sku).where(products.c.barcode == after.barcode)
    return NotEdited.TAKEN if connection.execute(holder).first() else after


def _write_movements(
    connection: Connection,
    revision: int,
    pairs: Sequence[tuple[Product | None, Product]],
    editor: Editor,
) -> None:
    """Write down by how much the stock of products has changed, or begun, with an edit."""
    moved = [
        Movement(
            after.sku,
            MovementKind.EDITED if before else MovementKind.OPENING,
            after.stock - (before.stock if before else 0),
            editor.at_s,
            editor.by,
            editor.reason,
        )
        for before, after in pairs
        if before is None or before.stock != after.stock
    ]
    write_movements(connection, revision, moved)


def _update(connection: Connection, changed: Sequence[Product], revision: int) -> None:
    """Write *changed*; the lock on the revision keeps the stock that was read as it is."""
    if not changed:
        return
    values: dict[str, Any] = {
        field.name: bindparam(f"new_{field.name}") for field in fields(Product)
    }
    written = update(products).where(products.c.sku == values.pop("sku"))
    rows = [{f"new_{name}": value for name, value in asdict(one).items()} for one in changed]
    connection.execute(written.values(values | {"moved": revision}), rows)


def _insert(connection: Connection, added: Sequence[Product], revision: int) -> None:
    """Write *added* as the last of the catalogue."""
    if not added:
        return
    first = connection.execute(
        select(func.coalesce(func.max(products.c.place) + 1, 0))
    ).scalar_one()
    rows = [
        asdict(product) | {"place": first + number, "moved": revision}
        for number, product in enumerate(added)
    ]
    connection.execute(insert(products), rows)


def add_product(connection: Connection, product: Product, editor: Editor) -> Product | NotEdited:
    """Add *product* as the last of the catalogue, with version 1."""
    revision = increment_revision(connection)
    if find_product(connection, product.sku):
        return NotEdited.MOVED
    added = _unless_taken(connection, replace(product, version=1), None)
    if isinstance(added, NotEdited):
        return added
    _insert(connection, [added], revision)
    _write_movements(connection, revision, [(None, added)], editor)
    entry = _edit_row(added, changes(None, added), editor, revision)
    connection.execute(insert(edits).values(entry))
    return added


def find_product(connection: Connection, sku: Sku) -> Product | None:
    """Return a product as last saved."""
    row = connection.execute(select(products).where(products.c.sku == sku)).one_or_none()
    return product_of(row) if row else None


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
    after = _unless_taken(connection, change(before), before)
    if isinstance(after, NotEdited):
        return after
    if not (changed := changes(before, after)):
        return NotEdited.SAME
    after = replace(after, version=before.version + 1)
    _update(connection, [after], revision)
    _write_movements(connection, revision, [(before, after)], editor)
    serve_waitlists(connection, revision, editor.at_s)
    connection.execute(insert(edits).values(_edit_row(after, changed, editor, revision)))
    return after


def _edit_row(product: Product, changed: Changes, editor: Editor, revision: int) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "version": product.version,
        "moved": revision,
        "by": editor.by,
        "at": editor.at_s,
        "reason": editor.reason,
        "changes": json.dumps(changed, ensure_ascii=False),
    }

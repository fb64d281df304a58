"""Edits of products and inventory, and the audit log of them, written in one transaction."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from app.domain.accounts import AccountId
from app.domain.catalog import Product, ProductText, Sku
from app.domain.edits import Changes, Edit, NotEdited, changes, edited
from app.domain.languages import Language
from app.domain.paging import After, Start
from app.domain.product_translations import Texts
from app.store.catalog import increment_revision, product_of
from app.store.paging import newest_first
from app.store.tables import accounts, edits, products
from app.store.waitlist import serve_waitlists

PAGE_SIZE = 50
PAGE_KEY = (int, str)
"""The types of what a page of the log begins after: the revision of an edit, and the SKU."""


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


class Entry(NamedTuple):
    """One edit in the audit log; `by` is the editor's name, or empty for a command.

    `product` and `unit` are English, and what the product is called today; so are its `texts`.
    """

    sku: Sku
    product: str
    unit: str
    version: int
    by: str
    at_s: int
    reason: str
    changes: Changes
    texts: Texts

    def text(self, language: Language) -> ProductText:
        """Return what the product is called in *language*."""
        return ProductText(self.product, self.unit).in_language(self.texts.get(language))


class Log(NamedTuple):
    """Some entries, newest first, and where the next page begins if there is one."""

    entries: list[Entry]
    next_page: After | None


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
    results = [_with_values(current.get(edit.sku), edit) for edit in batch]
    after = [product for product in results if isinstance(product, Product)]
    _update(connection, [product for product in after if product.sku in current], revision)
    _insert(connection, [product for product in after if product.sku not in current], revision)
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
    added = replace(product, version=1)
    _insert(connection, [added], revision)
    entry = _edit_row(added, changes(None, added), editor, revision)
    connection.execute(insert(edits).values(entry))
    return added


def find_product(connection: Connection, sku: Sku) -> Product | None:
    """Return a product as last saved."""
    row = connection.execute(select(products).where(products.c.sku == sku)).one_or_none()
    return product_of(row) if row else None


def find_edit(connection: Connection, sku: Sku, version: int) -> Changes | None:
    """Return what the edit that made *version* of a product changed."""
    query = select(edits.c.changes).where(edits.c.sku == sku, edits.c.version == version)
    changed = connection.execute(query).scalar()
    return None if changed is None else _changes(changed)


def list_edits(connection: Connection, sku: Sku | None, start: Start) -> Log:
    """Return a page of the log, of one product or of all."""
    query = _entries() if sku is None else _entries().where(edits.c.sku == sku)
    key = [edits.c.moved, edits.c.sku]
    rows, after = newest_first(connection, query, key, start, PAGE_SIZE)
    return Log([_entry(row) for row in rows], after)


def newest_edits(connection: Connection, skus: Collection[Sku]) -> dict[Sku, Entry]:
    """Return the last edit of each of *skus* that has one."""
    query = _entries().where(edits.c.sku.in_(skus), edits.c.version == products.c.version)
    return {Sku(row.sku): _entry(row) for row in connection.execute(query)}


def _entries() -> Select[Any]:
    product = products.c.name.label("product"), products.c.unit, products.c.texts
    return (
        select(edits, *product, accounts.c.name)
        .join(products, products.c.sku == edits.c.sku)
        .outerjoin(accounts, accounts.c.id == edits.c.by)
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
    _update(connection, [after], revision)
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


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        Sku(row.sku),
        row.product,
        row.unit,
        row.version,
        row.name or "",
        row.at,
        row.reason,
        _changes(row.changes),
        row.texts,
    )


def _changes(text: str) -> Changes:
    return {name: (was, now) for name, (was, now) in json.loads(text).items()}

"""The audit log of products, a page at a time; `product_edits.py` writes it."""

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, select

from app.domain.catalog import ProductText, Sku
from app.domain.edits import Changes
from app.domain.languages import Language
from app.domain.paging import After, Start
from app.domain.product_translations import Texts
from app.store.paging import newest_first
from app.store.tables import accounts, edits, products

PAGE_SIZE = 50
PAGE_KEY = (int, str)
"""The types of what a page of the log begins after: the revision of an edit, and the SKU."""


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

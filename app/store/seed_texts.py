"""Adds texts in other languages to a catalogue that was seeded before the file had them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select, update

from app.domain.catalog import Product
from app.store.catalog import increment_revision, load_catalog_changes
from app.store.product_edits import Editor, ProductValues, edit_products
from app.store.seed import CATALOGUE, Row, category_rows, product_rows, voucher_rows
from app.store.tables import categories, vouchers
from app.store.toml_file import read_toml


def add_texts(connection: Connection, editor: Editor, catalogue: Path = CATALOGUE) -> int:
    """Translate what is called in English as in *catalogue*, and return how many rows changed.

    A language that a row has already stays as it is. Products change as by an edit of *editor*.
    Raises UnusableFile.
    """
    with read_toml(catalogue) as data:
        groups, sold, offers = category_rows(data), product_rows(data), voucher_rows(data)
    named = _translate(connection, categories, ("slug", "name", "names"), groups)
    labelled = _translate(connection, vouchers, ("code", "label", "labels"), offers)
    if named + labelled:
        increment_revision(connection)
    known = load_catalog_changes(connection, -1).catalog.products
    batch = [
        ProductValues(product.sku, product.version, {"texts": texts})
        for row in sold
        if (product := known.get(row["sku"])) and (texts := _missing(product, row))
    ]
    return named + labelled + (len(edit_products(connection, batch, editor)) if batch else 0)


def _translate(
    connection: Connection, table: Table, columns: tuple[str, str, str], rows: list[Row]
) -> int:
    """Update the rows of a small *table* by its columns of the key, English text and others."""
    key, text, others = columns
    known = {row[key]: row for row in connection.execute(select(table)).mappings()}
    changed = 0
    for row in rows:
        found = known.get(row[key])
        if found and found[text] == row[text] and row[others].keys() - found[others].keys():
            where = update(table).where(table.c[key] == row[key])
            connection.execute(where.values({others: {**row[others], **found[others]}}))
            changed += 1
    return changed


def _missing(product: Product, row: Row) -> Mapping[Any, Any]:
    """Return all texts of *product* with those of *row* that it lacks; nothing if it lacks none."""
    is_as_seeded = all(getattr(product, name) == row[name] for name in ("name", "unit"))
    if not is_as_seeded or not row["texts"].keys() - product.texts.keys():
        return {}
    return {**row["texts"], **product.texts}

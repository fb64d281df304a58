"""Products in a CSV file: all of them exported, and a file imported as a whole or not at all.

The columns are those of `app.domain.product_text`, and `version`, by which a product that was
edited since the export is refused (optimistic locking).
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple

from sqlalchemy import Connection

from app.domain.catalog import Product, Sku
from app.domain.edits import changes
from app.domain.product_text import COLUMNS, Fault, Known, read_product, write_product
from app.store.catalog import load_catalog_changes, load_categories
from app.store.product_edits import Editor, put_product

VERSION = "version"
LONGEST_REASON = 200


class Row(NamedTuple):
    """A row of a file: the number of the line it ends on, and its cells by column."""

    line: int
    cells: Mapping[str, str]


class RowFault(NamedTuple):
    """What is wrong on a line of a file."""

    line: int
    fault: Fault


class BadProductFile(Exception):
    """The file is no table of products; the text is a sentence that says why."""


class BadRows(Exception):
    """Rows of the file cannot be imported; nothing was changed."""

    def __init__(self, faults: Sequence[RowFault]):
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class Imported(NamedTuple):
    """How many products an import added, changed and left as they were.

    `stock_kept` is how many have another stock in the file, which was not to be set.
    """

    added: int
    changed: int
    unchanged: int
    stock_kept: int


class _Plan(NamedTuple):
    """The products of a file without faults."""

    products: list[Product]
    stock_kept: int


def export_products(connection: Connection, file: IO[str]) -> int:
    """Write all products to *file*, in the order of the catalogue; return how many."""
    products = _products(connection)
    writer = csv.DictWriter(file, (*COLUMNS, VERSION), lineterminator="\n")
    writer.writeheader()
    for product in products.values():
        writer.writerow(write_product(product) | {VERSION: product.version})
    return len(products)


def import_products(
    connection: Connection, path: Path, images: Collection[str], now_s: int, *, sets_stock: bool
) -> Imported:
    """Add and change products as the file at *path* says; each change goes into the audit log.

    *images* are the pictures that a product can have. Without *sets_stock*, the stock of products
    that exist stays as it is. Raises `BadProductFile` or `BadRows`.
    """
    current = _products(connection)
    categories = [category.slug for category in load_categories(connection)]
    plan = _plan(_read_rows(path), current, Known(categories, images), sets_stock=sets_stock)
    edited = [product for product in plan.products if changes(current.get(product.sku), product)]
    editor = Editor(None, f"shop product import {path.name}"[:LONGEST_REASON], now_s)
    for product in edited:
        put_product(connection, product, editor)
    added = sum(product.sku not in current for product in edited)
    return Imported(added, len(edited) - added, len(plan.products) - len(edited), plan.stock_kept)


def _products(connection: Connection) -> Mapping[Sku, Product]:
    return load_catalog_changes(connection, -1).catalog.products


def _read_rows(path: Path) -> Iterator[Row]:
    """Read a CSV file whose first row names its columns; it may begin with a byte order mark."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="", strict=True)
            _check_columns(path, reader.fieldnames or ())
            for cells in reader:
                yield Row(reader.line_num, cells)
    except FileNotFoundError:
        raise BadProductFile(f"there is no file {path}.") from None
    except UnicodeDecodeError:
        raise BadProductFile(f"{path} is not in UTF-8. Save it as “CSV UTF-8”.") from None
    except csv.Error as error:
        raise BadProductFile(f"{path} is not CSV: {error}.") from None


def _check_columns(path: Path, names: Iterable[str]) -> None:
    unknown = ", ".join(sorted({*names} - {*COLUMNS, VERSION}))
    if "sku" not in names or unknown:
        what = f"there is a column “{unknown}”" if unknown else "there is no column “sku”"
        raise BadProductFile(f"{path}: {what}; there can be {', '.join((*COLUMNS, VERSION))}.")


def _plan(
    rows: Iterable[Row], current: Mapping[Sku, Product], known: Known, *, sets_stock: bool
) -> _Plan:
    """Return the products that *rows* describe; raises `BadRows` with every fault of them all."""
    faults: list[RowFault] = []
    products: dict[Sku, Product] = {}
    stock_kept = 0
    for line, cells in rows:
        before = current.get(Sku(cells["sku"].strip()))
        product = _read_cells(cells, before, known)
        if isinstance(product, list):
            faults += [RowFault(line, fault) for fault in product]
            continue
        if product.sku in products:
            repeated = Fault("sku", f"“{product.sku}” stands here a second time")
            faults.append(RowFault(line, repeated))
        if before and not sets_stock:
            stock_kept += product.stock != before.stock
            product = replace(product, stock=before.stock)
        products[product.sku] = product
    if faults:
        raise BadRows(faults)
    return _Plan([*products.values()], stock_kept)


def _read_cells(
    cells: Mapping[str, str], before: Product | None, known: Known
) -> Product | list[Fault]:
    """Return the product that *cells* describe; cells that are empty are as they were *before*."""
    if "" in cells:
        return [Fault("sku", "this row has more cells than there are columns")]
    filled = {name: text for name, text in cells.items() if text.strip()}
    product = read_product((write_product(before) if before else {}) | filled, known)
    version = filled.get(VERSION, "").strip()
    if before and version and version != str(before.version):
        why = f"“{before.sku}” was edited after this file was written, so its row is out of date"
        return [Fault(VERSION, f"{why}; export again")]
    return product

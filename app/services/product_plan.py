"""What a file of products changes, found out before any of it is written.

The columns are those of `app.domain.product_text`, those of texts in other languages, and
`version`, by which a product that was edited since the export is refused (optimistic locking).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from app.domain.catalog import Product, Sku
from app.domain.currency import Currency
from app.domain.product_faults import Fault, FaultCode
from app.domain.product_text import (
    Known,
    holds_too_much,
    read_count,
    read_product,
    read_values,
    write_product,
)
from app.domain.product_translations import is_translated, with_texts
from app.domain.spreadsheet import is_misread
from app.i18n.languages import other_languages
from app.services.product_table import TEXT_COLUMNS, VERSION, Row
from app.store.catalog import load_catalog_changes, load_categories
from app.store.product_edits import ProductValues
from app.store.product_log import find_edit

HIGHEST_VERSION: Final = 2**31 - 1


class RowFault(NamedTuple):
    """What is wrong on a line of a file."""

    line: int
    fault: Fault


class BadRows(Exception):
    """Rows of the file cannot be imported; nothing was changed."""

    def __init__(self, faults: Sequence[RowFault]):
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class PlannedEdit(NamedTuple):
    """What a line of a file changes in a product, or the whole of a new one."""

    line: int
    edit: ProductValues


class Plan(NamedTuple):
    """What a file without faults changes, and how many of its products are so already.

    `stock_kept` is how many have another stock in the file, which was not to be set.
    """

    edits: Sequence[PlannedEdit]
    unchanged: int
    stock_kept: int


def plan_import(
    connection: Connection,
    rows: Sequence[Row],
    images: Collection[str],
    currency: Currency,
    *,
    sets_stock: bool,
) -> Plan:
    """Return what *rows*, with prices in *currency*, change by the products as they are now.

    *images* are the pictures that a product can have. Without *sets_stock*, the stock of products
    that exist stays as it is. Raises `BadRows` with every fault of all rows.
    """
    slugs = [category.slug for category in load_categories(connection)]
    known = Known(slugs, images, other_languages(), currency)
    planner = _Planner(connection, known, sets_stock=sets_stock)
    for row in rows:
        planner.take(row)
    if planner.faults:
        raise BadRows(planner.faults)
    return Plan(planner.edits, planner.unchanged, planner.stock_kept)


class _Planner:
    """Collects what rows change, and what is wrong with them."""

    def __init__(self, connection: Connection, known: Known, *, sets_stock: bool):
        self.faults: list[RowFault] = []
        self.edits: list[PlannedEdit] = []
        self.unchanged = self.stock_kept = 0
        self._connection = connection
        self._current = load_catalog_changes(connection, -1).catalog.products
        self._known = known
        self._sets_stock = sets_stock
        self._seen: set[str] = set()
        self._barcodes = {one.barcode: one.sku for one in self._current.values() if one.barcode}

    def take(self, row: Row) -> None:
        """Plan what *row* changes, or note its faults."""
        before = self._current.get(Sku(row.cells.get("sku", "").strip()))
        values = self._values(row, before)
        if isinstance(values, list):
            self.faults += [RowFault(row.line, fault) for fault in values]
            return
        sku = before.sku if before else values.pop("sku")
        if sku in self._seen:
            repeated = Fault("sku", FaultCode.SKU_TWICE, {"sku": sku})
            self.faults.append(RowFault(row.line, repeated))
        self._seen.add(sku)
        barcode = values.get("barcode")
        if barcode and self._barcodes.setdefault(barcode, sku) != sku:
            taken = Fault("barcode", FaultCode.BARCODE_TAKEN, {"typed": barcode})
            self.faults.append(RowFault(row.line, taken))
        if not values:
            self.unchanged += 1
            return
        seen = before.version if before else None
        self.edits.append(PlannedEdit(row.line, ProductValues(sku, seen, values)))

    def _values(self, row: Row, before: Product | None) -> dict[str, Any] | list[Fault]:
        """Return the values that *row* gives a product that was *before*, or a new one."""
        if row.too_many:
            return [Fault("sku", FaultCode.TOO_MANY_CELLS)]
        if not row.cells.get("sku", "").strip():
            return [Fault("sku", FaultCode.SKU_MISSING)]
        if before is None:
            return _new_values(row.cells, self._known)
        values = _changed_values(row.cells, before, self._known)
        version = row.cells.get(VERSION, "").strip()
        if version and version != str(before.version):
            is_in = isinstance(values, dict) and self._is_in_already(before, version, values)
            return {} if is_in else [_out_of_date(before, version)]
        if isinstance(values, list):
            return values
        if "stock" in values and not self._sets_stock:
            self.stock_kept += 1
            del values["stock"]
        return values

    def _is_in_already(self, before: Product, version: str, values: Mapping[str, Any]) -> bool:
        """Say whether an earlier import of this row made *before* of that version.

        Stock may have been sold since. If this row was not to set it, it is not compared.
        """
        seen = read_count(version, HIGHEST_VERSION)
        if seen is None or seen >= before.version:
            return False
        if {*values} - {"stock"}:
            return False
        if not values or not self._sets_stock:
            return True
        done = find_edit(self._connection, before.sku, seen + 1) or {}
        was_set = done.get("stock", (None, None))[1] == values["stock"]
        return was_set and before.version == seen + 1


def _changed_values(
    cells: Mapping[str, str], before: Product, known: Known
) -> dict[str, Any] | list[Fault]:
    """Return the values by which *cells* differ from *before*.

    An empty cell says nothing, but that of a translation takes it away. A cell that is as it was
    exported is not read, so it need not be valid any more.
    """
    was = {name: text.strip() for name, text in write_product(before, known.currency).items()}
    texts = {name: text.strip() for name, text in cells.items() if name not in {"sku", VERSION}}
    changed = {
        name: text
        for name, text in texts.items()
        if (text or is_translated(name)) and text != was.get(name, "")
    }
    misread = [
        Fault(name, FaultCode.OTHER_ENCODING, {"was": was[name]})
        for name, text in changed.items()
        if (name in TEXT_COLUMNS or is_translated(name)) and is_misread(text, was.get(name, ""))
    ]
    values = misread or read_values(changed, known)
    if isinstance(values, list):
        return values
    values = with_texts(values, before.texts)
    values = {name: value for name, value in values.items() if value != getattr(before, name)}
    return holds_too_much(replace(before, **values)) or values


def _new_values(cells: Mapping[str, str], known: Known) -> dict[str, Any] | list[Fault]:
    """Return the values of a product that is not there yet."""
    product = read_product(cells, known)
    if isinstance(product, Product):
        return {name: value for name, value in asdict(product).items() if name != VERSION}
    new = {"sku": cells["sku"].strip()}
    return [
        fault
        if cells.get(fault.column, "").strip()
        else Fault(fault.column, FaultCode.VALUE_MISSING, new)
        for fault in product
    ]


def _out_of_date(before: Product, version: str) -> Fault:
    if read_count(version, HIGHEST_VERSION) is None:
        return Fault(VERSION, FaultCode.NOT_A_VERSION, {"typed": version})
    return Fault(VERSION, FaultCode.OUT_OF_DATE, {"sku": before.sku})

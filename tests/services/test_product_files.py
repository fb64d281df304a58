"""Products exported to a CSV file, and imported from one: in slices, all checked before."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine

from app.domain.catalog import Money, Product, ProductText, Sku
from app.domain.languages import Language
from app.domain.product_text import COLUMNS
from app.domain.product_translations import columns_of
from app.services.product_fault_texts import fault_text
from app.services.product_files import ProductImport
from app.services.product_plan import BadRows, plan_import
from app.services.product_table import VERSION, BadProductFile, read_table, write_table
from app.store.catalog import load_catalog_changes
from app.store.product_edits import Editor, edit_products, set_product
from app.store.product_log import Entry, list_edits
from app.store.queries import run_query
from tests.examples import APPLES, GHOST, MILK, NOON, POUNDS
from tests.staff import BY_COMMAND

Cells = dict[str, str]
CHINESE = Language("zh-Hant")
BY_IMPORT = Editor(None, "shop product import products.csv", NOON)

OUT_OF_DATE = "was edited after this file was written, so its row is out of date; export again."


class Imported(NamedTuple):
    """How many products an import added, changed and left as they were."""

    added: int
    changed: int
    unchanged: int
    stock_kept: int


class ProductFile:
    """A CSV file beside the seeded database, to be imported into it."""

    def __init__(self, engine: Engine, path: Path):
        self.path = path
        self._engine = engine
        self._images = {product.image for product in self.products().values()}

    def products(self) -> dict[Sku, Product]:
        """Return the products on disk, in the order of the catalogue."""
        return {**run_query(self._engine, load_catalog_changes, -1).catalog.products}

    def edits(self) -> list[Entry]:
        """Return the newest page of the audit log."""
        return run_query(self._engine, list_edits, None, 1).entries

    def export(self) -> str:
        """Return the text of an export."""
        file = io.StringIO()
        write_table(self.products().values(), POUNDS, file)
        return file.getvalue()

    def row(self, sku: Sku) -> Cells:
        """Return the exported row of a product."""
        rows = {row["sku"]: row for row in csv.DictReader(io.StringIO(self.export()))}
        return rows[sku]

    def import_rows(self, *rows: Cells, sets_stock: bool = False) -> Imported:
        """Write *rows* to the file with the columns of the first, and import it."""
        with self.path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return self.import_file(sets_stock=sets_stock)

    def import_text(self, text: bytes) -> Imported:
        """Write *text* to the file, and import it."""
        self.path.write_bytes(text)
        return self.import_file()

    def import_file(self, *, sets_stock: bool = False) -> Imported:
        """Import the file as it is."""
        plan = run_query(
            self._engine,
            plan_import,
            read_table(self.path, POUNDS),
            self._images,
            POUNDS,
            sets_stock=sets_stock,
        )
        done = ProductImport(plan)
        done.run(lambda batch: run_query(self._engine, edit_products, batch, BY_IMPORT), no_pause)
        assert (done.refused, done.lines_left) == ([], [])
        return Imported(done.added, done.changed, done.unchanged, done.stock_kept)

    def faults(self, *rows: Cells) -> Sequence[tuple[int, str, str]]:
        """Return the line, the column and the text of each fault; no product may change."""
        before = self.products()
        with pytest.raises(BadRows) as raised:
            self.import_rows(*rows)
        assert self.products() == before
        assert self.edits() == []
        return [(line, fault.column, fault_text(fault)) for line, fault in raised.value.faults]


def no_pause(_: float) -> None:
    """Go on at once."""


@pytest.fixture
def file(engine: Engine, tmp_path: Path) -> ProductFile:
    """Return a file that is not there yet."""
    return ProductFile(engine, tmp_path / "products.csv")


def test_an_export_has_all_products_in_the_order_of_the_catalogue(file: ProductFile) -> None:
    output = file.export()

    header, *rows = csv.reader(io.StringIO(output))
    assert header == [*COLUMNS, *columns_of([CHINESE]), VERSION]
    assert [row[0] for row in rows] == [*file.products()]
    assert "\r" not in output


def test_importing_an_export_changes_nothing(file: ProductFile) -> None:
    exported, before = file.export(), file.products()

    imported = file.import_text(exported.encode())

    assert imported == Imported(0, 0, len(before), 0)
    assert file.products() == before
    assert file.export() == exported
    assert file.edits() == []


def test_an_import_counts_products_added_changed_and_unchanged(file: ProductFile) -> None:
    before = file.products()
    dearer = {**file.row(APPLES), "price": "55.55"}
    new = {**dearer, "sku": GHOST, "slug": GHOST, "stock": "3", VERSION: ""}

    imported = file.import_rows(dearer, file.row(MILK), new)

    apples = replace(before[APPLES], price=Money(5555), version=1)
    ghost = replace(apples, sku=GHOST, slug=GHOST, stock=3)
    assert imported == Imported(added=1, changed=1, unchanged=1, stock_kept=0)
    assert file.products() == {**before, APPLES: apples, GHOST: ghost}
    assert [*file.products()][-1] == GHOST


def test_columns_left_out_and_empty_cells_stay_as_they_are(file: ProductFile) -> None:
    before = file.products()[APPLES]

    imported = file.import_text(f"sku,name,unit\n {APPLES} , ,12 kg\n{MILK}\n".encode())

    assert imported == Imported(0, 1, 1, 0)
    assert file.products()[APPLES] == replace(before, unit="12 kg", version=1)


def test_an_empty_translation_is_taken_away_and_a_column_left_out_stays(file: ProductFile) -> None:
    before = file.products()
    csv_text = f"SKU,Name.ZH-hant,unit.zh\u2013Hant\n{APPLES},蘋果，甜的,\n{MILK}\n"

    imported = file.import_text(csv_text.encode())

    text = ProductText("蘋果，甜的", "", before[APPLES].texts[CHINESE].description)
    assert imported == Imported(0, 1, 1, 0)
    assert file.products() == {
        **before,
        APPLES: replace(before[APPLES], texts={CHINESE: text}, version=1),
    }
    assert file.edits()[0].changes.keys() == {"name.zh-Hant", "unit.zh-Hant"}
    exported = file.export()
    assert file.import_text(exported.encode()).changed == 0
    assert file.export() == exported


def test_a_new_product_has_its_translations_and_a_misread_one_is_refused(
    file: ProductFile,
) -> None:
    new = {**file.row(APPLES), "sku": GHOST, "slug": GHOST, "name.zh-Hant": "鬼", VERSION: ""}
    misread = {**file.row(MILK), "name.zh-Hant": "????"}

    ((_, column, text),) = file.faults(new, misread)
    assert (column, "another encoding" in text) == ("name.zh-Hant", True)
    assert file.import_rows(new) == Imported(1, 0, 0, 0)
    assert file.products()[GHOST].text(CHINESE).name == "鬼"


def test_a_byte_order_mark_and_line_ends_of_spreadsheets_are_accepted(file: ProductFile) -> None:
    imported = file.import_text(f"\ufeffsku,name\r\n{APPLES},Äpfel\r\n".encode())

    assert imported == Imported(0, 1, 0, 0)
    assert file.products()[APPLES].name == "Äpfel"


def test_stock_of_known_products_is_kept_and_counted_unless_it_is_to_be_set(
    file: ProductFile,
) -> None:
    before = file.products()
    stock = before[APPLES].stock + 5
    rows = [
        {"sku": APPLES, "stock": str(stock)},
        {"sku": MILK, "stock": str(before[MILK].stock)},
    ]

    kept = file.import_rows(*rows)

    assert kept == Imported(0, 0, 2, stock_kept=1)
    assert file.products() == before

    done = file.import_rows(*rows, sets_stock=True)

    assert done == Imported(0, 1, 1, stock_kept=0)
    assert file.products()[APPLES] == replace(before[APPLES], stock=stock, version=1)


def test_all_faults_of_a_file_are_listed_and_nothing_is_changed(file: ProductFile) -> None:
    dearer = {**file.row(APPLES), "price": "55.55"}

    faults = file.faults(
        dearer,
        {**dearer, "sku": GHOST, "price": "2,20", "stock": "many"},
        {**dearer, "sku": "-", "category": "nothing"},
    )

    assert [(line, column) for line, column, _ in faults] == [
        (3, "price"),
        (3, "stock"),
        (4, "sku"),
        (4, "category"),
    ]
    assert faults[0][2] == "“2,20” is not a price like 2.20."


def test_a_barcode_keeps_its_zeros_in_a_spreadsheet(file: ProductFile) -> None:
    file.import_rows({"sku": MILK, "barcode": "0036000291452", "low": "12"})

    assert file.row(MILK)["barcode"] == "'0036000291452"
    done = file.import_rows({**file.row(MILK), "version": ""})
    assert (done.changed, done.unchanged) == (0, 1)
    product = file.products()[MILK]
    assert (product.barcode, product.low) == ("0036000291452", 12)


def test_a_barcode_that_another_product_has_is_refused(file: ProductFile) -> None:
    code, spelt = "0036000291452", "036000291452"

    faults = file.faults({"sku": APPLES, "barcode": code}, {"sku": MILK, "barcode": spelt})

    assert faults == [(3, "barcode", f"Another product has the barcode “{code}”.")]


def test_a_new_product_needs_every_column_but_those_that_may_be_empty(file: ProductFile) -> None:
    faults = file.faults({"sku": GHOST, "name": "A ghost"})

    needed = {*COLUMNS} - {"sku", "name", "grams", "ml", "hold", "barcode", "low"}
    assert {column for _, column, _ in faults} == needed
    assert {line for line, _, _ in faults} == {2}
    missing = f"There is no product “{GHOST}” yet, and a new one needs this."
    assert {text for _, _, text in faults} == {missing}


def test_an_image_that_the_shop_does_not_have_is_refused(file: ProductFile) -> None:
    ((line, column, text),) = file.faults({"sku": APPLES, "image": "cow"})

    assert (line, column) == (2, "image")
    assert text.startswith("There is no picture “cow”")


def test_a_product_in_two_rows_is_refused(file: ProductFile) -> None:
    faults = file.faults({"sku": APPLES, "price": "1.00"}, {"sku": APPLES, "price": "2.00"})

    assert faults == [(3, "sku", f"“{APPLES}” stands here a second time.")]


def test_a_row_with_more_cells_than_columns_is_refused(file: ProductFile) -> None:
    file.path.write_text(f"sku,name\n{APPLES},Apples\n{MILK},Milk,white\n")

    with pytest.raises(BadRows) as raised:
        file.import_file()

    ((line, fault),) = raised.value.faults
    assert (line, fault.column) == (3, "sku")
    assert fault_text(fault) == "This row has more cells than there are columns."
    assert file.edits() == []


def test_the_line_of_a_fault_is_where_its_row_ends(file: ProductFile) -> None:
    ((line, column, _),) = file.faults({"sku": APPLES, "description": "two\nlines"})

    assert (line, column) == (3, "description")


def test_a_product_edited_since_the_export_is_refused(engine: Engine, file: ProductFile) -> None:
    seen = {**file.row(APPLES), "unit": "12 kg", "price": "2,20"}
    run_query(engine, set_product, APPLES, {"price": Money(240)}, BY_COMMAND)
    edited = file.products()

    with pytest.raises(BadRows) as raised:
        file.import_rows({**file.row(MILK), "unit": "12 l"}, seen)

    ((line, fault),) = raised.value.faults
    assert (line, fault.column) == (3, VERSION)
    assert fault_text(fault) == f"“{APPLES}” {OUT_OF_DATE}"
    assert file.products() == edited


@pytest.mark.parametrize("version", ["", " 0 ", None])
def test_a_row_without_a_version_or_with_the_current_one_is_accepted(
    file: ProductFile, version: str | None
) -> None:
    row = {"sku": APPLES, "unit": "12 kg"}

    imported = file.import_rows(row if version is None else {**row, VERSION: version})

    assert imported == Imported(0, 1, 0, 0)


def test_the_version_of_a_new_product_is_ignored(file: ProductFile) -> None:
    imported = file.import_rows({**file.row(APPLES), "sku": GHOST, VERSION: "99"})

    assert imported == Imported(1, 0, 0, 0)
    assert file.products()[GHOST].version == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "there is no column “sku”; there can be sku, slug, "),
        (b"name\nApples\n", "there is no column “sku”"),
        (b"sku,size,colour\nx,1,red\n", "there is a column “colour, size”"),
        (b"sku,name\nx,caf\xe9\n", " is not in UTF-8. Save it as “CSV UTF-8”."),
        (b'sku\n"x', " is not CSV: unexpected end of data, on line 2."),
    ],
)
def test_a_file_that_is_not_a_table_of_products_is_refused(
    file: ProductFile, text: bytes, reason: str
) -> None:
    with pytest.raises(BadProductFile) as raised:
        file.import_text(text)

    assert str(file.path) in str(raised.value)
    assert reason in str(raised.value)


def test_a_file_that_does_not_exist_is_refused(file: ProductFile) -> None:
    with pytest.raises(BadProductFile) as raised:
        file.import_file()

    assert str(raised.value) == f"there is no file {file.path}."

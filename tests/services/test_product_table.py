"""Files of spreadsheets, read as people mean them or refused in words."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.catalog import Product
from app.services.product_table import BadProductFile, Row, read_table, write_table
from tests.examples import APPLES, CATALOG, MILK, POUNDS

Read = Callable[[bytes], list[Row]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that reads a file with these bytes."""

    def read(data: bytes) -> list[Row]:
        path = tmp_path / "products.csv"
        path.write_bytes(data)
        return read_table(path, POUNDS)

    return read


def prices(rows: list[Row]) -> dict[str, str]:
    """Return the price of each SKU."""
    return {row.cells["sku"]: row.cells["price"] for row in rows}


@pytest.mark.parametrize(
    "text",
    [
        "sku,price\na,2.20\nb,3.10\n",
        "sku,price\r\na,2.20\r\nb,3.10\r\n",
        "sku,price\ra,2.20\rb,3.10\r",
        "sku;price\na;2,20\nb;3,1\n",
        "sku;price\na;2.20\nb;3.10\n",
        "sku\tprice\na\t2.20\nb\t3.10\n",
        "sku|price\na|2.20\nb|3.10\n",
        "sep=;\r\nsku;price\r\na;2.20\r\nb;3.10\r\n",
        ",,,\nsku,price,,\na,2.20,,\n,,,\n  ,\t,,\n\nb,3.10,,\n,,,\n",
        '"SKU"," Price "\n"a","2.20"\n"b","3.10"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_table_is_read_whatever_spreadsheet_wrote_it(
    read: Read, text: str, encoding: str
) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    found = prices(read((mark + text).encode(encoding)))
    assert {sku: price.rstrip("0") for sku, price in found.items()} == {"a": "2.2", "b": "3.1"}


@pytest.mark.parametrize(
    ("separator", "column", "cell", "means"),
    [
        (",", "stock", "12.0", "12"),
        (",", "stock", "12.00", "12"),
        (",", "stock", "1.000", "1.000"),
        (",", "stock", "1,000", "1,000"),
        (",", "stock", "1.5", "1.5"),
        (",", "stock", "1\u00a0000", "1000"),
        (",", "grams", "1\u202f250", "1250"),
        (",", "grams", "1\u2019250", "1250"),
        (",", "version", "3.00", "3"),
        (";", "version", "3,00", "3"),
        (";", "stock", "1.000", "1000"),
        ("\t", "stock", "12.345,0", "12345"),
        ("\t", "price", "2,20", "2.20"),
        ("|", "price", "1.250,5", "1250.5"),
        (";", "price", "2.20", "2.20"),
        (";", "price", "2.200", "2.200"),
        (",", "price", "2,20", "2,20"),
        (",", "price", "GBP 2.20", "2.20"),
        (",", "price", "2.20\u00a0£", "2.20"),
        (",", "price", "£ 1 250.00", "1250.00"),
        (",", "price", "£", "£"),
        (",", "price", "2 20", "2 20"),
        (",", "name", "Top 1 000", "Top 1 000"),
        (",", "sku", "\u00a0Milk\u201110\u200b", "milk-10"),
        (",", "slug", "Whole\u2013Milk", "whole-milk"),
        (",", "sku", "\uff4dilk", "milk"),
    ],
)
def test_a_cell_means_what_it_did_before_a_spreadsheet_formatted_it(
    read: Read, separator: str, column: str, cell: str, means: str
) -> None:
    columns = dict.fromkeys(("sku", "name", column), "x") | {column: cell}
    text = "\n".join(
        separator.join(f'"{each}"' for each in row) for row in (columns, columns.values())
    )

    (row,) = read(text.encode())

    assert row.cells[column] == means


def test_an_empty_column_without_a_name_is_left_out(read: Read) -> None:
    (row,) = read(b",sku,,price\n,a,,2.20\n")
    assert row.cells == {"sku": "a", "price": "2.20"}


@pytest.mark.parametrize("head", ["\ufeffsku,price", "\u200bSKU,\u00a0Price", "\uff53ku,PRICE"])
def test_a_column_is_known_whatever_is_invisible_in_its_name(read: Read, head: str) -> None:
    assert prices(read(f"\ufeff{head}\na,2.20\n".encode())) == {"a": "2.20"}


def test_lines_are_counted_as_they_stand_in_the_file(read: Read) -> None:
    rows = read(b'sep=,\nsku,name\n,\na,"two\nlines"\n,,\nb,Milk,white\n')

    assert [(row.line, row.too_many) for row in rows] == [(5, False), (7, True)]


def test_a_comma_inside_quotation_marks_belongs_to_the_cell(read: Read) -> None:
    (row,) = read(b'sku,name\na,"Apples, red; ""Gala"""\n')
    assert row.cells["name"] == 'Apples, red; "Gala"'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04...", "is a workbook. Save it as"),
        (b"sku,name\nx,caf\xe9\n", "is not in UTF-8. Save it as"),
        ("sku,name\nx,y\n".encode("utf-16-le"), "is not in UTF-8. Save it as"),
        (b"sku,name,name\nx,y,z\n", "the column “name” is there twice"),
        (b"sku,,name\nx,y,z\n", "there is a column without a name"),
        (b'sku,name\nx,"a"b\n', "is not CSV: ',' expected after '\"', on line 2."),
        (b"sku,name\nx," + 200_000 * b"y", "is not CSV: a cell is too long, on line 2."),
        (b"\n,,\n", "there is no column “sku”"),
    ],
)
def test_what_is_no_table_of_products_is_refused_in_words(
    read: Read, data: bytes, reason: str
) -> None:
    with pytest.raises(BadProductFile, match=r"products\.csv") as raised:
        read(data)
    assert reason in str(raised.value)


@pytest.mark.timeout(10)
def test_a_file_that_is_one_long_word_is_refused_in_seconds(read: Read) -> None:
    with pytest.raises(BadProductFile, match="a cell is too long"):
        read(b"a" * 4_000_000)


@pytest.mark.parametrize("sign", ['"', "\r", "a", "1", "_", " "])
def test_a_sign_that_separates_nothing_is_refused_as_one(read: Read, sign: str) -> None:
    with pytest.raises(BadProductFile, match="column"):
        read(f"sep={sign}\r\nsku,name\r\n".encode())


def test_a_folder_and_a_huge_file_are_refused_in_words(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.product_table.LARGEST_FILE", 10)
    with pytest.raises(BadProductFile, match="cannot be read: Is a directory"):
        read_table(tmp_path, POUNDS)
    with pytest.raises(BadProductFile, match="is larger than 0 MB"):
        read(b"sku,name\nx,y\n")


@pytest.mark.parametrize(
    "name",
    ["=1+1", "\uff1d1+1", "tea;=1+1", 'x","=1+1', "-5", "'=1", "\u200b@x", "1/2", "+44 7700"],
)
def test_a_text_that_a_spreadsheet_would_compute_comes_back_unchanged(
    read: Read, name: str
) -> None:
    products = [
        replace(one, name=name) for one in (CATALOG.products[APPLES], CATALOG.products[MILK])
    ]

    file = exported(products)

    assert not any(cell.startswith(("=", "+", "-", "@", "\uff1d")) for cell in cells(file))
    assert {row.cells["name"] for row in read(file.encode())} == {name}
    assert {row.cells["name"] for row in read(through(file, ";").encode("utf-16"))} == {name}


def exported(products: list[Product]) -> str:
    """Return the file of *products*."""
    file = io.StringIO()
    write_table(products, POUNDS, file)
    return file.getvalue()


def cells(file: str) -> list[str]:
    """Return all cells of *file*."""
    return [cell for row in csv.reader(io.StringIO(file)) for cell in row]


def through(file: str, separator: str) -> str:
    """Return *file* as a spreadsheet saves it that writes another separator, and CR LF."""
    saved = io.StringIO()
    csv.writer(saved, delimiter=separator).writerows(csv.reader(io.StringIO(file)))
    return saved.getvalue()

"""Tables of products: read from the file of any spreadsheet, and written for one."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from app.domain.catalog import Product
from app.domain.currency import Currency
from app.domain.money import without_sign
from app.domain.plain_text import clean_line
from app.domain.product_text import COLUMNS, write_product
from app.domain.product_translations import columns_of
from app.domain.spreadsheet import guard, unguard
from app.i18n.languages import other_languages

VERSION: Final = "version"
TEXT_COLUMNS: Final = ("sku", "slug", "name", "unit", "category", "image", "description")
LARGEST_FILE: Final = 20_000_000
LONGEST_COLUMN: Final = 1000
"""What is longer is no name of a column; a file may be one cell of millions of letters."""

_SEPARATORS: Final = ",;\t|"
_SEPARATOR_LINE: Final = re.compile(r'\ufeff?sep=([^\w"\r ])\r?\n')
"""Excel writes it before the table, and reads it there."""
_BYTE_ORDER_MARKS: Final = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NAMES: Final = ("sku", "slug")
_COUNTS: Final = ("stock", "grams", "ml", "low", VERSION)
_DECIMALS: Final = ("price", "tax")
_SPACES: Final = re.compile(r"\s")
_HYPHENS: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))
_GROUP: Final = re.compile(r"(?<=\d)[ '\u2019](?=\d{3}(?!\d))", re.ASCII)
_DECIMAL_COMMA: Final = re.compile(r"(\d{1,9}|\d{1,3}(?:\.\d{3})+),(\d{1,2})", re.ASCII)
_DOTTED_GROUPS: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)
_NO_FRACTION: Final = re.compile(r"(?<=\d)\.0{1,2}\Z", re.ASCII)


class BadProductFile(Exception):
    """The file is no table of products; the text is a sentence that says why."""


class Row(NamedTuple):
    """A row of a file: the number of the line it ends on, and its cells by column.

    `too_many`: there are cells beyond the last column.
    """

    line: int
    cells: Mapping[str, str]
    too_many: bool


def write_table(products: Iterable[Product], currency: Currency, file: IO[str]) -> None:
    """Write *products* to *file*; no spreadsheet computes or rewrites one of their texts.

    Their prices are in *currency*.
    """
    writer = csv.DictWriter(file, known_columns(), lineterminator="\n")
    writer.writeheader()
    for product in products:
        writer.writerow(table_cells(product, currency))


def table_cells(product: Product, currency: Currency) -> dict[str, Any]:
    """Return the row of *product*, whose price is in *currency*."""
    texts = dict.fromkeys(known_columns(), "") | write_product(product, currency)
    guarded = {name: guard(texts[name]) for name in _guarded_columns()}
    return texts | guarded | {VERSION: product.version}


@cache
def known_columns() -> Sequence[str]:
    """Return the names of all columns that a table can have."""
    return *COLUMNS, *_translated_columns(), VERSION


def _guarded_columns() -> Sequence[str]:
    """Return the columns of texts, and of barcodes, which begin with zeros."""
    return *TEXT_COLUMNS, "barcode", *_translated_columns()


def _translated_columns() -> Sequence[str]:
    return columns_of(other_languages())


def read_table(path: Path, currency: Currency) -> list[Row]:
    """Read a file whose first row names its columns; rows without text are left out.

    UTF-8 and UTF-16, with commas, semicolons, tabs or bars. Prices are in *currency*. Raises
    `BadProductFile`.
    """
    text = _decoded(path, _bytes(path))
    lines_before = 0
    if found := _SEPARATOR_LINE.match(text):
        text, separator, lines_before = text[found.end() :], found[1], 1
    else:
        separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        reading = _Cells(currency, has_decimal_comma=separator != ",")
        return [*_rows(path, reader, lines_before, reading)]
    except csv.Error as error:
        line = reader.line_num + lines_before
        why = "a cell is too long" if "field limit" in str(error) else error
        hint = "A cell with a quotation mark in it needs one around it, and that one doubled."
        raise BadProductFile(f"{path} is not CSV: {why}, on line {line}. {hint}") from None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise BadProductFile(f"there is no file {path}.") from None
    except OSError as error:
        raise BadProductFile(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > LARGEST_FILE:
        raise BadProductFile(f"{path} is larger than {LARGEST_FILE // 1_000_000} MB. Split it.")
    if data.startswith(_WORKBOOKS):
        raise BadProductFile(f"{path} is a workbook. Save it as “CSV UTF-8”.")
    return data


def _decoded(path: Path, data: bytes) -> str:
    marks = (name for mark, name in _BYTE_ORDER_MARKS.items() if data.startswith(mark))
    encoding = next(marks, "utf-8")
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BadProductFile(f"{path} is not in UTF-8. Save it as “CSV UTF-8”.")
    return text


def _separator(text: str) -> str:
    """Return the separator at which the first row has the most names of columns."""
    names = next((line for line in text.splitlines() if line.strip(" ,;\t|")), "")

    def known(separator: str) -> int:
        return sum(_column(name) in known_columns() for name in names.split(separator))

    return max(_SEPARATORS, key=known)


def _column(name: str) -> str:
    """Return the name of a column as it is spelt here, or as it stands there if it is unknown."""
    plain = clean_line(name[:LONGEST_COLUMN]).strip('"').strip().translate(_HYPHENS).casefold()
    return _by_spelling().get(plain, plain)


@cache
def _by_spelling() -> Mapping[str, str]:
    return {name.casefold(): name for name in known_columns()}


def _rows(path: Path, reader: Any, lines_before: int, reading: "_Cells") -> Iterator[Row]:
    columns: Sequence[str] = ()
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = _checked_columns(path, [_column(name) for name in cells])
            continue
        named = [pair for pair in zip(columns, cells, strict=False) if _is_named(path, *pair)]
        by_column = {name: reading.plain(name, unguard(cell)) for name, cell in named}
        too_many = any(cell.strip() for cell in cells[len(columns) :])
        yield Row(reader.line_num + lines_before, by_column, too_many)
    if not columns:
        _checked_columns(path, [])


def _is_named(path: Path, column: str, cell: str) -> bool:
    """Say whether *column* has a name; one that has none must be empty."""
    if not column and cell.strip():
        raise _bad_columns(path, "there is a column without a name")
    return bool(column)


class _Cells:
    """Reads cells as a spreadsheet shows them, with the separators of its country."""

    def __init__(self, currency: Currency, *, has_decimal_comma: bool):
        self._currency = currency
        self._has_decimal_comma = has_decimal_comma

    def plain(self, column: str, cell: str) -> str:
        """Return *cell* without what a spreadsheet makes of a SKU or a number.

        It may put a dash for a hyphen.
        """
        if column in _NAMES:
            return clean_line(cell).translate(_HYPHENS).casefold()
        if column not in (*_COUNTS, *_DECIMALS):
            return cell
        number = _GROUP.sub("", without_sign(_SPACES.sub(" ", cell).strip(), self._currency))
        if self._has_decimal_comma and (found := _DECIMAL_COMMA.fullmatch(number)):
            number = f"{found[1].replace('.', '')}.{found[2]}"
        if column in _DECIMALS:
            return number
        return _plain_count(number, has_dots=self._has_decimal_comma)


def _plain_count(number: str, *, has_dots: bool) -> str:
    """Return a whole number without a fraction of zeros, or without the dots between thousands."""
    if has_dots and _DOTTED_GROUPS.fullmatch(number):
        return number.replace(".", "")
    return _NO_FRACTION.sub("", number)


def _checked_columns(path: Path, names: Sequence[str]) -> Sequence[str]:
    """Return *names* without empty ones at their end, if a table of products can have them.

    A column without a name is left out if it is empty.
    """
    while names and not names[-1]:
        names = names[:-1]
    unknown = ", ".join(sorted({*names} - {*known_columns(), ""}))
    twice = ", ".join(sorted({name for name in names if name and names.count(name) > 1}))
    if unknown:
        what = f"there is a column “{unknown}”"
    elif twice:
        what = f"the column “{twice}” is there twice"
    elif "sku" not in names:
        what = "there is no column “sku”"
    else:
        return names
    raise _bad_columns(path, what)


def _bad_columns(path: Path, what: str) -> BadProductFile:
    return BadProductFile(f"{path}: {what}; there can be {', '.join(known_columns())}.")

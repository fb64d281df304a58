"""The commands for products: setting one, and taking all of them out to a file and in again."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NamedTuple

from sqlalchemy import Connection

from app.cli.orders import CommandError
from app.domain.catalog import Money, Product, Sku
from app.domain.edits import NotEdited, changes
from app.domain.money import pounds
from app.domain.product_text import COLUMNS, Fault, Known, read_product, write_product
from app.store.catalog import load_catalog_changes, load_categories
from app.store.product_edits import Editor, put_product, set_product

Run = Callable[..., None]
Commands = Any
"""What argparse returns for a parser's commands; it has no name in public."""

VERSION = "version"
MOST_TOLD = 20
PICTURES = Path(__file__).parents[2] / "static/img/products"


class Row(NamedTuple):
    """A row of a file: the line it ends on, and its texts by column."""

    line: int
    texts: Mapping[str, str]


class Problem(NamedTuple):
    """What is wrong on a line of a file."""

    line: int
    fault: Fault

    def __str__(self) -> str:
        """Return it as a sentence."""
        return f"line {self.line}: {self.fault.column}: {self.fault.text}"


class Planned(NamedTuple):
    """What a file asks for, when nothing is wrong with it.

    `counted` are the products whose stock it gives otherwise than it is, and leaves as it is.
    """

    products: list[Product]
    counted: int


def add_product_commands(
    commands: Commands,
    price: Callable[[str], Money],
    stock: Callable[[str], int],
    run: tuple[Run, Run, Run],
) -> None:
    """Let one product be set, and all be exported to a file or imported from one."""
    to_set, to_export, to_import = run
    product = commands.add_parser("product", help="products").add_subparsers(required=True)
    setting = product.add_parser("set", help="set a price, a stock or both; open pages follow")
    setting.add_argument("sku")
    setting.add_argument("--price", type=price, help="in pounds, like 2.20")
    setting.add_argument("--stock", type=stock, help="how many there are")
    setting.set_defaults(run=to_set)

    exporting = product.add_parser("export", help="write all products to a CSV file")
    exporting.add_argument("file", type=Path, help="“-” writes to the terminal")
    exporting.set_defaults(run=to_export)

    importing = product.add_parser(
        "import",
        help="take products from a CSV file, all of them or none; open pages follow",
        description=(
            "A row whose sku is new adds a product; of the others, columns that are left out and"
            " cells that are empty stay as they are. If there is a column “version”, a product"
            " that was edited since is refused. Nothing changes until the whole file is right."
        ),
    )
    importing.add_argument("file", type=Path)
    importing.add_argument(
        "--set-stock",
        action="store_true",
        help="set the stock of products that there are already too, whatever was sold meanwhile",
    )
    importing.set_defaults(run=to_import)


def set_one(
    connection: Connection, sku: Sku, price: Money | None, stock: int | None, now_s: int
) -> str:
    """Set the price, the stock or both of a product; say how it stands."""
    if price is None and stock is None:
        raise CommandError("product set needs --price, --stock or both.")
    editor = Editor(None, "shop product set", now_s)
    done = set_product(connection, sku, price, stock, editor)
    if done is NotEdited.UNKNOWN:
        raise CommandError(f"there is no product {sku}. “shop product export -” lists them.")
    product = _products(connection)[sku]
    return f"{product.name}, {product.unit}: {pounds(product.price)}, {product.stock} in stock."


def export_products(connection: Connection, file: IO[str]) -> int:
    """Write all products to *file*, in the order of the shelf; return how many."""
    found = _products(connection)
    writer = csv.DictWriter(file, (*COLUMNS, VERSION), lineterminator="\n")
    writer.writeheader()
    for product in found.values():
        writer.writerow(write_product(product) | {VERSION: product.version})
    return len(found)


def import_products(connection: Connection, path: Path, now_s: int, *, sets_stock: bool) -> str:
    """Take what the file at *path* says, all of it or nothing; say what changed."""
    there = _products(connection)
    planned = _plan(list(_rows(path)), there, _known(connection), sets_stock=sets_stock)
    if isinstance(planned, list):
        raise CommandError(_told(path, planned))
    editor = Editor(None, f"shop product import {path.name}"[:200], now_s)
    changed = [one for one in planned.products if changes(there.get(one.sku), one)]
    for product in changed:
        put_product(connection, product, editor)
    return _summary(planned, changed, there)


def _rows(path: Path) -> Iterator[Row]:
    """Read a CSV file with names of columns in its first row; a byte order mark is let pass."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="", strict=True)
            _check_columns(path, reader.fieldnames or ())
            for texts in reader:
                yield Row(reader.line_num, texts)
    except FileNotFoundError:
        raise CommandError(f"there is no file {path}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not in UTF-8. Save it as “CSV UTF-8”.") from None
    except csv.Error as fault:
        raise CommandError(f"{path} is not CSV: {fault}.") from None


def _check_columns(path: Path, names: Iterable[str]) -> None:
    unknown = ", ".join(sorted({*names} - {*COLUMNS, VERSION}))
    if "sku" not in names or unknown:
        what = f"there is a column “{unknown}”" if unknown else "there is no column “sku”"
        raise CommandError(f"{path}: {what}; there can be {', '.join((*COLUMNS, VERSION))}.")


def _plan(
    rows: list[Row], there: Mapping[Sku, Product], known: Known, *, sets_stock: bool
) -> Planned | list[Problem]:
    problems: list[Problem] = []
    products: dict[Sku, Product] = {}
    counted = 0
    for line, texts in rows:
        before = there.get(Sku(texts["sku"].strip()))
        found = _read(texts, before, known)
        if isinstance(found, list):
            problems += [Problem(line, fault) for fault in found]
            continue
        if found.sku in products:
            problems.append(Problem(line, Fault("sku", f"“{found.sku}” stands here a second time")))
        if before and not sets_stock:
            counted += found.stock != before.stock
            found = replace(found, stock=before.stock)
        products[found.sku] = found
    return problems or Planned([*products.values()], counted)


def _read(texts: Mapping[str, str], before: Product | None, known: Known) -> Product | list[Fault]:
    """Read a row; of a product that there is already, it need not say everything."""
    if "" in texts:
        return [Fault("sku", "this row has more cells than there are columns")]
    said = {name: text for name, text in texts.items() if text.strip()}
    found = read_product((write_product(before) if before else {}) | said, known)
    seen = said.get(VERSION, "").strip()
    if before and seen and seen != str(before.version):
        told = f"“{before.sku}” was edited after this file was written, so its row is out of date"
        return [Fault(VERSION, f"{told}; export again")]
    return found


def _told(path: Path, problems: list[Problem]) -> str:
    told = "\n".join(f"  {problem}" for problem in problems[:MOST_TOLD])
    more = f"\n  and {len(problems) - MOST_TOLD} more" if len(problems) > MOST_TOLD else ""
    return f"nothing was changed, for {path} is not right:\n{told}{more}"


def _summary(planned: Planned, changed: list[Product], there: Mapping[Sku, Product]) -> str:
    added = sum(product.sku not in there for product in changed)
    same = len(planned.products) - len(changed)
    told = f"{added} added, {len(changed) - added} changed, {same} as they were."
    if planned.counted:
        told += f" {planned.counted} have another stock here than in the file, and keep it;"
        told += " --set-stock sets it."
    return told


def _products(connection: Connection) -> Mapping[Sku, Product]:
    return load_catalog_changes(connection, -1).catalog.products


def _known(connection: Connection) -> Known:
    images = {path.stem for path in PICTURES.glob("*.webp")}
    return Known([category.slug for category in load_categories(connection)], images)

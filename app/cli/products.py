"""`shop product`: set one product, export all of them to a CSV file, import such a file."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from app.cli.arguments import count, price
from app.cli.database import query_database
from app.cli.errors import CommandError
from app.domain.catalog import Money, Product, Sku
from app.domain.edits import NotEdited
from app.domain.money import pounds
from app.services.product_files import (
    BadProductFile,
    BadRows,
    Imported,
    RowFault,
    export_products,
    import_products,
)
from app.store.product_edits import Editor, find_product, set_product

MOST_PRINTED = 20
PICTURES = Path(__file__).parents[2] / "static/img/products"


def add_product_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop product set`, `export` and `import`."""
    commands = parser.add_subparsers(required=True)
    setting = commands.add_parser("set", help="set a price, a stock or both; open pages follow")
    setting.add_argument("sku")
    setting.add_argument("--price", type=price, help="in pounds, like 2.20")
    setting.add_argument("--stock", type=count, help="how many there are")
    setting.set_defaults(run=run_set)

    exporting = commands.add_parser("export", help="write all products to a CSV file")
    exporting.add_argument("file", type=Path, help="“-” writes to the terminal")
    exporting.set_defaults(run=run_export)

    importing = commands.add_parser(
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
    importing.set_defaults(run=run_import)


def run_set(options: argparse.Namespace) -> None:
    """Set a price, a stock or both, and print the product."""
    if options.price is None and options.stock is None:
        raise CommandError("product set needs --price, --stock or both.")
    wanted = (Sku(options.sku), options.price, options.stock)
    product = query_database(_set, *wanted, int(time.time()))
    if product is None:
        raise CommandError(
            f"there is no product {options.sku}. “shop product export -” lists them."
        )
    price_text = pounds(product.price)
    print(f"{product.name}, {product.unit}: {price_text}, {product.stock} in stock.")


def _set(
    connection: Connection, sku: Sku, price: Money | None, stock: int | None, now_s: int
) -> Product | None:
    """Set what is not `None`; return the product as it is then, or `None` if there is none."""
    editor = Editor(None, "shop product set", now_s)
    if set_product(connection, sku, price, stock, editor) is NotEdited.UNKNOWN:
        return None
    return find_product(connection, sku)


def run_export(options: argparse.Namespace) -> None:
    """Write all products to a file or to the terminal."""
    if str(options.file) == "-":
        query_database(export_products, sys.stdout)
        return
    with options.file.open("w", encoding="utf-8", newline="") as file:
        exported = query_database(export_products, file)
    print(f"Wrote {exported} products to {options.file}.")


def run_import(options: argparse.Namespace) -> None:
    """Import a file, and print how many products it changed, or all that is wrong with it."""
    path, now_s, sets_stock = options.file, int(time.time()), options.set_stock
    images = {picture.stem for picture in PICTURES.glob("*.webp")}
    try:
        done = query_database(import_products, path, images, now_s, sets_stock=sets_stock)
    except BadProductFile as error:
        raise CommandError(str(error)) from None
    except BadRows as error:
        raise CommandError(_list_faults(path, error.faults)) from None
    print(_summary(done))


def _list_faults(path: Path, faults: Sequence[RowFault]) -> str:
    lines = [f"  line {line}: {column}: {text}" for line, (column, text) in faults[:MOST_PRINTED]]
    if len(faults) > MOST_PRINTED:
        lines.append(f"  and {len(faults) - MOST_PRINTED} more")
    return "\n".join((f"nothing was changed, for {path} is not right:", *lines))


def _summary(done: Imported) -> str:
    text = f"{done.added} added, {done.changed} changed, {done.unchanged} as they were."
    if done.stock_kept:
        text += f" {done.stock_kept} have another stock here than in the file, and keep it;"
        text += " --set-stock sets it."
    return text

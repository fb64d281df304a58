"""`shop product`: set one product, export all of them to a CSV file, import such a file."""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from app.cli.arguments import count, hold_rule, price, tax_rate
from app.cli.database import query_database, read_database
from app.cli.errors import CommandError
from app.cli.interrupts import deferred_interrupts, prompt_interrupts
from app.cli.settings import read_settings
from app.domain.catalog import Product, Sku
from app.domain.edits import LONGEST_REASON, NotEdited
from app.domain.errors import DatabaseUnavailable
from app.domain.taxes import plain_rate
from app.i18n.formats import money
from app.services.product_fault_texts import fault_text
from app.services.product_files import SLICE, ProductImport
from app.services.product_plan import BadRows, RowFault, plan_import
from app.services.product_table import BadProductFile, read_table, write_table
from app.store.catalog import load_catalog_changes
from app.store.engines import connect
from app.store.product_edits import Editor, edit_products, find_product, set_product
from app.store.queries import run_query

MOST_PRINTED = 20
PICTURES = Path(__file__).parents[2] / "static/img/products"


def add_product_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop product set`, `export` and `import`."""
    commands = parser.add_subparsers(required=True)
    setting = commands.add_parser("set", help="set price, stock, tax or holding; open pages follow")
    setting.add_argument("sku")
    setting.add_argument("--price", type=price, help="in the shop's currency, like 2.20")
    setting.add_argument("--stock", type=count, help="how many there are")
    setting.add_argument("--tax", type=tax_rate, help="the rate of its tax in percent, like 20")
    setting.add_argument("--hold", type=hold_rule, help="when carts hold it: never, scarce, always")
    setting.set_defaults(run=run_set)

    exporting = commands.add_parser("export", help="write all products to a CSV file")
    exporting.add_argument("file", type=Path, help="“-” writes to the terminal")
    exporting.add_argument(
        "--excel",
        action="store_true",
        help="begin with a byte order mark, without which Excel misreads accents",
    )
    exporting.set_defaults(run=run_export)

    importing = commands.add_parser(
        "import",
        help="take products from a CSV file; open pages follow",
        description=(
            "A row whose sku is new adds a product; of the others, columns that are left out and"
            " cells that are empty stay as they are. Columns such as “name.zh-Hant” have texts in"
            " other languages; an empty cell of those takes the translation away. If there is a"
            " column “version”, a product that was edited since is refused. Nothing changes until"
            " the whole file is right; then it is imported in slices, so that shoppers need not"
            " wait. An import that stopped in the middle can be started again with the same file."
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
    """Set what was given of price, stock, rate of tax and holding, and print the product."""
    given = {name: getattr(options, name) for name in ("price", "stock", "tax", "hold")}
    values = {name: value for name, value in given.items() if value is not None}
    if not values:
        raise CommandError("product set needs --price, --stock, --tax or --hold.")
    product = query_database(_set, Sku(options.sku), values, int(time.time()))
    if product is None:
        raise CommandError(
            f"there is no product {options.sku}. “shop product export -” lists them."
        )
    price_text = money(product.price, read_settings().settings.currency)
    tax = "" if options.tax is None else f", {plain_rate(product.tax)} % tax"
    hold = "" if options.hold is None else f", held {product.hold}"
    print(f"{product.name}, {product.unit}: {price_text}, {product.stock} in stock{tax}{hold}.")


def _set(
    connection: Connection, sku: Sku, values: Mapping[str, object], now_s: int
) -> Product | None:
    """Set *values*; return the product as it is then, or `None` if there is none."""
    editor = Editor(None, "shop product set", now_s)
    if set_product(connection, sku, values, editor) is NotEdited.UNKNOWN:
        return None
    return find_product(connection, sku)


def run_export(options: argparse.Namespace) -> None:
    """Write all products to a file or to the terminal."""
    products = read_database(load_catalog_changes, -1).catalog.products.values()
    currency = read_settings().settings.currency
    if str(options.file) == "-":
        write_table(products, currency, sys.stdout)
        return
    encoding = "utf-8-sig" if options.excel else "utf-8"
    try:
        with prompt_interrupts(), options.file.open("w", encoding=encoding, newline="") as file:
            write_table(products, currency, file)
    except OSError as error:
        raise CommandError(f"{options.file} cannot be written: {error.strerror}.") from None
    print(f"Wrote {len(products)} products to {options.file}.")


def run_import(options: argparse.Namespace) -> None:
    """Import a file, and print how many products it changed, or all that is wrong with it."""
    path = options.file
    images = {picture.stem for picture in PICTURES.glob("*.webp")}
    currency = read_settings().settings.currency
    try:
        with prompt_interrupts():
            rows = read_table(path, currency)
        plan = read_database(plan_import, rows, images, currency, sets_stock=options.set_stock)
    except BadProductFile as error:
        raise CommandError(str(error)) from None
    except BadRows as error:
        title = f"nothing was changed, for {path} is not right:"
        raise CommandError(_list_faults(title, error.faults)) from None
    importing = ProductImport(plan)
    _write(importing, path)
    if importing.refused:
        raise CommandError(_list_faults(_summary(importing), importing.refused))
    print(_summary(importing))


def _write(importing: ProductImport, path: Path) -> None:
    """Write the products of *importing*; what stops it is told with what is in and what is not."""
    reason = f"shop product import {path.name}"[:LONGEST_REASON]
    editor = Editor(None, reason, int(time.time()))
    engine = connect(read_settings().database)
    try:
        with deferred_interrupts() as interrupts:
            importing.run(
                lambda batch: run_query(engine, edit_products, batch, editor), interrupts.pause
            )
    except (DatabaseUnavailable, KeyboardInterrupt) as error:
        raise CommandError(_stopped(importing, path, error)) from None


def _stopped(importing: ProductImport, path: Path, error: BaseException) -> str:
    left = importing.lines_left
    is_away = isinstance(error, DatabaseUnavailable)
    why = "the database is away" if is_away else "it was interrupted"
    unsure = f" Of the first {min(SLICE, len(left))} of these that is not known." if is_away else ""
    return (
        f"the import stopped, because {why}. {_summary(importing)} {_products(len(left))} not"
        f" in: those from line {left[0]} of {path} on.{unsure} Import the same file again: what is"
        " in stays as it is."
    )


def _products(count: int) -> str:
    return "1 product is" if count == 1 else f"{count} products are"


def _list_faults(title: str, faults: Sequence[RowFault]) -> str:
    lines = [
        f"  line {line}: {fault.column}: {fault_text(fault)}"
        for line, fault in faults[:MOST_PRINTED]
    ]
    if len(faults) > MOST_PRINTED:
        lines.append(f"  and {len(faults) - MOST_PRINTED} more")
    return "\n".join((title, *lines))


def _summary(done: ProductImport) -> str:
    text = f"{done.added} added, {done.changed} changed, {done.unchanged} as they were."
    if done.stock_kept:
        text += f" {done.stock_kept} have another stock here than in the file, and keep it;"
        text += " --set-stock sets it."
    return text

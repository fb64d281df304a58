"""`shop stock`: goods received, written off and counted, what is near its date, and the log."""

import argparse
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from app.cli.arguments import count
from app.cli.database import query_database, read_database
from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.domain.barcodes import find_barcode
from app.domain.catalog import Sku
from app.domain.edits import LONGEST_REASON, MOST_STOCK
from app.domain.paging import read_start
from app.domain.periods import day_at
from app.domain.plain_text import isolated
from app.domain.stock import NotMoved, StockAct, StockChange, lacking
from app.store.best_before import list_dated
from app.store.movements import PAGE_KEY, Filter, MovementEntry, MovementsPage, list_movements
from app.store.product_edits import Editor
from app.store.stock import find_by_code, move_stock

WHY = {
    NotMoved.UNKNOWN: "there is no such product any more",
    NotMoved.NONE: "at least 1 is needed",
    NotMoved.TOO_FEW: "there is less than that",
    NotMoved.TOO_MANY: f"no more than {MOST_STOCK} can be in stock",
    NotMoved.MOVED: "the stock has changed",
}


def add_stock_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop stock receive`, `waste`, `count`, `dates` and `log`."""
    commands = parser.add_subparsers(required=True)
    for act, text in (
        (StockAct.RECEIVE, "add what has arrived"),
        (StockAct.WASTE, "take away what cannot be sold"),
        (StockAct.COUNT, "set the stock to what was counted"),
    ):
        command = commands.add_parser(act, help=text)
        command.add_argument("product", help="its SKU or barcode")
        command.add_argument("units", type=count)
        command.add_argument(
            "--reason", required=act is StockAct.WASTE, default=f"shop stock {act}"
        )
        command.set_defaults(run=run_change, act=act, best_before=None)
        if act is StockAct.RECEIVE:
            command.add_argument("--best-before", type=_day, help="a date like 2027-01-31")
    dating = commands.add_parser(
        "dates", help="print what is near its best-before date, or past it"
    )
    dating.add_argument("--days", type=count, default=7, help="how far ahead (%(default)s)")
    dating.set_defaults(run=run_dates)
    logging = commands.add_parser("log", help="print movements of stock, the newest first")
    logging.add_argument("--product", help="only of this SKU or barcode")
    logging.add_argument("--page", default="1", help="which page, as the one before said")
    logging.set_defaults(run=run_log)


def run_change(options: argparse.Namespace) -> None:
    """Receive, write off or count, and print the stock; open pages follow."""
    if not 0 < len(options.reason) <= LONGEST_REASON:
        raise CommandError(f"--reason takes 1 to {LONGEST_REASON} characters.")
    sku = _find(options.product)
    change = StockChange(sku, options.act, options.units, None, options.best_before)
    editor = Editor(None, options.reason, int(time.time()))
    done = query_database(move_stock, change, editor)
    if isinstance(done, NotMoved):
        raise CommandError(f"nothing was changed: {WHY[done]}.")
    product = done.product
    print(f"{product.name}, {product.unit}: {done.units:+}, {product.stock} in stock.")
    if missing := lacking(product):
        print(f"Carts hold {missing} more than there is.")


def run_dates(options: argparse.Namespace) -> None:
    """Print a line for each product and date, the earliest first."""
    today = day_at(time.time(), read_settings().zone).first
    dated = read_database(list_dated, today, today + timedelta(days=options.days))
    for one in dated:
        name = f"{isolated(one.product.name)}, {isolated(one.product.unit)}"
        print(f"{one.best_before}  {one.units:>7}  {one.product.sku:24}  {name}")
    if not dated:
        print("There is nothing.")


def run_log(options: argparse.Namespace) -> None:
    """Print a line for each movement of a page, and one more if there is another page."""
    if (start := read_start(options.page, PAGE_KEY)) is None:
        raise CommandError("--page takes what the page before said; pages count from 1.")
    sku = None if options.product is None else _find(options.product)
    page = read_database(list_movements, Filter(sku), start)
    print(*_lines(page, read_settings().zone), sep="\n")


def _find(code: str) -> Sku:
    sku = read_database(find_by_code, code, find_barcode(code))
    if sku is None:
        raise CommandError(f"there is no product {code}. “shop product export -” lists them.")
    return sku


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date like 2027-01-31") from None


def _lines(page: MovementsPage, zone: tzinfo) -> Iterator[str]:
    for entry in page.entries:
        yield _line(entry, zone)
    if not page.entries:
        yield "There are none."
    if page.next_page:
        yield f"There are more: --page {page.next_page}"


def _line(entry: MovementEntry, zone: tzinfo) -> str:
    at = datetime.fromtimestamp(entry.at_s, zone)
    best_before = f"  best before {entry.best_before}" if entry.best_before else ""
    about = "  ".join(isolated(text) for text in (entry.by, entry.order, entry.reason) if text)
    counts = f"{entry.units:>+7}  {entry.stock:>7}"
    return f"{at:%Y-%m-%d %H:%M}  {entry.sku:24}  {entry.kind:9}  {counts}  {about}{best_before}"

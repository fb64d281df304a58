"""`shop order`: list orders, move them on, and write what a bookkeeper needs."""

import argparse
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from time import time as now_s

from sqlalchemy import Connection

from app.cli.database import query_database, read_database
from app.cli.errors import CommandError
from app.cli.interrupts import prompt_interrupts
from app.cli.settings import read_settings
from app.domain.orders import NEXT, OrderState, may_become
from app.domain.paging import read_start
from app.domain.periods import first_second
from app.domain.plain_text import isolated
from app.i18n.formats import money
from app.runtime.config import Config
from app.services.tax_report import write_tax_report
from app.store.invoices import entries_between
from app.store.orders import (
    PAGE_KEY,
    OrdersPage,
    cancel_order_offline,
    find_order_by_number,
    list_all_orders,
    move_on,
)


def add_order_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop order list` and `shop order move`."""
    commands = parser.add_subparsers(required=True)
    listing = commands.add_parser("list", help="list orders, newest first")
    listing.add_argument("--state", type=OrderState, choices=list(OrderState))
    paging = "what the page before said; 20 orders are on one"
    listing.add_argument("--page", default="1", help=paging)
    listing.set_defaults(run=run_list)

    moving = commands.add_parser("move", help="move an order on; open pages follow")
    moving.add_argument("number", help="like 7QK4-M2XD")
    moving.add_argument("state", nargs="?", type=OrderState, choices=list(OrderState))
    moving.set_defaults(run=run_move)

    exporting = commands.add_parser("export", help="write invoices and credit notes to a CSV file")
    exporting.add_argument("file", type=Path, help="“-” writes to the terminal")
    first = "like 2027-01-01; days are those of the shop's time zone"
    exporting.add_argument("--from", type=date.fromisoformat, dest="first", help=first)
    last = "this day included"
    exporting.add_argument("--to", type=date.fromisoformat, dest="last", help=last)
    exporting.set_defaults(run=run_export)


def run_list(options: argparse.Namespace) -> None:
    """Print a line for each order of a page, and one more if there is another page."""
    if (start := read_start(options.page, PAGE_KEY)) is None:
        raise CommandError("--page takes what the page before said; pages count from 1.")
    page = read_database(list_all_orders, options.state, start)
    print(*_lines(page, read_settings()), sep="\n")


def run_move(options: argparse.Namespace) -> None:
    """Move an order to the next state, or to the one that was asked for; print where it is."""
    print(query_database(move_order, options.number, options.state, int(now_s())))


def run_export(options: argparse.Namespace) -> None:
    """Write a row for each rate of tax on what was issued on some days."""
    config = read_settings()
    from_s = first_second(options.first, config.zone) or 0
    until_s = first_second(options.last, config.zone, days_later=1) or int(now_s()) + 1
    entries, currency = read_database(entries_between, from_s, until_s), config.settings.currency
    if str(options.file) == "-":
        write_tax_report(entries, currency, sys.stdout)
        return
    try:
        with prompt_interrupts(), options.file.open("w", encoding="utf-8", newline="") as file:
            write_tax_report(entries, currency, file)
    except OSError as error:
        raise CommandError(f"{options.file} cannot be written: {error.strerror}.") from None
    print(f"Wrote {len(entries)} documents to {options.file}.")


def move_order(connection: Connection, number: str, to: OrderState | None, now_s: int) -> str:
    """Move an order to *to*, by default its next state; return a sentence that says where it is."""
    if (order := find_order_by_number(connection, number)) is None:
        raise CommandError(f"there is no order {number}. “shop order list” lists them.")
    to = to or NEXT.get(order.state, order.state)
    if not may_become(order.state, to):
        raise CommandError(f"{order.number} is {order.state} and can become {_next(order.state)}.")
    if to is OrderState.CANCELLED:
        cancel_order_offline(connection, order, now_s)
    else:
        move_on(connection, order, now_s)
    return f"{order.number}: {to}."


def _lines(page: OrdersPage, config: Config) -> Iterator[str]:
    for order in page.orders:
        recipient = f"{isolated(order.deliver.name)}, {isolated(order.deliver.city)}"
        placed_at = datetime.fromtimestamp(order.placed_at_s, config.zone)
        yield (
            f"{order.number}  {order.state:16}  {placed_at:%Y-%m-%d %H:%M}"
            f"  {money(order.totals.total, config.settings.currency):>9}  {recipient}"
        )
    if not page.orders:
        yield "There are none."
    if page.next_page:
        yield f"There are more: --page {page.next_page}"


def _next(state: OrderState) -> str:
    return " or ".join(one for one in OrderState if may_become(state, one)) or "nothing else"

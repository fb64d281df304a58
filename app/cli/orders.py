"""The commands for orders and vouchers: how they are asked for, and what they answer."""

import argparse
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.domain.catalog import Money, Voucher
from app.domain.money import pounds
from app.domain.orders import NEXT, Order, OrderState, may_become
from app.domain.vouchers import normalise_code
from app.protocol.orders import time_text
from app.store.catalog import add_voucher
from app.store.orders import cancel_aside, find_any_order, list_all_orders, move_on
from app.store.seed import midnight

Run = Callable[..., None]
Commands = Any
"""What argparse returns for a parser's commands; it has no name in public."""

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")


class CommandError(Exception):
    """A command cannot do what it was asked; the text says why, and what would help."""


def add_order_commands(commands: Commands, list_orders: Run, move_order: Run) -> None:
    """Let orders be listed and moved on."""
    order = commands.add_parser("order", help="orders").add_subparsers(required=True)
    listing = order.add_parser("list", help="list orders, newest first")
    listing.add_argument("--state", type=OrderState, choices=list(OrderState))
    listing.add_argument("--page", type=int, default=1, help="20 orders are on a page")
    listing.set_defaults(run=list_orders)

    moving = order.add_parser("move", help="move an order on; open pages follow")
    moving.add_argument("number", help="like 7QK4-M2XD")
    moving.add_argument("state", nargs="?", type=OrderState, choices=list(OrderState))
    moving.set_defaults(run=move_order)


def add_voucher_commands(
    commands: Commands, price: Callable[[str], Money], count: Callable[[str], int], run: Run
) -> None:
    """Let vouchers be added."""
    voucher = commands.add_parser("voucher", help="vouchers").add_subparsers(required=True)
    adding = voucher.add_parser("add", help="honour a voucher from now on")
    adding.add_argument("code", help="letters, digits and dashes; case does not matter")
    worth = adding.add_mutually_exclusive_group(required=True)
    worth.add_argument("--percent", type=int, default=0, choices=range(1, 101), metavar="1-100")
    worth.add_argument("--amount", type=price, default=Money(0), help="in pounds, like 5.00")
    adding.add_argument("--minimum", type=price, default=Money(0), help="from so many pounds on")
    adding.add_argument("--from", type=date.fromisoformat, dest="first", help="like 2027-01-31")
    adding.add_argument("--until", type=date.fromisoformat, dest="last", help="this day included")
    adding.add_argument("--uses", type=count, help="so often in all")
    adding.add_argument("--uses-each", type=count, help="so often by each account")
    adding.add_argument("--label", help="what shoppers read; made up if it is left out")
    adding.set_defaults(run=run)


def told_orders(connection: Connection, state: OrderState | None, page: int) -> list[str]:
    """Return a line for each order of a page, and one more if there is another page."""
    if page < 1:
        raise CommandError("pages count from 1.")
    found = list_all_orders(connection, state, page)
    return list(_lines(found.orders, found.next_page))


def move_order(connection: Connection, number: str, wanted: OrderState | None, now_s: int) -> str:
    """Move an order to the next state, or to the one that is *wanted*; say where it is."""
    if (order := find_any_order(connection, number.upper())) is None:
        raise CommandError(f"there is no order {number}. “shop order list” lists them.")
    wanted = wanted or NEXT.get(order.state, order.state)
    if not may_become(order.state, wanted):
        raise CommandError(f"{order.number} is {order.state} and can become {_next(order.state)}.")
    if wanted is OrderState.CANCELLED:
        cancel_aside(connection, order, now_s)
    else:
        move_on(connection, order)
    return f"{order.number}: {wanted}."


def make_voucher(connection: Connection, options: argparse.Namespace) -> str:
    """Add the voucher that *options* describe; say what it gives."""
    voucher = Voucher(
        normalise_code(options.code),
        options.label or _label(options),
        options.percent,
        options.amount,
        options.minimum,
        midnight(options.first, days_later=0),
        midnight(options.last, days_later=1),
        options.uses,
        options.uses_each,
    )
    if not _CODE.fullmatch(voucher.code):
        raise CommandError("a voucher's code has 1 to 40 letters, digits and dashes.")
    if not add_voucher(connection, voucher):
        raise CommandError(f"there is a voucher {voucher.code} already.")
    return f"{voucher.code}: {voucher.label}."


def _lines(orders: list[Order], next_page: int | None) -> Iterator[str]:
    for order in orders:
        to = f"{order.deliver.name}, {order.deliver.city}"
        yield (
            f"{order.number}  {order.state:10}  {time_text(order.placed_at_s)}"
            f"  {pounds(order.totals.total):>9}  {to}"
        )
    if not orders:
        yield "There are none."
    if next_page:
        yield f"There are more: --page {next_page}"


def _next(state: OrderState) -> str:
    return " or ".join(one for one in OrderState if may_become(state, one)) or "nothing else"


def _label(options: argparse.Namespace) -> str:
    worth = f"{options.percent} %" if options.percent else pounds(options.amount)
    return f"{worth} off" + (f" from {pounds(options.minimum)}" if options.minimum else "")

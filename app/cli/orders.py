"""`shop order`: list orders, and move them on."""

import argparse
import time
from collections.abc import Iterator

from sqlalchemy import Connection

from app.cli.database import query_database
from app.cli.errors import CommandError
from app.domain.money import pounds
from app.domain.orders import NEXT, OrderState, may_become
from app.protocol.orders import time_text
from app.store.orders import (
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
    listing.add_argument("--page", type=int, default=1, help="20 orders are on a page")
    listing.set_defaults(run=run_list)

    moving = commands.add_parser("move", help="move an order on; open pages follow")
    moving.add_argument("number", help="like 7QK4-M2XD")
    moving.add_argument("state", nargs="?", type=OrderState, choices=list(OrderState))
    moving.set_defaults(run=run_move)


def run_list(options: argparse.Namespace) -> None:
    """Print a line for each order of a page, and one more if there is another page."""
    if options.page < 1:
        raise CommandError("pages count from 1.")
    print(*_lines(query_database(list_all_orders, options.state, options.page)), sep="\n")


def run_move(options: argparse.Namespace) -> None:
    """Move an order to the next state, or to the one that was asked for; print where it is."""
    print(query_database(move_order, options.number, options.state, int(time.time())))


def move_order(connection: Connection, number: str, to: OrderState | None, now_s: int) -> str:
    """Move an order to *to*, by default its next state; return a sentence that says where it is."""
    if (order := find_order_by_number(connection, number.upper())) is None:
        raise CommandError(f"there is no order {number}. “shop order list” lists them.")
    to = to or NEXT.get(order.state, order.state)
    if not may_become(order.state, to):
        raise CommandError(f"{order.number} is {order.state} and can become {_next(order.state)}.")
    if to is OrderState.CANCELLED:
        cancel_order_offline(connection, order, now_s)
    else:
        move_on(connection, order)
    return f"{order.number}: {to}."


def _lines(page: OrdersPage) -> Iterator[str]:
    for order in page.orders:
        recipient = f"{order.deliver.name}, {order.deliver.city}"
        yield (
            f"{order.number}  {order.state:10}  {time_text(order.placed_at_s)}"
            f"  {pounds(order.totals.total):>9}  {recipient}"
        )
    if not page.orders:
        yield "There are none."
    if page.next_page:
        yield f"There are more: --page {page.next_page}"


def _next(state: OrderState) -> str:
    return " or ".join(one for one in OrderState if may_become(state, one)) or "nothing else"

"""`shop voucher`: add vouchers."""

import argparse
import re
from datetime import date

from app.cli.arguments import count, price
from app.cli.database import query_database
from app.cli.errors import CommandError
from app.domain.catalog import Money, Voucher
from app.domain.money import pounds
from app.domain.vouchers import normalise_code
from app.store.catalog import add_voucher
from app.store.seed import midnight

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")


def add_voucher_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop voucher add`."""
    adding = parser.add_subparsers(required=True).add_parser(
        "add", help="honour a voucher from now on"
    )
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
    adding.set_defaults(run=run_add)


def run_add(options: argparse.Namespace) -> None:
    """Add the voucher that *options* describe, and say what it gives."""
    voucher = _voucher(options)
    if not _CODE.fullmatch(voucher.code):
        raise CommandError("a voucher's code has 1 to 40 letters, digits and dashes.")
    if not query_database(add_voucher, voucher):
        raise CommandError(f"there is a voucher {voucher.code} already.")
    print(f"{voucher.code}: {voucher.label}.")


def _voucher(options: argparse.Namespace) -> Voucher:
    return Voucher(
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


def _label(options: argparse.Namespace) -> str:
    worth = f"{options.percent} %" if options.percent else pounds(options.amount)
    return f"{worth} off" + (f" from {pounds(options.minimum)}" if options.minimum else "")

"""`shop voucher`: add vouchers."""

import argparse
from datetime import date

from app.cli.arguments import count, price
from app.cli.database import query_database
from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.domain.catalog import Money, Voucher
from app.domain.languages import Language
from app.domain.periods import first_second
from app.domain.vouchers import is_code, normalise_code
from app.i18n.languages import other_languages
from app.runtime.config import Config
from app.services.made_up_labels import label_voucher
from app.store.vouchers import add_voucher


def add_voucher_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop voucher add`."""
    adding = parser.add_subparsers(required=True).add_parser(
        "add", help="honour a voucher from now on"
    )
    adding.add_argument("code", help="letters, digits and dashes; case does not matter")
    worth = adding.add_mutually_exclusive_group(required=True)
    worth.add_argument("--percent", type=int, default=0, choices=range(1, 101), metavar="1-100")
    worth.add_argument(
        "--amount", type=price, default=Money(0), help="in the shop's currency, like 5.00"
    )
    adding.add_argument(
        "--minimum", type=price, default=Money(0), help="from a subtotal of so much on"
    )
    adding.add_argument(
        "--from",
        type=date.fromisoformat,
        dest="first",
        help="like 2027-01-31; days are those of the shop's time zone",
    )
    adding.add_argument("--until", type=date.fromisoformat, dest="last", help="this day included")
    adding.add_argument("--uses", type=count, help="so often in all")
    adding.add_argument("--uses-each", type=count, help="so often by each account")
    adding.add_argument("--label", help="what shoppers read; made up if it is left out")
    for language in other_languages():
        what = f"what they read in {language}; made up, or English if --label is given"
        adding.add_argument(f"--label-{language}", dest=_destination(language), help=what)
    adding.set_defaults(run=run_add)


def run_add(options: argparse.Namespace) -> None:
    """Add the voucher that *options* describe, and say what it gives."""
    voucher = _voucher(options, read_settings())
    if not is_code(voucher.code):
        raise CommandError("a voucher's code has 1 to 40 letters, digits and dashes.")
    if not query_database(add_voucher, voucher):
        raise CommandError(f"there is a voucher {voucher.code} already.")
    print(f"{voucher.code}: {voucher.label}.")


def _voucher(options: argparse.Namespace, config: Config) -> Voucher:
    zone = config.zone
    given = {language: getattr(options, _destination(language)) for language in other_languages()}
    voucher = Voucher(
        normalise_code(options.code),
        options.label or "",
        options.percent,
        options.amount,
        options.minimum,
        first_second(options.first, zone),
        first_second(options.last, zone, days_later=1),
        options.uses,
        options.uses_each,
        {language: label for language, label in given.items() if label},
    )
    return label_voucher(voucher, config.settings.currency)


def _destination(language: Language) -> str:
    return f"label_{language}"

"""`shop voucher`: add vouchers."""

import argparse
import re
from collections.abc import Mapping
from datetime import date

from app.cli.arguments import count, price
from app.cli.database import query_database
from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.domain.catalog import Money, Voucher
from app.domain.currency import Currency
from app.domain.languages import ENGLISH, Language
from app.domain.vouchers import normalise_code
from app.i18n.formats import money
from app.i18n.languages import other_languages
from app.i18n.translate import Translator, speaking, translator_of
from app.i18n.translate import noop as N_
from app.runtime.config import Config
from app.store.catalog import add_voucher
from app.store.seed import midnight

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")
_LABELS: Mapping[tuple[bool, bool], str] = {
    (True, False): N_("%(percent)s %% off"),
    (True, True): N_("%(percent)s %% off from %(minimum)s"),
    (False, False): N_("%(amount)s off"),
    (False, True): N_("%(amount)s off from %(minimum)s"),
}
"""What a voucher gives, by whether it is a percentage, and whether it has a minimum."""


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
    if not _CODE.fullmatch(voucher.code):
        raise CommandError("a voucher's code has 1 to 40 letters, digits and dashes.")
    if not query_database(add_voucher, voucher):
        raise CommandError(f"there is a voucher {voucher.code} already.")
    print(f"{voucher.code}: {voucher.label}.")


def _voucher(options: argparse.Namespace, config: Config) -> Voucher:
    zone, currency = config.zone, config.settings.currency
    return Voucher(
        normalise_code(options.code),
        options.label or _label(options, currency, translator_of(ENGLISH)),
        options.percent,
        options.amount,
        options.minimum,
        midnight(options.first, zone, days_later=0),
        midnight(options.last, zone, days_later=1),
        options.uses,
        options.uses_each,
        _other_labels(options, currency),
    )


def _other_labels(options: argparse.Namespace, currency: Currency) -> dict[Language, str]:
    """Return the labels that are given, and if the English one is made up, all of them."""
    made_up = (
        {}
        if options.label
        else {one: _label(options, currency, translator_of(one)) for one in other_languages()}
    )
    given = {language: getattr(options, _destination(language)) for language in other_languages()}
    return made_up | {language: label for language, label in given.items() if label}


def _destination(language: Language) -> str:
    return f"label_{language}"


def _label(options: argparse.Namespace, currency: Currency, translator: Translator) -> str:
    """Return what the voucher gives, in the language of *translator*."""
    text = _LABELS[bool(options.percent), bool(options.minimum)]
    with speaking(translator.language):
        amount, minimum = money(options.amount, currency), money(options.minimum, currency)
    return translator.gettext(text, percent=options.percent, amount=amount, minimum=minimum)

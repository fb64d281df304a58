"""Types of arguments that several commands have."""

import argparse

from app.cli.settings import read_settings
from app.domain.catalog import HoldRule, Money, TaxRate
from app.domain.edits import MOST_STOCK
from app.domain.money import plain_amount, read_price
from app.domain.product_text import read_count, read_hold
from app.domain.taxes import read_rate


def price(text: str) -> Money:
    """Return a price in the shop's currency, like 2.20."""
    currency = read_settings().settings.currency
    if (found := read_price(text, currency)) is None:
        example = plain_amount(Money(220), currency)
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a price in {currency.code} like {example}"
        )
    return found


def tax_rate(text: str) -> TaxRate:
    """Return a rate of tax from percent, like 20 or 5.5."""
    if (found := read_rate(text)) is None:
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a rate of tax in percent, like 20 or 5.5"
        )
    return found


def hold_rule(text: str) -> HoldRule:
    """Return when lines of a product hold their units."""
    if (found := read_hold(text)) is None:
        raise argparse.ArgumentTypeError(f"“{text}” is none of {', '.join(HoldRule)}")
    return found


def count(text: str) -> int:
    """Return a number of pieces, at most as many as a product can have in stock."""
    if (found := read_count(text, MOST_STOCK)) is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 0 to {MOST_STOCK}")
    return found

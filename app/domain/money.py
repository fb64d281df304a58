"""Amounts of money in files and in forms; pages show them with `app.i18n.formats`."""

import re
from decimal import Decimal
from typing import Final

from app.domain.catalog import Money
from app.domain.currency import Currency

DEAREST: Final = Money(99_999_99)
"""The highest price that a product can have, in minor units of any currency."""
_AMOUNT: Final = re.compile(
    r"(?=\.?[0-9])((?:[0-9]{0,15}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{0,9})?)"
)


def plain_amount(amount: int, currency: Currency) -> str:
    """Return *amount* for a file or a form field: 123456 minor units are 1234.56."""
    if not currency.decimals:
        return f"{amount}"
    sign, digits = "-" * (amount < 0), f"{abs(amount):0{currency.decimals + 1}}"
    return f"{sign}{digits[: -currency.decimals]}.{digits[-currency.decimals :]}"


def read_amount(text: str, currency: Currency) -> Money | None:
    """Return the amount in *text*, like 2.20, £2.20 or GBP 2.20, or `None` if it is not one.

    Thousands may be set off with commas. More decimals than the currency has may only be zeros.
    """
    if not (found := _AMOUNT.fullmatch(without_sign(text.strip(), currency))):
        return None
    amount = Decimal(found[1].replace(",", "")) * currency.minor_units
    return Money(int(amount)) if amount == int(amount) else None


def read_price(text: str, currency: Currency) -> Money | None:
    """Return the price in *text*, or `None` if it is not one that a product can have."""
    amount = read_amount(text, currency)
    return amount if amount is not None and 0 < amount <= DEAREST else None


def without_sign(text: str, currency: Currency) -> str:
    """Return *text* without a sign of *currency*, or its code, before or after a number."""
    folded = text.casefold()
    for sign in map(str.casefold, (*currency.signs, currency.code)):
        if folded.startswith(sign):
            number = text[len(sign) :].lstrip()
        elif folded.endswith(sign):
            number = text[: -len(sign)].rstrip()
        else:
            continue
        return number or text
    return text

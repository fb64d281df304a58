"""Amounts of money as text."""

from decimal import Decimal, InvalidOperation
from typing import Final

from app.domain.catalog import Money

DEAREST: Final = Money(99_999_99)
"""The highest price that a product can have."""


def pounds(amount: int) -> str:
    """Return *amount*, in minor units, for people: 123456 is £1,234.56."""
    return f"{'-' if amount < 0 else ''}£{abs(amount) // 100:,}.{abs(amount) % 100:02}"


def plain_pounds(amount: Money) -> str:
    """Return *amount* for a file or a form field: 123456 is 1234.56."""
    return f"{amount // 100}.{amount % 100:02}"


def read_pounds(text: str) -> Money | None:
    """Return the price in *text*, in pounds like 2.20, or `None` if it is not one."""
    try:
        amount = Decimal(text.strip().removeprefix("£"))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 < amount * 100 <= DEAREST or amount != round(amount, 2):
        return None
    return Money(int(amount * 100))

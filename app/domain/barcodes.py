"""Barcodes of products: EAN-13, UPC-A and EAN-8, with their check digit.

A UPC-A is an EAN-13 whose first digit is 0, so its 12 digits are kept as 13. An EAN-8 has numbers
of its own and is kept as 8 digits (GS1 General Specifications).
"""

import re
from enum import StrEnum, auto
from typing import Final, NewType

Barcode = NewType("Barcode", str)
"""8 or 13 digits, of which the last is right."""

LONGEST: Final = 13

_UPC: Final = 12
_LENGTHS: Final = frozenset({8, _UPC, LONGEST})
_BETWEEN: Final = re.compile(r"[\s-]+")
"""What people put between the digits, as they are printed below the bars."""


class BarcodeFault(StrEnum):
    """Why a text is none: it has not the right number of digits, or the last one is another."""

    NOT_A_BARCODE = auto()
    CHECK_DIGIT = auto()


def read_barcode(text: str) -> Barcode | BarcodeFault:
    """Return the barcode in *text*, or why it is none."""
    digits = _BETWEEN.sub("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) in _LENGTHS):
        return BarcodeFault.NOT_A_BARCODE
    if digits[-1] != check_digit(digits[:-1]):
        return BarcodeFault.CHECK_DIGIT
    return Barcode(digits.zfill(LONGEST) if len(digits) == _UPC else digits)


def find_barcode(text: str) -> Barcode | None:
    """Return the barcode that *text* is, or `None` if it is something else."""
    found = read_barcode(text)
    return None if isinstance(found, BarcodeFault) else found


def check_digit(digits: str) -> str:
    """Return the last digit of the barcode that begins with *digits*.

    Counted from the end, every other digit has three times its value; the sum with the check digit
    ends with 0.
    """
    total = sum(int(digit) * (1 if at % 2 else 3) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)

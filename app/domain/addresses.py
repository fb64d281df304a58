"""Delivery addresses (protocol.md §7)."""

from typing import Final, NamedTuple

LONGEST_LINE: Final = 100
LONGEST_POSTCODE: Final = 16
MOST_ADDRESSES: Final = 20
"""How many an account may keep."""


class Address(NamedTuple):
    """Name and lines of 1 to 100 characters, `line2` perhaps of none, `postcode` of 1 to 16."""

    name: str
    line1: str
    line2: str
    city: str
    postcode: str

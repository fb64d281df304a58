"""Types of arguments that several commands have."""

import argparse

from app.domain.catalog import Money
from app.domain.edits import MOST_STOCK
from app.domain.money import read_pounds
from app.domain.product_text import read_count


def price(text: str) -> Money:
    """Return a price in pence from pounds, like 2.20."""
    if (found := read_pounds(text)) is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a price like 2.20")
    return found


def count(text: str) -> int:
    """Return a number of pieces, at most as many as a product can have in stock."""
    if (found := read_count(text, MOST_STOCK)) is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 0 to {MOST_STOCK}")
    return found

"""The check of holds over all accounts of a process: no more is held than there is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from app.client import Cart
from app.domain.catalog import Sku

HELD: Final = "held"


class Hold(NamedTuple):
    """The units of a product that a cart holds at the end, and how many it says there are."""

    sku: Sku
    units: int
    there_are: int


def holds_of(cart: Cart) -> Iterator[Hold]:
    """Yield what *cart* holds as a whole; what is held in part counts for nothing."""
    for line in cart.lines.values():
        if line.hold == HELD and line.stock is not None:
            yield Hold(line.sku, line.qty, line.stock + (line.others or 0))


def excess(holds: Iterable[Hold]) -> Iterator[str]:
    """Yield a sentence for each product of which *holds*, of all accounts, are too many.

    Nobody changes a cart after its holds were read, so they can be added up.
    """
    held: defaultdict[Sku, int] = defaultdict(int)
    there_are: dict[Sku, int] = {}
    for hold in holds:
        held[hold.sku] += hold.units
        there_are[hold.sku] = min(hold.there_are, there_are.get(hold.sku, hold.there_are))
    for sku, units in held.items():
        if units > there_are[sku]:
            yield f"{units} of {sku} are held by all carts, and there are {there_are[sku]}"

"""What shoppers ask for, drawn by chance from what is on the shelf and in their cart."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Final

from app.client.encode import ClientOp
from app.domain.catalog import Sku
from app.domain.ops import AddLine, SaveLine, SetLine, SetNote, Undo, UnsaveLine
from app.load.account_checker import AccountChecker

Chance = Callable[[], float]
"""Numbers from 0 to below 1."""

FEW: Final = 10
MOST_SET: Final = 90
HABITS: Final = (
    ("add", 0.50),
    ("set", 0.70),
    ("remove", 0.80),
    ("note", 0.86),
    ("save", 0.92),
    ("unsave", 0.96),
    ("undo", 1.0),
)
"""What shoppers do, with how often all up to it is done."""


def hammer_wishes(skus: Sequence[Sku]) -> Iterator[ClientOp]:
    """Yield ops that each change one of ten lines."""
    few = skus[:FEW]
    return (SetLine(few[n % len(few)], n % MOST_SET + 1) for n in count())


def filling(skus: Sequence[Sku]) -> Iterator[ClientOp]:
    """Yield the ops that make a cart of ten lines."""
    return (SetLine(sku, 2) for sku in skus[:FEW])


def shopping_wishes(
    skus: Sequence[Sku], checker: AccountChecker, chance: Chance
) -> Iterator[ClientOp]:
    """Yield what people do: mostly add, sometimes change their minds."""
    for turn in count(1):
        yield _shopping_op(turn, skus, checker, chance)


def _shopping_op(  # noqa: PLR0911 - one line an op
    turn: int, skus: Sequence[Sku], checker: AccountChecker, chance: Chance
) -> ClientOp:
    share = chance()
    habit = next(name for name, up_to in HABITS if share < up_to)
    match habit:
        case "set":
            return SetLine(_one(_held(checker, "line", skus), chance), 1 + int(chance() * 9))
        case "remove":
            return SetLine(_one(_held(checker, "line", skus), chance), 0)
        case "note":
            return SetNote(f"Leave it with number {turn}, please.")
        case "save":
            return SaveLine(_one(_held(checker, "line", skus), chance))
        case "unsave":
            return UnsaveLine(_one(_held(checker, "saved", skus), chance))
        case "undo" if checker.has_moved:
            return Undo(checker.newest)
        case _:
            return AddLine(_one(skus, chance), 1 + int(chance() * 3))


def _held(checker: AccountChecker, place: str, otherwise: Sequence[Sku]) -> Sequence[Sku]:
    return [Sku(sku) for kind, sku in checker.contents if kind == place] or otherwise


def _one(skus: Sequence[Sku], chance: Chance) -> Sku:
    return skus[int(chance() * len(skus))]

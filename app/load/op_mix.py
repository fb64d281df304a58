"""The ops that shoppers submit, drawn at random from the products and their cart."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Final

from app.domain.catalog import Sku
from app.domain.ops import AddLine, ClientOp, SaveLine, SetLine, SetNote, Undo, UnsaveLine
from app.load.account_checker import AccountChecker

Chance = Callable[[], float]
"""Numbers from 0 to below 1."""

FEW: Final = 10
MOST_SET: Final = 90
CUMULATIVE_SHARES: Final = (
    ("add", 0.50),
    ("set", 0.70),
    ("remove", 0.80),
    ("note", 0.86),
    ("save", 0.92),
    ("unsave", 0.96),
    ("undo", 1.0),
)
"""The kinds of ops with their cumulative shares."""


def hammer_ops(skus: Sequence[Sku]) -> Iterator[ClientOp]:
    """Yield ops that set the quantity of one of ten lines."""
    few = skus[:FEW]
    return (SetLine(few[n % len(few)], n % MOST_SET + 1) for n in count())


def filling_ops(skus: Sequence[Sku]) -> Iterator[ClientOp]:
    """Yield the ops that fill a cart with ten lines."""
    return (SetLine(sku, 2) for sku in skus[:FEW])


def shopping_ops(
    skus: Sequence[Sku], checker: AccountChecker, chance: Chance
) -> Iterator[ClientOp]:
    """Yield a mix like that of real shoppers: mostly add, sometimes change or remove."""
    for turn in count(1):
        yield _shopping_op(turn, skus, checker, chance)


def _shopping_op(  # noqa: PLR0911 - one line an op
    turn: int, skus: Sequence[Sku], checker: AccountChecker, chance: Chance
) -> ClientOp:
    share = chance()
    kind = next(name for name, up_to in CUMULATIVE_SHARES if share < up_to)
    match kind:
        case "set":
            return SetLine(_choose(_skus_in(checker, "line", skus), chance), 1 + int(chance() * 9))
        case "remove":
            return SetLine(_choose(_skus_in(checker, "line", skus), chance), 0)
        case "note":
            return SetNote(f"Leave it with number {turn}, please.")
        case "save":
            return SaveLine(_choose(_skus_in(checker, "line", skus), chance))
        case "unsave":
            return UnsaveLine(_choose(_skus_in(checker, "saved", skus), chance))
        case "undo" if checker.has_changed:
            return Undo(checker.newest)
        case _:
            return AddLine(_choose(skus, chance), 1 + int(chance() * 3))


def _skus_in(checker: AccountChecker, place: str, otherwise: Sequence[Sku]) -> Sequence[Sku]:
    return [Sku(sku) for kind, sku in checker.contents if kind == place] or otherwise


def _choose(skus: Sequence[Sku], chance: Chance) -> Sku:
    return skus[int(chance() * len(skus))]

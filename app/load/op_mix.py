"""The ops that shoppers submit, drawn at random from the products and their cart."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Final

from app.domain.catalog import Sku
from app.domain.ops import (
    AcceptSuggestion,
    AddLine,
    ClientOp,
    DiscardLine,
    SaveLine,
    SetLine,
    SetNote,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.load.account_checker import AccountChecker

Chance = Callable[[], float]
"""Numbers from 0 to below 1."""

FEW: Final = 10
MOST_SET: Final = 90
ACCEPTING, OWN_UNDO = 0.3, 0.5
TAKING: Final = 0.6
CUMULATIVE_SHARES: Final = (
    ("add", 0.50),
    ("set", 0.70),
    ("remove", 0.80),
    ("note", 0.86),
    ("save", 0.92),
    ("unsave", 0.95),
    ("discard", 0.96),
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


def scarce_op(skus: Sequence[Sku], chance: Chance) -> ClientOp:
    """Return an op that takes one or two of a product, or gives all of it back."""
    sku, share = choose(skus, chance), chance()
    return AddLine(sku, 1 + int(chance() * 2)) if share < TAKING else SetLine(sku, 0)


def shopping_ops(
    skus: Sequence[Sku], checker: AccountChecker, chance: Chance
) -> Iterator[ClientOp]:
    """Yield a mix like that of real shoppers: mostly add, sometimes change or remove."""
    for turn in count(1):
        yield _shopping_op(turn, skus, checker, chance)


def household_op(
    op: ClientOp, checker: AccountChecker, chance: Chance, *, suggests: bool
) -> ClientOp:
    """Return what one of a household does in place of *op*, who only *suggests* or may do all."""
    match op:
        case AddLine(sku, qty) | SetLine(sku, qty) if suggests:
            return SuggestLine(sku, qty)
        case _ if suggests:
            return Undo()
        case AddLine(sku) if chance() < ACCEPTING:
            return AcceptSuggestion(choose(_skus_in(checker, "suggested", [sku]), chance))
        case Undo() if chance() < OWN_UNDO:
            return Undo()
        case _:
            return op


def _shopping_op(  # noqa: PLR0911 - one line an op
    turn: int, skus: Sequence[Sku], checker: AccountChecker, chance: Chance
) -> ClientOp:
    share = chance()
    kind = next(name for name, up_to in CUMULATIVE_SHARES if share < up_to)
    match kind:
        case "set":
            return SetLine(choose(_skus_in(checker, "line", skus), chance), 1 + int(chance() * 9))
        case "remove":
            return SetLine(choose(_skus_in(checker, "line", skus), chance), 0)
        case "note":
            return SetNote(f"Leave it with number {turn}, please.")
        case "save":
            return SaveLine(choose(_skus_in(checker, "line", skus), chance))
        case "unsave":
            return UnsaveLine(choose(_skus_in(checker, "saved", skus), chance))
        case "discard":
            return DiscardLine(choose(_skus_in(checker, "saved", skus), chance))
        case "undo" if checker.has_changed:
            return Undo(checker.newest)
        case _:
            return AddLine(choose(skus, chance), 1 + int(chance() * 3))


def _skus_in(checker: AccountChecker, place: str, otherwise: Sequence[Sku]) -> Sequence[Sku]:
    return [Sku(sku) for kind, sku in checker.contents if kind == place] or otherwise


def choose(skus: Sequence[Sku], chance: Chance) -> Sku:
    """Return one of *skus*."""
    return skus[int(chance() * len(skus))]

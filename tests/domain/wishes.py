"""What many shoppers might ask for on many days, for Hypothesis to choose from."""

from collections.abc import Iterator
from itertools import cycle
from itertools import product as every
from typing import NamedTuple

from hypothesis import strategies as st

from app.domain.cart import Cart, Lines
from app.domain.ops import (
    AcceptLine,
    AddLine,
    BadOp,
    Op,
    Ruling,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    Undo,
    UnsaveLine,
)
from app.domain.outbox import OutboxId
from app.domain.rules import rule
from app.domain.shelf import Money, Shelf
from tests.domain.crowd import ALL_SAVED, CROWDED_SHELF, FULL, ONE_MORE, THINGS
from tests.examples import APPLES, EMPTY, FIVER, GHOST, MILK, NOON, TENTH, shelf_with, ticket

SOLD = (APPLES, MILK, THINGS[0], ONE_MORE)
SKUS = (*SOLD, GHOST)
PRICES = (Money(145), Money(220), Money(240))
SEEN = (None, Money(150))

OPS: tuple[Op, ...] = (
    *(AddLine(sku, qty, seen) for sku, qty, seen in every(SKUS, (1, 2, 60), SEEN)),
    *(SetLine(sku, qty, seen) for sku, qty, seen in every(SKUS, (0, 1, 7, 99), SEEN)),
    *(AcceptLine(sku, price) for sku, price in every(SKUS, PRICES)),
    *(UnsaveLine(sku) for sku in SKUS * 4),
    *(SaveLine(sku) for sku in SKUS * 4),
    *(SetNote(text) for text in ("", "Ring twice", "Ring once")),
    *(SetVoucher(code) for code in (None, TENTH, FIVER, "SESAME")),
    *(Undo(rev) for rev in (*[None] * 12, 1, 2)),
    BadOp(),
)
"""Every kind of op, about few products, so that they meet."""


class Day(NamedTuple):
    """One price, one stock for all that the ops are about; or nothing of it is sold any more."""

    price: Money
    stock: int
    sold: bool = True


def shelf_on(day: Day) -> Shelf:
    """Return the shelf as it is on that day."""
    shelf = CROWDED_SHELF
    for sku in SOLD:
        shelf = shelf_with(sku, shelf, **day._asdict())
    return shelf


DAYS = (*(Day(*it) for it in every(PRICES, (300, 300, 5, 0))), Day(PRICES[0], 300, sold=False))
SHELVES = {day: shelf_on(day) for day in DAYS}
STARTS = {"empty": EMPTY, "full": FULL, "all saved": ALL_SAVED}
OUTBOXES = tuple(OutboxId(f"{number:08x}-0000-4000-8000-000000000000") for number in range(17))


class Wish(NamedTuple):
    """An op, and the day on which it comes."""

    op: Op
    day: Day


class Step(NamedTuple):
    """A cart before a wish, the wish, the outbox that it came from, and what came of it."""

    before: Cart
    wish: Wish
    outbox: OutboxId
    ruling: Ruling


class Story(NamedTuple):
    """How a cart starts, and what is wished for then."""

    start: str
    wishes: list[Wish]

    def steps(self) -> Iterator[Step]:
        """Yield what happens, wish by wish; the outboxes take turns."""
        cart = STARTS[self.start]
        for wish, outbox in zip(self.wishes, cycle(OUTBOXES), strict=False):
            named = ticket(cart, outbox, repr(wish.op))
            ruling = rule(cart, named, wish.op, SHELVES[wish.day], NOON)
            yield Step(cart, wish, outbox, ruling)
            cart = ruling.cart


some_wish = st.sampled_from([Wish(op, day) for op, day in every(OPS, DAYS)])
some_wishes = st.lists(some_wish, max_size=8) | st.lists(some_wish, min_size=15, max_size=40)
"""A few, which are easy to read, or so many that limits are met."""
some_story = st.builds(Story, st.sampled_from([*STARTS]), some_wishes)


def what_shows(cart: Cart) -> tuple[Lines, Lines, str, str]:
    """Return all that an undo brings back."""
    return cart.lines, cart.saved, cart.note, cart.voucher

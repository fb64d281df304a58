"""Carts, ops and catalogues for Hypothesis to choose from."""

from collections.abc import Iterator
from itertools import cycle
from itertools import product as every
from typing import NamedTuple

from hypothesis import strategies as st

from app.domain.cart import Cart, Lines
from app.domain.catalog import Catalog, Money
from app.domain.ops import (
    AcceptLine,
    AddLine,
    BadOp,
    DiscardLine,
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
from tests.domain.large_carts import CROWDED, CROWDED_CATALOG, ONE_MORE, THINGS
from tests.examples import APPLES, EMPTY, FIVER, GHOST, MILK, NOON, TENTH, catalog_with, ref

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
    *(DiscardLine(sku) for sku in SKUS * 2),
    *(SetNote(text) for text in ("", "Ring twice", "Ring once")),
    *(SetVoucher(code) for code in (None, TENTH, FIVER, "SESAME")),
    *(Undo(rev) for rev in (*[None] * 12, 1, 2)),
    BadOp(),
)
"""Every kind of op, about few products, so that they meet."""
BODIES = {op: f"op-{number}" for number, op in enumerate(OPS)}
"""A digest for each op."""


class Day(NamedTuple):
    """One price and one stock for all products of the ops, which may be discontinued."""

    price: Money
    stock: int
    sold: bool = True


def catalog_on(day: Day) -> Catalog:
    """Return the catalogue of that day."""
    catalog = CROWDED_CATALOG
    for sku in SOLD:
        catalog = catalog_with(sku, catalog, **day._asdict())
    return catalog


DAYS = (
    *(Day(price, stock) for price, stock in every(PRICES, (300, 300, 5, 0))),
    *(Day(price, 300, sold=False) for price in PRICES),
)
CATALOGS = {day: catalog_on(day) for day in DAYS}
STARTS = {"empty": EMPTY, "crowded": CROWDED}
OUTBOXES = tuple(OutboxId(f"{number:08x}-0000-4000-8000-000000000000") for number in range(17))


class OpOnDay(NamedTuple):
    """An op, and the day on which it is submitted."""

    op: Op
    day: Day


class Step(NamedTuple):
    """A cart before an op, the op, the outbox that it came from, and the ruling."""

    before: Cart
    sent: OpOnDay
    outbox: OutboxId
    ruling: Ruling


class OpSequence(NamedTuple):
    """A first cart, and the ops that follow."""

    start: str
    ops_on_days: list[OpOnDay]

    def steps(self) -> Iterator[Step]:
        """Yield a step for each op; the outboxes take turns."""
        cart = STARTS[self.start]
        for sent, outbox in zip(self.ops_on_days, cycle(OUTBOXES), strict=False):
            named = ref(cart, outbox, BODIES[sent.op])
            ruling = rule(cart, named, sent.op, CATALOGS[sent.day], NOON)
            yield Step(cart, sent, outbox, ruling)
            cart = ruling.cart

    def end(self) -> Cart:
        """Return the cart after the last op."""
        cart = STARTS[self.start]
        for *_, ruling in self.steps():
            cart = ruling.cart
        return cart


Picture = tuple[Lines, Lines, str, str]
OPS_ON_DAYS = tuple(OpOnDay(op, day) for op, day in every(OPS, DAYS))


def decode_ops_on_days(chosen: bytes) -> list[OpOnDay]:
    """Return the ops that *chosen* encodes, two bytes each."""
    numbers = memoryview(chosen[: len(chosen) // 2 * 2]).cast("H")
    return [OPS_ON_DAYS[number % len(OPS_ON_DAYS)] for number in numbers]


some_ops_on_days = (st.binary(max_size=16) | st.binary(min_size=24, max_size=40)).map(
    decode_ops_on_days
)
"""A few, which are easy to read, or so many that limits are met: bytes are chosen fastest."""
some_start = st.sampled_from([*STARTS])
some_sequence = st.builds(OpSequence, some_start, some_ops_on_days)


def what_shows(cart: Cart) -> Picture:
    """Return all that an undo restores."""
    return cart.lines, cart.saved, cart.note, cart.voucher

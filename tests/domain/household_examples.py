"""A household, and ops of its members for Hypothesis to choose from."""

from collections.abc import Iterator
from itertools import product as every
from typing import NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.members import OWNER, Household, Member, Role
from app.domain.ops import AcceptSuggestion, DeclineSuggestion, Op, Ruling, SuggestLine, Undo
from app.domain.outbox import OpRef, Outbox, outbox_of
from app.domain.rules import rule
from app.domain.verdicts import Code, No, Ok
from tests.domain.op_examples import BODIES, CATALOGS, DAYS, OPS, SKUS, STARTS, OpOnDay
from tests.examples import CATALOG, EMPTY, HERE, NOON

BEN, CLEO, DAN = AccountId("u-ben"), AccountId("u-cleo"), AccountId("u-dan")
"""Ben may edit Ada's cart, Cleo may only suggest; Dan has nothing to do with it."""
HOUSEHOLD = Household(
    "Ada", {BEN: Member("Ben", Role.EDIT, NOON), CLEO: Member("Cleo", Role.SUGGEST, NOON)}
)
SHARED = replace(EMPTY, household=HOUSEHOLD)
PEOPLE = (OWNER, BEN, CLEO)

SHARED_OPS: tuple[Op, ...] = (
    *OPS,
    *(Undo() for _ in range(40)),
    *(SuggestLine(sku, qty) for sku, qty in every(SKUS * 3, (0, 1, 7, 99))),
    *(AcceptSuggestion(sku) for sku in SKUS * 4),
    *(DeclineSuggestion(sku) for sku in SKUS * 2),
)
"""Every kind of op, those of a household more often."""


def ruling_of(by: AccountId, op: Op, cart: Cart = SHARED, catalog: Catalog = CATALOG) -> Ruling:
    """Return the ruling on *op* of *by*, the next of that one's outbox."""
    outbox = outbox_of(by, HERE)
    n = cart.outboxes.get(outbox, Outbox()).last + 1
    return rule(cart, OpRef(outbox, n, BODIES.get(op, "body"), by), op, catalog, NOON)


def refusal_of(by: AccountId, op: Op, cart: Cart = SHARED) -> Code:
    """Return the code with which *op* of *by* is refused."""
    verdict = ruling_of(by, op, cart).verdict
    assert isinstance(verdict, No), verdict
    return verdict.code


def done_by(*sent: tuple[AccountId, Op], cart: Cart = SHARED) -> Cart:
    """Return *cart* after ops of these people, all of which must be accepted."""
    for by, op in sent:
        ruling = ruling_of(by, op, cart)
        assert isinstance(ruling.verdict, Ok), ruling.verdict
        cart = ruling.cart
    return cart


class SharedStep(NamedTuple):
    """A cart before an op, who sent the op, and the ruling."""

    before: Cart
    by: AccountId
    op: Op
    ruling: Ruling


class SharedSequence(NamedTuple):
    """A first cart, whether what is saved is shared, and what is sent by whom."""

    start: str
    shares_saved: bool
    sent: list[tuple[AccountId, OpOnDay]]

    def steps(self) -> Iterator[SharedStep]:
        """Yield a step for each op."""
        household = replace(HOUSEHOLD, shares_saved=self.shares_saved)
        cart = replace(STARTS[self.start], household=household)
        for by, (op, day) in self.sent:
            ruling = ruling_of(by, op, cart, CATALOGS[day])
            yield SharedStep(cart, by, op, ruling)
            cart = ruling.cart


_SENT = tuple((by, OpOnDay(op, day)) for by, op, day in every(PEOPLE, SHARED_OPS, DAYS[:4]))


def _decode(chosen: bytes) -> list[tuple[AccountId, OpOnDay]]:
    numbers = memoryview(chosen[: len(chosen) // 2 * 2]).cast("H")
    return [_SENT[number % len(_SENT)] for number in numbers]


some_shared_sequence = st.builds(
    SharedSequence,
    st.sampled_from([*STARTS]),
    st.booleans(),
    (st.binary(max_size=20) | st.binary(min_size=40, max_size=60)).map(_decode),
)

"""Who waits takes what is offered; an offer that cannot be had is reported."""

from typing import Any

import pytest

from app.client import Events
from app.domain.catalog import Money, Sku
from app.domain.ops import AddLine
from app.domain.verdicts import Code, No, Ok
from app.domain.waitlist import Offer
from app.load.counters import Counters
from app.load.plan import Plan
from app.load.run_context import RunContext
from app.load.shopper import Shopper
from app.load.waiting import Waiting

PIE = Sku("blackberry-pie-550g")
KEPT = Offer(PIE, "Blackberry pie", "550 g", Money(525), 300_000)
OVER = Offer(PIE, "Blackberry pie", "550 g", Money(525), 0)
SOLD_OUT = No(1, Code.SOLD_OUT, (), 0)


class AnsweringShopper(Shopper):
    """A shopper with one tab, whose ops all get the same verdict, and who remembers them."""

    def __init__(self, verdict: Ok | No):
        account: Any = AccountThatWaits()
        super().__init__([account], RunContext(Plan(), (PIE,), lambda: 0.0, str, lambda: 0.0))
        self.run.counters = Counters()
        self.messages = Events()
        tab: Any = self
        self.tabs = [tab]
        self.ops: list[Any] = []
        self._verdict = verdict

    def events(self) -> Events:
        """Return what its tab is told."""
        return self.messages

    async def submit(self, op: Any, _since_s: float) -> Ok | No:
        """Remember *op*."""
        self.ops.append(op)
        return self._verdict


class AccountThatWaits:
    """An account that remembers what it waits for."""

    id = "u-ada"

    def __init__(self) -> None:
        self.waits_for: list[Sku] = []

    async def wait_for(self, sku: Sku) -> None:
        """Remember *sku*."""
        self.waits_for.append(sku)


@pytest.mark.parametrize(("verdict", "is_broken"), [(Ok(1, 1), False), (SOLD_OUT, True)])
async def test_what_is_offered_can_be_had(verdict: Ok | No, *, is_broken: bool) -> None:
    shopper = AnsweringShopper(verdict)
    waiting = Waiting(shopper)
    shopper.messages.publish(KEPT)

    await waiting.take_turn(0)

    assert shopper.ops == [AddLine(PIE, 1)]
    assert shopper.run.counters.offers == 1
    assert bool(shopper.trace.breaches) == is_broken


async def test_what_is_sold_out_is_waited_for_and_an_offer_that_is_over_not_taken() -> None:
    shopper = AnsweringShopper(SOLD_OUT)
    account: Any = shopper.account
    waiting = Waiting(shopper)
    for offer in (KEPT, OVER):
        shopper.messages.publish(offer)

    await waiting.take_turn(0)

    assert (account.waits_for, shopper.trace.breaches) == ([PIE], [])

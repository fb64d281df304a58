"""Helps in a load test: what staff may not do, and an end that is none, are reported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.client import Closed, NotShared, Problem
from app.client.responses import OpenHelp
from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.ops import AddLine, ClientOp, SuggestLine
from app.domain.verdicts import Code, No, Ok, Verdict
from app.load.helping import Helping
from app.load.plan import Plan
from app.load.run_context import RunContext
from app.load.shopper import Shopper

MILK = Sku("milk-2l")
OFTEN = 0.1
"""Chance by which helpers do all that they may not do."""
HELP = OpenHelp("h-1", AccountId("u-ada"), "Ada", "", "")
NOT_ALLOWED = No(1, Code.NOT_ALLOWED, (), 0)


@dataclass
class Cart:
    """A cart with which staff may help, and what a faulty shop does with it."""

    is_asked: bool = False
    is_found: bool = True
    takers: int = 1
    lets_in: bool = False
    goes_on: bool = False
    throttled: bool = False


class StaffOf:
    """One of staff, who helps with the cart."""

    def __init__(self, name: str, cart: Cart):
        self.id = name
        self._cart = cart

    async def helps(self) -> list[OpenHelp]:
        """Return the help that is asked for."""
        return [HELP] if self._cart.is_found else []

    async def take_help(self, _help_id: str) -> None:
        """Take it, if there is room."""
        if not self._cart.takers:
            raise Problem(404, "not_found", "")
        self._cart.takers -= 1

    async def finish_help(self, _help_id: str) -> None:
        """End it."""
        self._cart.is_asked = False

    def tab(self, **_: Any) -> "HelperTab":
        """Return a tab that shows the cart again."""
        return HelperTab(self._cart)


class HelperTab:
    """A tab of who helps: it has stopped once the help is over."""

    name = "helper"

    def __init__(self, cart: Cart):
        self._cart = cart

    @property
    def stopped(self) -> NotShared | None:
        """Why it has stopped, once it has."""
        return None if self._cart.is_asked or self._cart.goes_on else NotShared("over")

    async def close(self) -> None:
        """Do nothing."""

    async def __aenter__(self) -> None:
        """Be let in, or not."""
        if not self._cart.lets_in:
            raise NotShared("over")

    async def __aexit__(self, *_: object) -> None:
        """Do nothing."""


class ShopperWithHelp(Shopper):
    """A shopper whose ops are all ok, but for what *refuses* says of those of a helper."""

    def __init__(self, cart: Cart, refuses: Callable[[ClientOp], bool], staff: int = 2):
        account: Any = self
        helpers: Any = [StaffOf(f"u-{n}", cart) for n in range(staff)]
        plan = Plan(settle_s=0.1)
        times = iter(range(10_000))
        run = RunContext(plan, (MILK,), lambda: OFTEN, str, lambda: float(next(times)))
        self.id = "u-ada"
        super().__init__([account], run, staff=helpers)
        self.ops: list[tuple[str, ClientOp]] = []
        self.removed: list[float] = []
        self.asked = cart
        self._refuses = refuses

    async def ask_for_help(self) -> None:
        """Ask."""
        if self.asked.throttled:
            raise Problem(429, "throttled", "", 20)
        self.asked.is_asked = True

    async def end_help(self) -> None:
        """End it."""
        self.asked.is_asked = False

    async def open_tab(self, _whose: Any = None) -> Any:
        """Return a helper's tab."""
        tab: Any = HelperTab(self.asked)
        whose_tab: Any = _Whose(self.removed)
        self.whose[tab.name] = whose_tab
        return tab

    async def submit(self, op: ClientOp, _since_s: float) -> Verdict:
        """Remember an op of the shopper."""
        self.ops.append(("shopper", op))
        return Ok(1, 1)

    async def submit_in(self, _tab: Any, op: ClientOp, _since_s: float) -> Verdict:
        """Remember an op of the helper."""
        self.ops.append(("helper", op))
        return NOT_ALLOWED if self._refuses(op) else Ok(1, 1)

    @property
    def reports(self) -> list[str]:
        """What was reported."""
        return [breach.what for breach in self.trace.breaches]


class _Whose:
    """A tab's checker, which notes when its tab may be told of nothing more."""

    def __init__(self, removed: list[float]):
        self.checker = self
        self._removed = removed

    def on_removed(self) -> None:
        """Note it."""
        self._removed.append(1.0)


def only_suggests(op: ClientOp) -> bool:
    """Say that all but suggestions are refused."""
    return not isinstance(op, SuggestLine)


async def test_a_help_is_asked_for_answered_and_ended_and_the_helper_may_only_suggest() -> None:
    shopper = ShopperWithHelp(Cart(), only_suggests)

    await Helping(shopper).take_turn()

    assert shopper.reports == []
    assert {type(op) for by, op in shopper.ops if by == "helper"} == {SuggestLine, AddLine}
    assert shopper.ops[-1] == ("shopper", AddLine(MILK, 1))
    assert (len(shopper.removed), shopper.run.counters.helps) == (1, 1)


async def test_one_who_may_not_ask_yet_comes_later() -> None:
    shopper = ShopperWithHelp(Cart(throttled=True), only_suggests)

    await Helping(shopper).take_turn()

    assert (shopper.ops, shopper.reports) == ([], [])
    assert shopper.run.counters.later == {"throttled": 1}


@pytest.mark.parametrize(
    ("cart", "refuses", "expected"),
    [
        (Cart(is_found=False), only_suggests, "staff do not find it"),
        (Cart(takers=2), only_suggests, "2 of staff got one help"),
        (Cart(takers=0), only_suggests, "0 of staff got one help"),
        (Cart(), lambda _op: False, "changed the cart without a yes"),
        (Cart(goes_on=True), only_suggests, "sees the cart, though the help is over"),
        (Cart(lets_in=True), only_suggests, "was let in after the end of the help"),
    ],
)
async def test_a_broken_promise_is_reported(
    cart: Cart, refuses: Callable[[ClientOp], bool], expected: str
) -> None:
    shopper = ShopperWithHelp(cart, refuses)

    await Helping(shopper).take_turn()

    (report,) = shopper.reports
    assert expected in report


async def test_one_who_is_kept_out_for_another_reason_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def closed(_tab: HelperTab) -> None:
        raise Closed("the tab was closed")

    monkeypatch.setattr(HelperTab, "__aenter__", closed)
    shopper = ShopperWithHelp(Cart(), only_suggests, staff=1)

    await Helping(shopper).take_turn()

    assert "was kept out as Closed" in shopper.reports[0]


async def test_one_who_is_put_out_before_the_end_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shopper = ShopperWithHelp(Cart(), only_suggests)

    async def put_out(*_: object) -> Verdict:
        raise NotShared("not yet over")

    monkeypatch.setattr(shopper, "submit_in", put_out)

    await Helping(shopper).take_turn()

    assert "was put out before the help was over" in shopper.reports[0]

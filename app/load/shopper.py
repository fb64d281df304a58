"""A simulated shopper: one account with its tabs and its checkers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple, Self

from msgspec import UNSET

from app.client import Account, Cart, InvalidResponse, Problem, Stopped, Tab
from app.domain.members import Role
from app.domain.ops import ClientOp
from app.domain.totals import ShownLine
from app.domain.verdicts import No, Verdict
from app.load.account_checker import AccountChecker
from app.load.account_setup import role_at
from app.load.hold_checker import Hold, holds_of
from app.load.model import NOTE, Authors, Contents, Key
from app.load.op_mix import household_op
from app.load.protocol_checker import ObservedTab, ProtocolChecker
from app.load.run_context import RunContext
from app.load.trace import Trace

REQUEST_ERRORS: Final = OSError, TimeoutError, InvalidResponse, Problem
RETRY_S: Final = 0.2
COMPARE_ATTEMPTS: Final = 5


class TabOf(NamedTuple):
    """Whose a tab is, and its checker."""

    account: Account
    checker: ProtocolChecker


class Shopper:
    """A shopper, or a household; `tabs` are open from `open_tabs` to `check_and_close`.

    *people* share the cart of the first of them, who is the `account`. Their tabs are opened by
    turns. *staff* may help.
    """

    def __init__(
        self,
        people: Sequence[Account],
        run: RunContext,
        *,
        is_first: bool = False,
        staff: Sequence[Account] = (),
    ):
        self.run = run
        self.is_first = is_first
        self.people = people
        self.staff = staff
        self.account = people[0]
        self.trace = Trace(self.account.id, run.now_s)
        self.tabs: list[Tab] = []
        self.whose: dict[str, TabOf] = {}
        self.checker = AccountChecker(0, {}, self.trace.report)
        self.holds: tuple[Hold, ...] = ()
        self._submitted = 0
        self._checkers = 0

    async def open_tabs(self, tabs: int) -> Self:
        """Start the checker from the present cart, and open *tabs* tabs."""
        cart = await self.account.cart()
        self.checker = AccountChecker(cart.rev, contents(cart), self.trace.report, authors(cart))
        for number in range(tabs):
            self.tabs.append(await self.open_tab(self.people[number % len(self.people)]))
        return self

    async def open_tab(self, whose: Account | None = None) -> Tab:
        """Open another tab of the account, of a member or a helper; record how long that takes."""
        began_s, one = self.run.now_s(), whose or self.account
        by = "" if one is self.account else one.id
        checker = self.new_checker(by)
        tab = one.tab(observer=checker, cart=self.account.id if by else None)
        self.whose[tab.name] = TabOf(one, checker)
        await tab.open()
        self.run.counters.openings.record(self.run.now_s() - began_s)
        return tab

    def new_checker(self, by: str = "") -> ProtocolChecker:
        """Return the checker of the next tab, of the member *by*."""
        self._checkers += 1
        tab = ObservedTab(self._checkers, self.account.id, by)
        return ProtocolChecker(tab, self.checker, self.trace, self.run)

    def suggests(self, tab: Tab) -> bool:
        """Say whether whose *tab* it is may only suggest lines."""
        place = self.people.index(self.whose[tab.name].account)
        return role_at(place, len(self.people)) is Role.SUGGEST

    def submit(self, op: ClientOp, since_s: float) -> Awaitable[Verdict]:
        """Submit in the next tab in turn; latency counts from *since_s*. Raises OutboxFull."""
        self._submitted += 1
        return self.submit_in(self.tabs[self._submitted % len(self.tabs)], op, since_s)

    def submit_in(self, tab: Tab, op: ClientOp, since_s: float) -> Awaitable[Verdict]:
        """Submit in this tab."""
        if len(self.people) > 1:
            op = household_op(op, self.checker, self.run.chance, suggests=self.suggests(tab))
        future = tab.send(op)
        self.run.ops_left -= 1
        self.run.counters.submitted += 1
        future.add_done_callback(partial(self._on_verdict, since_s))
        return future

    def count(self, verdict: Verdict, since_s: float) -> None:
        """Count a verdict on an op that was due at *since_s*."""
        counters = self.run.counters
        counters.done += 1
        counters.answers.record(self.run.now_s() - since_s)
        if isinstance(verdict, No):
            counters.refused[verdict.code] += 1

    async def check_and_close(self) -> None:
        """Check that verdicts, tabs and the server's cart agree, and close the tabs."""
        try:
            await self._check()
        except (*REQUEST_ERRORS, Stopped) as error:
            self.trace.report(f"the cart could not be checked: {error!r}")
        finally:
            await asyncio.gather(*(tab.close() for tab in self.tabs))

    async def _check(self) -> None:
        deadline_s = self.run.now_s() + self.run.plan.settle_s
        await self.until(lambda: not any(map(_is_waiting, self.tabs)), deadline_s)
        cart = await self._cart(deadline_s)
        for number, tab in enumerate(self.tabs):
            await self._compare(f"tab {number + 1}", tab, deadline_s)
        self.checker.finish(cart.rev, contents(cart), authors(cart))
        self.holds = tuple(holds_of(cart))

    async def _compare(self, name: str, tab: Tab, deadline_s: float) -> None:
        """Compare a few times: prices may be on their way."""
        cart = await self._cart(deadline_s)
        for _ in range(COMPARE_ATTEMPTS):
            if tab.cart == cart:
                return
            soon_s = min(deadline_s, self.run.now_s() + self.run.plan.settle_s / COMPARE_ATTEMPTS)
            await self.until(lambda: tab.cart == cart, soon_s)  # noqa: B023 - evaluated at once
            cart = await self._cart(deadline_s)
        if tab.cart == cart:
            return
        self.trace.report(
            f"{name} stays at revision {tab.cart.rev} ({tab.stopped or tab.at}),"
            f" and the shop's cart is at {cart.at}"
        )

    async def _cart(self, deadline_s: float) -> Cart:
        while True:
            try:
                return await self.account.cart()
            except REQUEST_ERRORS:
                if self.run.now_s() > deadline_s:
                    raise
                await asyncio.sleep(RETRY_S)

    async def until(self, condition: Callable[[], bool], deadline_s: float) -> None:
        """Wait until *condition* holds, or the deadline has passed."""
        while not condition() and self.run.now_s() < deadline_s:  # noqa: ASYNC110 - any condition
            await asyncio.sleep(RETRY_S / 4)

    def _on_verdict(self, since_s: float, future: asyncio.Future[Verdict]) -> None:
        if not future.cancelled() and future.exception() is None:
            self.count(future.result(), since_s)


def _is_waiting(tab: Tab) -> bool:
    return bool(tab.waiting) and tab.stopped is None


def contents(cart: Cart) -> Contents:
    """Return what the model needs to know of *cart*."""
    return dict(_contents(cart))


def authors(cart: Cart) -> Authors:
    """Return which members of a household put the lines of *cart* there."""
    return {key: line.by for key, line in _lines(cart) if line.by is not UNSET}


def _contents(cart: Cart) -> Iterator[tuple[Key, int | str]]:
    yield from ((key, line.qty) for key, line in _lines(cart))
    if cart.note:
        yield NOTE, cart.note


def _lines(cart: Cart) -> Iterator[tuple[Key, ShownLine]]:
    yield from ((("line", sku), line) for sku, line in cart.lines.items())
    yield from ((("saved", sku), line) for sku, line in cart.saved.items())
    yield from ((("suggested", sku), line) for sku, line in cart.suggested.items())

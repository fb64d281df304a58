"""One account that pushes: its tabs, its books, and the question whether they agree."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final, Self

from app.client import Account, Cart, InvalidResponse, Problem, Stopped, Tab
from app.client.encode import ClientOp
from app.domain.verdicts import No, Verdict
from app.load.account_checker import AccountChecker
from app.load.model import NOTE, Contents, Key
from app.load.protocol_checker import ProtocolChecker
from app.load.run_context import RunContext
from app.load.trace import Trace

TROUBLE: Final = OSError, TimeoutError, InvalidResponse, Problem
AGAIN_S: Final = 0.2
LOOKS: Final = 5


class Shopper:
    """An account in play; `tabs` are open from `enter` to `leave`."""

    def __init__(self, account: Account, run: RunContext, *, is_first: bool = False):
        self.run = run
        self.is_first = is_first
        self.account = account
        self.trace = Trace(account.id, run.now_s)
        self.tabs: list[Tab] = []
        self.checker = AccountChecker(0, {}, self.trace.object_to)
        self._turn = 0
        self._seen = 0

    async def enter(self, tabs: int) -> Self:
        """Look into the cart as it is, and open so many tabs."""
        cart = await self.account.cart()
        self.checker = AccountChecker(cart.rev, contents(cart), self.trace.object_to)
        for _ in range(tabs):
            self.tabs.append(await self.open_tab())
        return self

    async def open_tab(self) -> Tab:
        """Open another tab, and note how long that takes."""
        began_s = self.run.now_s()
        tab = await self.account.tab(observer=self.witness()).open()
        self.run.counters.openings.record(self.run.now_s() - began_s)
        return tab

    def witness(self) -> ProtocolChecker:
        """Return who watches the next tab."""
        self._seen += 1
        return ProtocolChecker(self._seen, self.account.id, self.checker, self.trace, self.run)

    def ask(self, wish: ClientOp, since_s: float) -> Awaitable[Verdict]:
        """Ask in the next tab's turn, or raise; the answer's time counts from *since_s*."""
        self._turn += 1
        return self.ask_in(self.tabs[self._turn % len(self.tabs)], wish, since_s)

    def ask_in(self, tab: Tab, wish: ClientOp, since_s: float) -> Awaitable[Verdict]:
        """Ask in this tab."""
        asker = tab.send(wish)
        self.run.left -= 1
        self.run.counters.asked += 1
        asker.add_done_callback(partial(self._hear, since_s))
        return asker

    def count(self, verdict: Verdict, since_s: float) -> None:
        """Count an answer to what should have been asked at *since_s*."""
        counters = self.run.counters
        counters.done += 1
        counters.answers.record(self.run.now_s() - since_s)
        if isinstance(verdict, No):
            counters.refused[verdict.code] += 1

    async def leave(self) -> None:
        """Hold the books against every tab and the shop, and close the tabs."""
        try:
            await self._check()
        except (*TROUBLE, Stopped) as trouble:
            self.trace.object_to(f"the cart could not be checked: {trouble!r}")
        finally:
            await asyncio.gather(*(tab.close() for tab in self.tabs))

    async def _check(self) -> None:
        deadline_s = self.run.now_s() + self.run.plan.settle_s
        await self._until(lambda: not any(tab.waiting for tab in self.tabs), deadline_s)
        cart = await self._cart(deadline_s)
        for number, tab in enumerate(self.tabs):
            await self._compare(f"tab {number + 1}", tab, deadline_s)
        self.checker.close(cart.rev, contents(cart))

    async def _compare(self, name: str, tab: Tab, deadline_s: float) -> None:
        """Look a few times: prices may be on their way."""
        cart = await self._cart(deadline_s)
        for _ in range(LOOKS):
            if tab.cart == cart:
                return
            soon_s = min(deadline_s, self.run.now_s() + self.run.plan.settle_s / LOOKS)
            await self._until(lambda: tab.cart == cart, soon_s)  # noqa: B023 - asked at once
            cart = await self._cart(deadline_s)
        if tab.cart == cart:
            return
        self.trace.object_to(
            f"{name} stays at revision {tab.cart.rev} ({tab.stopped or tab.at}),"
            f" and the shop's cart is at {cart.at}"
        )

    async def _cart(self, deadline_s: float) -> Cart:
        while True:
            try:
                return await self.account.cart()
            except TROUBLE:
                if self.run.now_s() > deadline_s:
                    raise
                await asyncio.sleep(AGAIN_S)

    async def _until(self, holds: Callable[[], bool], deadline_s: float) -> None:
        while not holds() and self.run.now_s() < deadline_s:  # noqa: ASYNC110 - many things
            await asyncio.sleep(AGAIN_S / 4)

    def _hear(self, since_s: float, asker: asyncio.Future[Verdict]) -> None:
        if not asker.cancelled() and asker.exception() is None:
            self.count(asker.result(), since_s)


def contents(cart: Cart) -> Contents:
    """Return what the model needs to know of *cart*."""
    return dict(_contents(cart))


def _contents(cart: Cart) -> Iterator[tuple[Key, int | str]]:
    yield from ((("line", sku), line.qty) for sku, line in cart.lines.items())
    yield from ((("saved", sku), line.qty) for sku, line in cart.saved.items())
    if cart.note:
        yield NOTE, cart.note

"""Clients that shop while faults are injected, and record what they send and receive."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from app.client import Account, InvalidResponse, Problem, RetryPolicy, Stopped, Tab
from app.client.encode import op, op_body
from app.client.messages import Need
from app.client.problem import fetch
from app.client.request import Request, Site
from app.domain.addresses import Address
from app.domain.catalog import Sku
from app.domain.ops import AddLine, ClientOp, SaveLine, SetLine, SetNote, Undo, UnsaveLine
from app.domain.verdicts import No, Ok, RetryLater
from app.load.frames import decode_op
from tests.e2e.catalog import PLENTY
from tests.proof.log import Answered, Cancelled, Log, Looked, Ordered, Pen, Placed, Posted

QUICK: Final = RetryPolicy(
    base_delay_s=0.05,
    max_delay_s=0.2,
    reset_after_s=0,
    heartbeat_timeout_s=1.5,
    open_timeout_s=2,
    response_timeout_s=4,
)
TABS: Final = 2
SKUS: Final = [Sku(sku) for sku in PLENTY[:8]]
HOME: Final = Address("Ada", "1 Mill Lane", "", "Bath", "BA1 1AA")
TROUBLE: Final = (OSError, TimeoutError, InvalidResponse)
AGAIN_S: Final = 0.05
FIRST_FAILURE: Final = 500
THOUGHT_S: Final = 0.04
HASTE_S: Final = 0.02
"""The longest that a customer waits who drops requests."""

T = TypeVar("T")
Chore = Callable[[], Awaitable[None]]


class Customer:
    """One account: its tabs, an outbox for ops over HTTP, and the orders that it placed."""

    def __init__(self, account: Account, site: Site, log: Log, chance: Random):
        self.account = account
        self.who = str(account.id)
        self.tabs: list[Tab] = []
        self.busy = 0
        self.is_in_haste = False
        self._site = site
        self._log = log
        self._chance = chance
        self._turn = 0
        self._outbox = self._name()
        self._posted = 0
        self._orders: list[str] = []

    async def enter(self) -> None:
        """Open the tabs."""
        for number in range(1, TABS + 1):
            pen = Pen(self._log, self.who, number)
            self.tabs.append(await self.account.tab(observer=pen).open())

    async def leave(self) -> None:
        """Close the tabs."""
        await asyncio.gather(*(tab.close() for tab in self.tabs))

    async def shop(self, goes_on: Callable[[], bool]) -> None:
        """Run three activities at once until *goes_on* is false; each finishes its last action."""
        hands = (self._ask, self._ask, self._do_by_request)
        with suppress(Stopped):
            await asyncio.gather(*(self._keep_doing(hand, goes_on) for hand in hands))

    async def _keep_doing(self, chore: Chore, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            self.busy += 1
            try:
                await chore()
            finally:
                self.busy -= 1
            await asyncio.sleep(self._chance.random() * THOUGHT_S)

    async def _ask(self) -> None:
        """Send an op in a tab, and sometimes repeat an answered one."""
        tab = self._chance.choice(self.tabs)
        await tab.send(self._wish(tab))
        if self._chance.random() < 1 / 4:
            with suppress(Exception):  # Nothing to repeat yet, or the tab is not connected.
                tab.resend(tab.settled)

    async def _do_by_request(self) -> None:
        share = self._chance.random()
        if share < 0.5:
            await self._post(self._wish(self.tabs[0]))
        elif share < 0.75:
            await self._look()
        elif share < 0.95 or not self._orders:
            await self._order()
        else:
            await self._cancel(self._orders.pop())

    async def _post(self, wish: ClientOp) -> None:
        """Post an op until it has a verdict; requests may be dropped before their response."""
        self._posted += 1
        n, asked = self._posted, [(self._posted, wish)]
        self._log.events.append(
            Posted(_now(), self.who, self._outbox, decode_op(op(n, op_body(wish))))
        )
        while True:
            said = await self._patiently(lambda: self._post_once(asked))
            if isinstance(said, Ok | No):
                self._log.events.append(Answered(_now(), self.who, self._outbox, said))
                return
            await asyncio.sleep(AGAIN_S)

    async def _post_once(self, asked: list[tuple[int, ClientOp]]) -> Ok | No | RetryLater | Need:
        patience_s = (
            self._chance.random() * HASTE_S if self.is_in_haste else QUICK.response_timeout_s
        )
        async with asyncio.timeout(patience_s):
            return (await self.account.send(self._outbox, asked)).verdicts[0]

    async def _look(self) -> None:
        began_s = _now()
        with suppress(*TROUBLE, Problem):
            cart = await self.account.cart()
            assert cart.at
            self._log.events.append(Looked(_now(), self.who, began_s, cart.at, cart.rev))

    async def _order(self) -> None:
        cart = await self._patiently(self.account.cart)
        if not cart.lines or cart.at is None:
            return
        key, at, total = self._name(), cart.at, cart.totals.total
        self._log.events.append(Ordered(_now(), self.who, key, at))
        number = ""
        with suppress(Problem):
            placed = await self._patiently(lambda: self.account.place_order(key, at, total, HOME))
            number = str(placed.number)
            self._orders.append(number)
        self._log.events.append(Placed(_now(), self.who, key, number))

    async def _cancel(self, number: str) -> None:
        asked = Request("POST", f"/api/orders/{number}/cancel", "{}", self.account.cookie)
        with suppress(Problem):
            await self._patiently(lambda: fetch(self._site, asked, QUICK.response_timeout_s))
            self._log.events.append(Cancelled(_now(), self.who, number))

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Repeat a request until the shop answers it; raises `Problem` for a 4xx response."""
        while True:
            try:
                return await ask()
            except TROUBLE:
                await asyncio.sleep(AGAIN_S)
            except Problem as problem:
                if problem.status < FIRST_FAILURE:
                    raise
                await asyncio.sleep(AGAIN_S)

    def _wish(self, tab: Tab) -> ClientOp:
        """Draw an op: mostly additions, sometimes changes and undos."""
        self._turn += 1
        chance, sku = self._chance, self._chance.choice(SKUS)
        held = self._chance.choice([*tab.cart.lines] or SKUS)
        saved = self._chance.choice([*tab.cart.saved] or SKUS)
        wishes: dict[ClientOp, int] = {
            AddLine(sku, 1 + chance.randrange(3)): 45,
            SetLine(held, chance.randrange(9)): 20,
            SetNote(f"{self.who} {self._turn}"): 13,
            SaveLine(held): 7,
            UnsaveLine(saved): 5,
            Undo(): 10,
        }
        return chance.choices([*wishes], [*wishes.values()])[0]

    def _name(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))


def _now() -> float:
    return time.monotonic()

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
from app.client.problem import fetch
from app.client.request import Request, Site
from app.domain.addresses import Address
from app.domain.catalog import Money, Sku
from app.domain.ops import (
    AddLine,
    ClientOp,
    DiscardLine,
    SaveLine,
    SetLine,
    SetNote,
    Undo,
    UnsaveLine,
)
from app.domain.verdicts import No, Ok, RetryLater
from app.load.frames import decode_op
from app.protocol.messages import Need
from tests.e2e.catalog import PLENTY
from tests.proof.log import (
    CartRead,
    Log,
    OpAnswered,
    OpPosted,
    OrderCancelled,
    OrderOutcome,
    OrderRequested,
    TabRecorder,
)

RETRY_POLICY: Final = RetryPolicy(
    base_delay_s=0.05,
    max_delay_s=0.2,
    reset_after_s=0,
    heartbeat_timeout_s=1.5,
    open_timeout_s=2,
    response_timeout_s=4,
)
TABS: Final = 2
MOST_ORDER_TRIES: Final = 4
SKUS: Final = [Sku(sku) for sku in PLENTY[:8]]
HOME: Final = Address("Ada", "1 Mill Lane", "", "Bath", "BA1 1AA")
RETRIABLE: Final = (OSError, TimeoutError, InvalidResponse)
RETRY_S: Final = 0.05
FIRST_FAILURE: Final = 500
THINK_S: Final = 0.04
MAX_DROP_S: Final = 0.02
"""The longest that a customer waits who drops requests."""

T = TypeVar("T")
Action = Callable[[], Awaitable[None]]


class Customer:
    """One account: its tabs, an outbox for ops over HTTP, and the orders that it placed."""

    def __init__(self, account: Account, site: Site, log: Log, chance: Random):
        self.account = account
        self.account_id = str(account.id)
        self.tabs: list[Tab] = []
        self.busy = 0
        self.drops_requests = False
        self._site = site
        self._log = log
        self._chance = chance
        self._op_count = 0
        self._outbox = self._new_id()
        self._posted = 0
        self._orders: list[str] = []

    async def open_tabs(self) -> None:
        """Open the tabs."""
        for number in range(1, TABS + 1):
            recorder = TabRecorder(self._log, self.account_id, number)
            self.tabs.append(await self.account.tab(observer=recorder).open())

    async def close_tabs(self) -> None:
        """Close the tabs."""
        await asyncio.gather(*(tab.close() for tab in self.tabs))

    async def shop(self, goes_on: Callable[[], bool]) -> None:
        """Run three activities at once until *goes_on* is false; each finishes its last action."""
        activities = (self._send_op, self._send_op, self._use_http)
        with suppress(Stopped):
            await asyncio.gather(*(self._repeat(activity, goes_on) for activity in activities))

    async def _repeat(self, action: Action, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            self.busy += 1
            try:
                await action()
            finally:
                self.busy -= 1
            await asyncio.sleep(self._chance.random() * THINK_S)

    async def _send_op(self) -> None:
        """Send an op in a tab, and sometimes repeat an answered one."""
        tab = self._chance.choice(self.tabs)
        await tab.send(self._choose_op(tab))
        if self._chance.random() < 1 / 4:
            with suppress(Exception):  # Nothing to repeat yet, or the tab is not connected.
                tab.resend(tab.settled)

    async def _use_http(self) -> None:
        share = self._chance.random()
        if share < 0.5:
            await self._post_op(self._choose_op(self.tabs[0]))
        elif share < 0.75:
            await self._read_cart()
        elif share < 0.95 or not self._orders:
            await self._order()
        else:
            await self._cancel(self._orders.pop())

    async def _post_op(self, client_op: ClientOp) -> None:
        """Post an op until it has a verdict; requests may be dropped before their response."""
        self._posted += 1
        n, ops = self._posted, [(self._posted, client_op)]
        self._log.events.append(
            OpPosted(_now(), self.account_id, self._outbox, decode_op(op(n, op_body(client_op))))
        )
        while True:
            verdict = await self._retry(lambda: self._post_once(ops))
            if isinstance(verdict, Ok | No):
                self._log.events.append(OpAnswered(_now(), self.account_id, self._outbox, verdict))
                return
            await asyncio.sleep(RETRY_S)

    async def _post_once(self, ops: list[tuple[int, ClientOp]]) -> Ok | No | RetryLater | Need:
        timeout_s = (
            self._chance.random() * MAX_DROP_S
            if self.drops_requests
            else RETRY_POLICY.response_timeout_s
        )
        async with asyncio.timeout(timeout_s):
            return (await self.account.send(self._outbox, ops)).verdicts[0]

    async def _read_cart(self) -> None:
        began_s = _now()
        with suppress(*RETRIABLE, Problem):
            cart = await self.account.cart()
            assert cart.at
            self._log.events.append(CartRead(_now(), self.account_id, began_s, cart.at, cart.rev))

    async def _order(self) -> None:
        """Order the cart as it is; another tab often changes it meanwhile, so do not give up."""
        for _ in range(MOST_ORDER_TRIES):
            cart = await self._retry(self.account.cart)
            if not cart.lines or cart.at is None or await self._place(cart.at, cart.totals.total):
                return

    async def _place(self, at: str, total: Money) -> bool:
        key, number = self._new_id(), ""
        self._log.events.append(OrderRequested(_now(), self.account_id, key, at))
        with suppress(Problem):
            placed = await self._retry(lambda: self.account.place_order(key, at, total, HOME))
            number = str(placed.number)
            self._orders.append(number)
        self._log.events.append(OrderOutcome(_now(), self.account_id, key, number))
        return bool(number)

    async def _cancel(self, number: str) -> None:
        request = Request("POST", f"/api/orders/{number}/cancel", "{}", self.account.cookie)
        with suppress(Problem):
            await self._retry(lambda: fetch(self._site, request, RETRY_POLICY.response_timeout_s))
            self._log.events.append(OrderCancelled(_now(), self.account_id, number))

    async def _retry(self, send: Callable[[], Awaitable[T]]) -> T:
        """Repeat a request until the shop answers it; raises `Problem` for a 4xx response."""
        while True:
            try:
                return await send()
            except RETRIABLE:
                await asyncio.sleep(RETRY_S)
            except Problem as problem:
                if problem.status < FIRST_FAILURE:
                    raise
                await asyncio.sleep(RETRY_S)

    def _choose_op(self, tab: Tab) -> ClientOp:
        """Draw an op: mostly additions, sometimes changes and undos."""
        self._op_count += 1
        chance, sku = self._chance, self._chance.choice(SKUS)
        held = self._chance.choice([*tab.cart.lines] or SKUS)
        saved = self._chance.choice([*tab.cart.saved] or SKUS)
        weights: dict[ClientOp, int] = {
            AddLine(sku, 1 + chance.randrange(3)): 45,
            SetLine(held, chance.randrange(9)): 20,
            SetNote(f"{self.account_id} {self._op_count}"): 13,
            SaveLine(held): 7,
            UnsaveLine(saved): 4,
            DiscardLine(saved): 1,
            Undo(): 10,
        }
        return chance.choices([*weights], [*weights.values()])[0]

    def _new_id(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))


def _now() -> float:
    return time.monotonic()

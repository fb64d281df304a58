"""Tabs that keep adding products, and record how long they wait and how often they reconnect."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from msgspec.json import Decoder

from app.client import Account, Observer, Shop, Tab
from app.domain.verdicts import Ok
from app.load.frames import HELLO, Frame

PASSWORD = "seven brown bricks"
CONVERGE_S = 60
RETRY_LATER = b'"retry_ms"'
VERDICT, WELCOME = (b'{"t":"ok"', b'{"t":"no"'), b'{"t":"welcome"'
_decode = Decoder(Frame).decode


class SocketLog(Observer):
    """Records in `history` when the websockets of a tab were opened and closed.

    `failures` says which could not be opened, `forgotten` counts welcomes that know less than the
    tab did at its hello, and `longest_away_s` is the longest time without a welcomed websocket.
    """

    def __init__(self) -> None:
        self.opened_count = 0
        self.history: list[str] = []
        self.failures: list[str] = []
        self.forgotten = 0
        self.longest_away_s = 0.0
        self._answered = 0
        self._known: dict[int, int] = {}
        self._welcomed: set[int] = set()
        self._away_since_s: float | None = None

    def opened(self, gen: int) -> None:
        """Record the event."""
        self.opened_count += 1
        self._record(f"{gen} opened")

    def sent(self, gen: int, frame: str) -> None:
        """Note what the tab knows at its hello."""
        if frame.startswith(HELLO):
            self._known[gen] = self._answered

    def received(self, gen: int, frame: bytes) -> None:
        """Note a verdict, and compare a welcome with what was known."""
        if frame.startswith(VERDICT) and RETRY_LATER not in frame:
            self._answered = max(self._answered, _decode(frame).n)
        elif frame.startswith(WELCOME):
            self.forgotten += _decode(frame).last < self._known[gen]
            self._welcomed.add(gen)
            if self._away_since_s is not None:
                away_s = time.monotonic() - self._away_since_s
                self.longest_away_s = max(self.longest_away_s, away_s)
                self._away_since_s = None

    def closed(self, gen: int, code: int, reason: str) -> None:
        """Record the event."""
        self._record(f"{gen} closed {code} {reason}")
        if self._welcomed == {gen}:
            self._away_since_s = time.monotonic()
        self._welcomed.discard(gen)

    def failed(self, why: str) -> None:
        """Record the event."""
        self.failures.append(why)
        self._record(f"none: {why}")

    def _record(self, line: str) -> None:
        self.history.append(f"{time.monotonic():.2f} {line}")


@dataclass
class Clicker:
    """A tab that adds one product after the other; `longest_s` is the slowest verdict so far."""

    tab: Tab
    sockets: SocketLog
    clicks: int = 0
    longest_s: float = 0.0
    sent: int = 0
    waits_s: list[float] = field(default_factory=list)

    async def click(self, skus: Sequence[str], pause_s: float, until: asyncio.Event) -> None:
        """Add one of *skus* after the other; each must be answered `ok`.

        It may run several times at once, for as many clicks under way.
        """
        while not until.is_set():
            began_s = time.monotonic()
            self.sent += 1
            verdict = await self.tab.add(skus[self.sent % len(skus)])
            assert isinstance(verdict, Ok), verdict
            self.clicks += 1
            self.waits_s.append(time.monotonic() - began_s)
            self.longest_s = max(self.longest_s, self.waits_s[-1])
            await asyncio.sleep(pause_s)


@dataclass
class ClickingAccount:
    """An account with a clicker at each server."""

    account: Account
    clickers: list[Clicker]

    async def check_converged(self) -> int:
        """Check that the cart has every click exactly once, in every tab; return their number."""
        clicks = sum(clicker.clicks for clicker in self.clickers)
        cart = await self.account.cart()
        assert sum(line.qty for line in cart.lines.values()) == cart.rev == clicks
        async with asyncio.timeout(CONVERGE_S):
            for clicker in self.clickers:
                await _wait_for_position(clicker.tab, cart.at)
        return clicks


async def _wait_for_position(tab: Tab, at: str | None) -> None:
    await tab.until(lambda: tab.at == at)


@asynccontextmanager
async def clicking_accounts(
    origins: Sequence[str], count: int
) -> AsyncIterator[list[ClickingAccount]]:
    """Register *count* accounts at the first of *origins*, each with a tab at every origin."""
    async with AsyncExitStack() as stack:
        shops = [Shop(origin) for origin in origins]
        accounts: list[ClickingAccount] = []
        for number in range(count):
            account = await shops[0].register(f"c{number}@shop.example", PASSWORD, "Clicker")
            clicking = ClickingAccount(account, [])
            for shop in shops:
                sockets = SocketLog()
                tab = shop.account(account.id, account.cookie).tab(observer=sockets)
                clicking.clickers.append(Clicker(await stack.enter_async_context(tab), sockets))
            accounts.append(clicking)
        yield accounts

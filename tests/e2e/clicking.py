"""Shoppers who click all the time, and notice how long they wait and how often they reconnect."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from app.client import Account, Observer, Shop, Tab
from app.domain.verdicts import Ok

PASSWORD = "seven brown bricks"
AGREE_S = 5


class Sockets(Observer):
    """Remembers how the sockets of a tab came and went; `diary` has a line for each."""

    def __init__(self) -> None:
        self.opened_count = 0
        self.diary: list[str] = []

    def opened(self, gen: int) -> None:
        """Count it."""
        self.opened_count += 1
        self._note(f"{gen} opened")

    def closed(self, gen: int, code: int, reason: str) -> None:
        """Note how."""
        self._note(f"{gen} closed {code} {reason}")

    def failed(self, why: str) -> None:
        """Note why there is none."""
        self._note(f"none: {why}")

    def _note(self, line: str) -> None:
        self.diary.append(f"{time.monotonic():.2f} {line}")


@dataclass
class Clicker:
    """A tab in somebody's hand; `longest_s` is the longest wait for an answer."""

    tab: Tab
    sockets: Sockets
    clicks: int = 0
    longest_s: float = 0.0

    async def click(self, skus: Sequence[str], pause_s: float, until: asyncio.Event) -> None:
        """Add one of *skus* after the other; each must be answered `ok`."""
        while not until.is_set():
            began_s = time.monotonic()
            verdict = await self.tab.add(skus[self.clicks % len(skus)])
            assert isinstance(verdict, Ok), verdict
            self.clicks += 1
            self.longest_s = max(self.longest_s, time.monotonic() - began_s)
            await asyncio.sleep(pause_s)


@dataclass
class Household:
    """An account whose tabs all click on the same products."""

    account: Account
    clickers: list[Clicker]

    async def agrees(self) -> int:
        """Check that the cart holds every click once, as every tab sees it; return how many."""
        clicks = sum(clicker.clicks for clicker in self.clickers)
        cart = await self.account.cart()
        assert sum(line.qty for line in cart.lines.values()) == cart.rev == clicks
        async with asyncio.timeout(AGREE_S):
            for clicker in self.clickers:
                await self._catches_up(clicker.tab, cart.at)
        return clicks

    async def _catches_up(self, tab: Tab, at: str | None) -> None:
        await tab.until(lambda: tab.at == at)


@asynccontextmanager
async def households(origins: Sequence[str], count: int) -> AsyncIterator[list[Household]]:
    """Register so many at the first of *origins*, each with a tab at all of them."""
    async with AsyncExitStack() as stack:
        shops = [Shop(origin) for origin in origins]
        made: list[Household] = []
        for number in range(count):
            account = await shops[0].register(f"c{number}@shop.example", PASSWORD, "Clicker")
            household = Household(account, [])
            for shop in shops:
                sockets = Sockets()
                tab = shop.account(account.id, account.cookie).tab(observer=sockets)
                household.clickers.append(Clicker(await stack.enter_async_context(tab), sockets))
            made.append(household)
        yield made

"""A scripted shop, and a tab in it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count

import pytest

from app.client import Account, Observer, RetryPolicy, Shop, Tab
from tests.client.scripted import Line, ScriptedShop, scripted_shop

QUICK = RetryPolicy(closing_s=0.2, opening_s=5)
"""As in the protocol, but for a shop that is just around the corner."""


class Trace(Observer):
    """Remembers what happened to a tab's sockets, and what was sent."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.frames: list[tuple[int, str]] = []
        self._more = asyncio.Event()

    async def has_seen(self, times: int) -> None:
        """Wait until so much has happened."""
        while len(self.happened) < times:
            self._more.clear()
            await self._more.wait()

    def opened(self, gen: int) -> None:
        """Remember it."""
        self.happened.append(f"{gen} opened")

    def closed(self, gen: int, code: int, reason: str) -> None:
        """Remember it."""
        self.happened.append(f"{gen} closed {code} {reason}".rstrip())

    def failed(self, why: str) -> None:
        """Remember it."""
        self.happened.append(why)
        self._more.set()

    def sent(self, gen: int, frame: str) -> None:
        """Remember it."""
        self.frames.append((gen, f"> {frame}"))

    def received(self, gen: int, frame: bytes) -> None:
        """Remember it."""
        self.frames.append((gen, f"< {frame.decode()}"))


def names() -> Callable[[], str]:
    """Return what makes up one name after the other."""
    numbers = count(1)
    return lambda: f"{next(numbers):08x}-0000-4000-8000-000000000000"


@pytest.fixture
async def shop() -> AsyncIterator[ScriptedShop]:
    """Return a shop that waits for its script."""
    async with scripted_shop() as shop:
        yield shop


def account_in(shop: ScriptedShop, retry_policy: RetryPolicy = QUICK) -> Account:
    """Return the account of the samples; nothing is left to chance, which is always 0."""
    client = Shop(shop.url, retry_policy=retry_policy, chance=lambda: 0.0, new_name=names())
    return client.account("u-3fa9", "shop=secret")


async def opened(shop: ScriptedShop, tab: Tab) -> Line:
    """Open *tab*, and return the shop's end of it."""
    opening = asyncio.ensure_future(tab.open())
    line = await shop.welcomed()
    await opening
    return line


@pytest.fixture
def trace() -> Trace:
    """Return what watches the tab."""
    return Trace()


@pytest.fixture
async def tab(shop: ScriptedShop, trace: Trace) -> AsyncIterator[Tab]:
    """Return a tab that is not open yet; it is closed afterwards."""
    tab = account_in(shop).tab(observer=trace)
    yield tab
    await tab.close()

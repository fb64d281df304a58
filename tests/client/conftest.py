"""Fixtures: a scripted shop, a tab that connects to it, and an observer of the tab."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count

import pytest

from app.client import Account, Observer, RetryPolicy, Shop, Tab
from tests.client.scripted import Peer, ScriptedShop, scripted_shop

FAST_POLICY = RetryPolicy(close_timeout_s=0.2, open_timeout_s=5)
"""The protocol's, with short timeouts for a server on the same machine."""


class RecordingObserver(Observer):
    """Records the opening and closing of a tab's websockets, and all frames."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.frames: list[tuple[int, str]] = []
        self._more = asyncio.Event()
        self._changed = asyncio.Event()

    async def until(self, event: str) -> None:
        """Wait until *event* is recorded."""
        while event not in self.events:
            self._changed.clear()
            await self._changed.wait()

    async def wait_for_events(self, count: int) -> None:
        """Wait until a connection failed and there are *count* events."""
        while len(self.events) < count:
            self._more.clear()
            await self._more.wait()

    def opened(self, gen: int) -> None:
        """Record it."""
        self.events.append(f"{gen} opened")
        self._changed.set()

    def closed(self, gen: int, code: int, reason: str) -> None:
        """Record it."""
        self.events.append(f"{gen} closed {code} {reason}".rstrip())
        self._changed.set()

    def failed(self, why: str) -> None:
        """Record it."""
        self.events.append(why)
        self._more.set()

    def sent(self, gen: int, frame: str) -> None:
        """Record it."""
        self.frames.append((gen, f"> {frame}"))

    def received(self, gen: int, frame: bytes) -> None:
        """Record it."""
        self.frames.append((gen, f"< {frame.decode()}"))


def sequential_names() -> Callable[[], str]:
    """Return a generator of UUIDs that count up from 1."""
    numbers = count(1)
    return lambda: f"{next(numbers):08x}-0000-4000-8000-000000000000"


@pytest.fixture
async def shop() -> AsyncIterator[ScriptedShop]:
    """Return a shop that accepts websockets."""
    async with scripted_shop() as shop:
        yield shop


def account_in(shop: ScriptedShop, retry_policy: RetryPolicy = FAST_POLICY) -> Account:
    """Return the account of the samples, without jitter: chance is always 0."""
    client = Shop(
        shop.url, retry_policy=retry_policy, chance=lambda: 0.0, new_name=sequential_names()
    )
    return client.account("u-3fa9", "shop=secret")


async def open_tab(shop: ScriptedShop, tab: Tab) -> Peer:
    """Open *tab*, and return the server's end of its websocket."""
    opening = asyncio.ensure_future(tab.open())
    peer = await shop.accept_and_welcome()
    await opening
    return peer


@pytest.fixture
def recorder() -> RecordingObserver:
    """Return the observer of the tab."""
    return RecordingObserver()


@pytest.fixture
async def tab(shop: ScriptedShop, recorder: RecordingObserver) -> AsyncIterator[Tab]:
    """Return a tab that is not open yet; it is closed afterwards."""
    tab = account_in(shop).tab(observer=recorder)
    yield tab
    await tab.close()

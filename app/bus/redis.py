"""Publish and subscribe (pub/sub) over Redis: events of a cart go to the servers that show it.

Each server also has a channel of its own, for what is meant for it alone (`relay_bus.py`).

Redis keeps no events. So whatever a server subscribes to, at first or after a disconnect, may have
changed unnoticed before, and has to be read from the database.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Protocol, TypeVar

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.bus.events import BadEvent, Barrier, Event, TabsChanged, decode_event, encode_event
from app.bus.relay_frames import Batch, decode_batch
from app.domain.accounts import AccountId
from app.domain.members import NOBODY, People

T = TypeVar("T")

log = logging.getLogger(__name__)

COMMON_CHANNEL = "shop:all"
CART_CHANNEL = "shop:cart:"
NODE_CHANNEL = "shop:node:"
BATCH_SIZE = 500
CONNECT_S = 2.0
CHECK_AFTER_S = 5.0
"""How long a connection may be silent before it is checked."""


class _Outgoing(NamedTuple):
    """What is to be published, and what is told how many servers have got it."""

    channel: str
    text: bytes
    on_published: Callable[[int], None] | None


class BusDisconnected(Exception):
    """The connection to Redis is lost; it may be back a moment later."""


class BusListener(Protocol):
    """Handles what is received."""

    def on_message(self, node: str, event: Event) -> None:
        """Handle an event of another server."""

    def resync(self, account: AccountId) -> None:
        """Handle that events of a cart may have been missed."""

    def resume(self) -> None:
        """Handle that events for all servers may have been missed."""

    def on_batch(self, batch: Batch) -> None:
        """Handle what another server sent to this one alone."""

    def on_disconnected(self) -> None:
        """Handle that from now on nothing is received."""


class RedisBus:
    """The connection to the other servers that use the same Redis database."""

    def __init__(self, url: str, node: str):
        self.redis = Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_S,
            socket_timeout=CHECK_AFTER_S,
            health_check_interval=CHECK_AFTER_S,
            retry=Retry(NoBackoff(), 0),
        )
        self.node = node
        self._tabs: dict[AccountId, TabsChanged] = {}
        self._subscription_changes: dict[AccountId, bool] = {}
        self._outgoing: list[_Outgoing] = []
        self._work = asyncio.Event()
        self._pubsub: PubSub | None = None

    @property
    def is_up(self) -> bool:
        """Say whether events are received."""
        return self._pubsub is not None

    @property
    def waiting(self) -> int:
        """How many events wait to be published."""
        return len(self._outgoing)

    def publish(self, event: Event, account: AccountId | None = None) -> None:
        """Publish *event* to all servers, or to those that show *account*'s cart."""
        channel = COMMON_CHANNEL if account is None else f"{CART_CHANNEL}{account}"
        self._publish(channel, event, None)

    def publish_barrier(self, barrier: Barrier, on_published: Callable[[int], None]) -> None:
        """Publish *barrier* to all servers, also to this one; *on_published* gets their number."""
        self._publish(COMMON_CHANNEL, barrier, on_published)

    def show(self, account: AccountId, tabs: int, people: People = NOBODY) -> None:
        """Publish how many tabs show *account*'s cart here; subscribe to it while any do."""
        shown = TabsChanged(account, tabs, people)
        if (account in self._tabs) is not bool(tabs):
            self._subscription_changes[account] = bool(tabs)
            self._work.set()
        elif tabs:
            self.publish(shown, account)
        if tabs:
            self._tabs[account] = shown
        elif self._tabs.pop(account, None):
            self.publish(shown, account)

    async def listen(self, listener: BusListener) -> None:
        """Receive events until the connection is lost; then raise `BusDisconnected`."""
        pubsub = self.redis.pubsub()
        try:
            with disconnects():
                await pubsub.subscribe(COMMON_CHANNEL, f"{NODE_CHANNEL}{self.node}")
                self._pubsub = pubsub
                self._subscription_changes = dict.fromkeys(self._tabs, True)
                self._work.set()
                listener.resume()
                while True:
                    self._receive(await pubsub.get_message(timeout=CHECK_AFTER_S), listener)
        finally:
            self._pubsub = None
            listener.on_disconnected()
            with suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def flush(self) -> None:
        """Wait for events and publish them; `BusDisconnected` drops those that cannot go out."""
        await self._work.wait()
        self._work.clear()
        changes, self._subscription_changes = self._subscription_changes, {}
        outgoing, self._outgoing = self._outgoing, []
        with disconnects():
            await self._subscribe(changes)
            for batch in _batches(outgoing):
                pipeline = self.redis.pipeline(transaction=False)
                for channel, text, _ in batch:
                    pipeline.execute_command("PUBLISH", channel, text)
                for (_, _, on_published), servers in zip(
                    batch, await pipeline.execute(), strict=True
                ):
                    if on_published:
                        on_published(servers)

    async def close(self) -> None:
        """Disconnect."""
        with suppress(RedisError, OSError):
            await self.redis.aclose()

    def _publish(
        self, channel: str, event: Event, on_published: Callable[[int], None] | None
    ) -> None:
        self._outgoing.append(_Outgoing(channel, encode_event(self.node, event), on_published))
        self._work.set()

    async def _subscribe(self, changes: dict[AccountId, bool]) -> None:
        """Subscribe to some carts, and unsubscribe from others."""
        if self._pubsub is None:
            return
        shown = [f"{CART_CHANNEL}{account}" for account, on in changes.items() if on]
        hidden = [f"{CART_CHANNEL}{account}" for account, on in changes.items() if not on]
        for batch in _batches(shown):
            await self._pubsub.subscribe(*batch)
        for batch in _batches(hidden):
            await self._pubsub.unsubscribe(*batch)

    def _receive(self, message: dict[str, Any] | None, listener: BusListener) -> None:
        if message is None:
            return
        channel = message["channel"].decode() if message["channel"] else ""
        if message["type"] == "message":
            self._on_message(channel, message["data"], listener)
        elif message["type"] == "subscribe" and channel.startswith(CART_CHANNEL):
            self._on_subscribed(AccountId(channel.removeprefix(CART_CHANNEL)), listener)

    def _on_message(self, channel: str, text: bytes, listener: BusListener) -> None:
        try:
            if channel.startswith(NODE_CHANNEL):
                listener.on_batch(decode_batch(text))
                return
            node, event = decode_event(text)
        except BadEvent as error:
            log.warning("another server says what is no news here: %s", error)
            # A server of another version may have saved this cart: what it says is unreadable, and
            # where it says it is enough to compare the cart with the database.
            if channel.startswith(CART_CHANNEL):
                listener.resync(AccountId(channel.removeprefix(CART_CHANNEL)))
            return
        if node != self.node or isinstance(event, Barrier):
            listener.on_message(node, event)

    def _on_subscribed(self, account: AccountId, listener: BusListener) -> None:
        """Have the cart compared with the database, and publish how many tabs show it here."""
        if shown := self._tabs.get(account):
            listener.resync(account)
            self.publish(shown, account)


@contextmanager
def disconnects() -> Iterator[None]:
    """Raise `BusDisconnected` for what Redis and its connection raise."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise BusDisconnected(str(error)) from error


def _batches(items: list[T]) -> Iterator[list[T]]:
    return (items[start : start + BATCH_SIZE] for start in range(0, len(items), BATCH_SIZE))

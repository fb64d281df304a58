"""News over Redis: published many in one go, and heard by who shows the cart.

Redis forgets news that nobody hears. So whenever the line was cut, and once for each cart as
soon as it is heard of, something may have been missed: then it is to be read.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.bus.events import BadEvent, Event, TabsChanged, decode_event, encode_event
from app.domain.cart import AccountId

T = TypeVar("T")

log = logging.getLogger(__name__)

ALL = "shop:all"
OF_CART = "shop:cart:"
AT_ONCE = 500
CONNECT_S = 2.0
SILENCE_S = 5.0
"""A line that says nothing for so long is asked whether it is still there."""


class BusDisconnected(Exception):
    """The line to Redis is cut; a moment later it may be there again."""


class BusListener(Protocol):
    """Who listens."""

    def on_message(self, node: str, event: Event) -> None:
        """Take what another server tells."""

    def resync(self, account: AccountId) -> None:
        """Learn that something may have been missed of a cart."""

    def resume(self) -> None:
        """Learn that something may have been missed of everything else."""


class RedisBus:
    """A line to the other servers that use the same Redis database."""

    def __init__(self, url: str, node: str):
        self._redis = Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_S,
            socket_timeout=SILENCE_S,
            health_check_interval=SILENCE_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._node = node
        self._shown: dict[AccountId, int] = {}
        self._turned: dict[AccountId, bool] = {}
        self._told: list[tuple[str, bytes]] = []
        self._work = asyncio.Event()
        self._line: PubSub | None = None

    @property
    def is_up(self) -> bool:
        """Say whether news are heard."""
        return self._line is not None

    @property
    def waiting(self) -> int:
        """How much waits to be told."""
        return len(self._told)

    def publish(self, event: Event, account: AccountId | None = None) -> None:
        """Tell *event* to all servers, or to those that show *account*'s cart."""
        channel = ALL if account is None else f"{OF_CART}{account}"
        self._told.append((channel, encode_event(self._node, event)))
        self._work.set()

    def show(self, account: AccountId, tabs: int) -> None:
        """Hear of *account*'s cart as long as tabs look at it here, and tell how many do."""
        if (account in self._shown) is not bool(tabs):
            self._turned[account] = bool(tabs)
            self._work.set()
        elif tabs:
            self.publish(TabsChanged(account, tabs), account)
        if tabs:
            self._shown[account] = tabs
        elif self._shown.pop(account, 0):
            self.publish(TabsChanged(account, 0), account)

    async def listen(self, listener: BusListener) -> None:
        """Hear news until the line is cut; then raise `BusDisconnected`."""
        line = self._redis.pubsub()
        try:
            with _disconnects():
                await line.subscribe(ALL)
                self._line = line
                self._turned = dict.fromkeys(self._shown, True)
                self._work.set()
                listener.resume()
                while True:
                    self._take(await line.get_message(timeout=SILENCE_S), listener)
        finally:
            self._line = None
            with suppress(RedisError, OSError):
                await line.aclose()  # type: ignore[no-untyped-call]

    async def flush(self) -> None:
        """Wait for events and publish them; `BusDisconnected` drops those that cannot go out."""
        await self._work.wait()
        self._work.clear()
        turned, self._turned = self._turned, {}
        told, self._told = self._told, []
        with _disconnects():
            await self._turn(turned)
            for some in _some(told):
                pipeline = self._redis.pipeline(transaction=False)
                for channel, text in some:
                    pipeline.execute_command("PUBLISH", channel, text)
                await pipeline.execute()

    async def close(self) -> None:
        """Hang up."""
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def _turn(self, turned: dict[AccountId, bool]) -> None:
        """Hear of some carts from now on, and of others no longer."""
        if self._line is None:
            return
        for some in _some([f"{OF_CART}{account}" for account, on in turned.items() if on]):
            await self._line.subscribe(*some)
        for some in _some([f"{OF_CART}{account}" for account, on in turned.items() if not on]):
            await self._line.unsubscribe(*some)

    def _take(self, message: dict[str, Any] | None, listener: BusListener) -> None:
        if message is None:
            return
        channel = message["channel"].decode() if message["channel"] else ""
        if message["type"] == "message":
            self._take_news(message["data"], listener)
        elif message["type"] == "subscribe" and channel.startswith(OF_CART):
            self._begin(AccountId(channel.removeprefix(OF_CART)), listener)

    def _take_news(self, text: bytes, listener: BusListener) -> None:
        try:
            node, event = decode_event(text)
        except BadEvent as error:
            log.warning("another server says what is no news here: %s", error)
            return
        if node != self._node:
            listener.on_message(node, event)

    def _begin(self, account: AccountId, listener: BusListener) -> None:
        """Look at a cart that is heard of from now on, for it may have moved before."""
        if tabs := self._shown.get(account):
            listener.resync(account)
            self.publish(TabsChanged(account, tabs), account)


@contextmanager
def _disconnects() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise BusDisconnected(str(error)) from error


def _some(many: list[T]) -> Iterator[list[T]]:
    return (many[start : start + AT_ONCE] for start in range(0, len(many), AT_ONCE))

"""News over Redis: published many in one go, and heard by who shows the cart.

Redis forgets news that nobody hears. So whenever the line was cut, and once for each cart as
soon as it is heard of, something may have been missed: then it is to be read.
"""

import logging
from asyncio import Event
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.bus.events import News, NoNews, TabsMoved, read_news, write_news
from app.domain.cart import Account

T = TypeVar("T")

log = logging.getLogger(__name__)

ALL = "shop:all"
OF_CART = "shop:cart:"
AT_ONCE = 500
CONNECT_S = 2.0
SILENCE_S = 5.0
"""A line that says nothing for so long is asked whether it is still there."""


class Cut(Exception):
    """The line to Redis is cut; a moment later it may be there again."""


class Ears(Protocol):
    """Who listens."""

    def hear(self, node: str, news: News) -> None:
        """Take what another server tells."""

    def suspect(self, account: Account) -> None:
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
        self._shown: dict[Account, int] = {}
        self._turned: dict[Account, bool] = {}
        self._told: list[tuple[str, bytes]] = []
        self._work = Event()
        self._line: PubSub | None = None

    @property
    def is_up(self) -> bool:
        """Say whether news are heard."""
        return self._line is not None

    @property
    def waiting(self) -> int:
        """How much waits to be told."""
        return len(self._told)

    def tell(self, news: News, account: Account | None = None) -> None:
        """Tell *news* to all servers, or to those that show *account*'s cart."""
        channel = ALL if account is None else f"{OF_CART}{account}"
        self._told.append((channel, write_news(self._node, news)))
        self._work.set()

    def show(self, account: Account, tabs: int) -> None:
        """Hear of *account*'s cart as long as tabs look at it here, and tell how many do."""
        if (account in self._shown) is not bool(tabs):
            self._turned[account] = bool(tabs)
            self._work.set()
        elif tabs:
            self.tell(TabsMoved(account, tabs), account)
        if tabs:
            self._shown[account] = tabs
        elif self._shown.pop(account, 0):
            self.tell(TabsMoved(account, 0), account)

    async def listen(self, ears: Ears) -> None:
        """Hear news until the line is cut; then raise `Cut`."""
        line = self._redis.pubsub()
        try:
            with _cuts():
                await line.subscribe(ALL)
                self._line = line
                self._turned = dict.fromkeys(self._shown, True)
                self._work.set()
                ears.resume()
                while True:
                    self._take(await line.get_message(timeout=SILENCE_S), ears)
        finally:
            self._line = None
            with suppress(RedisError, OSError):
                await line.aclose()  # type: ignore[no-untyped-call]

    async def speak(self) -> None:
        """Wait for something to tell, and tell it; what cannot be told is forgotten, with `Cut`."""
        await self._work.wait()
        self._work.clear()
        turned, self._turned = self._turned, {}
        told, self._told = self._told, []
        with _cuts():
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

    async def _turn(self, turned: dict[Account, bool]) -> None:
        """Hear of some carts from now on, and of others no longer."""
        if self._line is None:
            return
        for some in _some([f"{OF_CART}{account}" for account, on in turned.items() if on]):
            await self._line.subscribe(*some)
        for some in _some([f"{OF_CART}{account}" for account, on in turned.items() if not on]):
            await self._line.unsubscribe(*some)

    def _take(self, message: dict[str, Any] | None, ears: Ears) -> None:
        if message is None:
            return
        channel = message["channel"].decode() if message["channel"] else ""
        if message["type"] == "message":
            self._take_news(message["data"], ears)
        elif message["type"] == "subscribe" and channel.startswith(OF_CART):
            self._begin(Account(channel.removeprefix(OF_CART)), ears)

    def _take_news(self, text: bytes, ears: Ears) -> None:
        try:
            node, news = read_news(text)
        except NoNews as error:
            log.warning("another server says what is no news here: %s", error)
            return
        if node != self._node:
            ears.hear(node, news)

    def _begin(self, account: Account, ears: Ears) -> None:
        """Look at a cart that is heard of from now on, for it may have moved before."""
        if tabs := self._shown.get(account):
            ears.suspect(account)
            self.tell(TabsMoved(account, tabs), account)


@contextmanager
def _cuts() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Cut(str(error)) from error


def _some(many: list[T]) -> Iterator[list[T]]:
    return (many[start : start + AT_ONCE] for start in range(0, len(many), AT_ONCE))

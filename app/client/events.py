"""What a tab hears, for those who want to follow it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from app.client.decode import Heard
from app.client.errors import Closed

MOST_UNREAD = 1024


class FellBehind(Exception):
    """More was heard than was read; what was missed is gone."""


class Events(AsyncIterator[Heard]):
    """All that a tab hears from now on, in order, each after the tab has done what it asks for.

    The iteration ends when the tab is closed, and raises `Stopped` when it stops otherwise.
    """

    def __init__(self) -> None:
        self._unread: deque[Heard] = deque()
        self._end: Exception | None = None
        self._more = asyncio.Event()

    def __len__(self) -> int:
        """Return how many are unread."""
        return len(self._unread)

    async def next(self) -> Heard:
        """Return what comes next; raise what ended it when there is no more."""
        while not self._unread:
            if self._end:
                raise self._end
            self._more.clear()
            await self._more.wait()
        return self._unread.popleft()

    async def __anext__(self) -> Heard:
        """Return what comes next."""
        try:
            return await self.next()
        except Closed:
            raise StopAsyncIteration from None

    def tell(self, news: Heard) -> None:
        """Keep *news* until it is read."""
        if len(self._unread) >= MOST_UNREAD:
            self.end(FellBehind(f"more than {MOST_UNREAD} events were not read"))
        elif not self._end:
            self._unread.append(news)
            self._more.set()

    def end(self, why: Exception) -> None:
        """Raise *why* once all is read."""
        self._end = self._end or why
        self._more.set()

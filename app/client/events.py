"""A stream of a tab's messages for the caller to iterate over."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from app.client.decode import ServerMessage
from app.client.errors import Closed

MOST_UNREAD = 1024


class SlowConsumer(Exception):
    """More than `MOST_UNREAD` messages were unread; those after them are lost."""


class Events(AsyncIterator[ServerMessage]):
    """Every message from now on, in order, each after the tab has applied it.

    The iteration ends when the tab is closed, and raises `Stopped` when it stops otherwise.
    """

    def __init__(self) -> None:
        self._unread: deque[ServerMessage] = deque()
        self._end: Exception | None = None
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        """Return the number of unread messages."""
        return len(self._unread)

    async def next(self) -> ServerMessage:
        """Return the next message; raise the error that ended the stream once all are read."""
        while not self._unread:
            if self._end:
                raise self._end
            self._changed.clear()
            await self._changed.wait()
        return self._unread.popleft()

    async def __anext__(self) -> ServerMessage:
        """Return the next message."""
        try:
            return await self.next()
        except Closed:
            raise StopAsyncIteration from None

    def publish(self, message: ServerMessage) -> None:
        """Append *message*, or end with `SlowConsumer` if too many are unread."""
        if len(self._unread) >= MOST_UNREAD:
            self.finish(SlowConsumer(f"more than {MOST_UNREAD} events were not read"))
        elif not self._end:
            self._unread.append(message)
            self._changed.set()

    def finish(self, error: Exception) -> None:
        """Raise *error* once all messages are read; the first error counts."""
        self._end = self._end or error
        self._changed.set()

"""One connection, from its first frame to its close."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from app.client.backoff import Reconnect
from app.client.errors import Stopped
from app.client.first_word import FirstWord
from app.client.observer import Observer
from app.client.wire import Wire, WireClosed
from app.protocol.messages import Drain

Outcome = Drain | Reconnect | Stopped
"""What to do after a connection: move to a new one, reconnect, or stop."""


class CloseFrame(NamedTuple):
    """The code and reason of a close; 1006 if there was no close frame."""

    code: int
    reason: str


class Connection:
    """An open wire. `outcome` is set when the tab should leave it.

    `is_silent` says that it was dropped, because nothing has ever been received on it, and
    `is_blocked` that meanwhile the shop answered a request.
    """

    def __init__(
        self, wire: Wire, gen: int, observer: Observer, first_word: FirstWord | None = None
    ):
        self.gen = gen
        self.is_silent = self.is_blocked = False
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Outcome] = self._loop.create_future()
        self._wire = wire
        self._observer = observer
        self._first_word = first_word
        self._opened_s = self._received_s = self._loop.time()
        self._watchdog: asyncio.TimerHandle | None = None
        observer.opened(gen)

    @property
    def age_s(self) -> float:
        """Seconds since it was opened."""
        return self._loop.time() - self._opened_s

    @property
    def is_open(self) -> bool:
        """Say whether frames can be sent."""
        return self._wire.is_open

    def send(self, frame: str) -> None:
        """Send *frame* without waiting, after the frames before it; nothing once it is closed."""
        if self.is_open:
            self._observer.sent(self.gen, frame)
            self._wire.send(frame)

    def finish(self, outcome: Outcome) -> None:
        """Set the outcome; only the first call counts."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    async def receive_all(
        self, on_message: Callable[["Connection", bytes], None], heartbeat_timeout_s: float
    ) -> CloseFrame:
        """Pass each frame to *on_message* until the wire is closed.

        It is dropped when nothing, not even a heartbeat, arrives for *heartbeat_timeout_s*.
        """
        self._expect_first_word(heartbeat_timeout_s)
        close_frame = CloseFrame(1006, "")
        try:
            while True:
                frame = await self._wire.receive()
                self._received_s = self._loop.time()
                self._stop_expecting()
                self._observer.received(self.gen, frame)
                on_message(self, frame)
        except WireClosed as closed:
            close_frame = CloseFrame(closed.code, closed.reason)
            if closed.outcome:
                self.finish(closed.outcome)
        finally:
            self._stop_expecting()
            self._unwatch()
            self._observer.closed(self.gen, *close_frame)
        return close_frame

    def abort(self) -> None:
        """Drop the connection without a word to the server."""
        self._wire.abort()

    async def close(self) -> None:
        """Close the wire."""
        await self._wire.close()

    def _expect_first_word(self, heartbeat_timeout_s: float) -> None:
        if self._first_word:
            self._first_word.start()
        self._watch(heartbeat_timeout_s, self._timeout_s(heartbeat_timeout_s))

    def _stop_expecting(self) -> None:
        if self._first_word:
            self._first_word.stop()
            self._first_word = None

    def _timeout_s(self, heartbeat_timeout_s: float) -> float:
        return self._first_word.timeout_s if self._first_word else heartbeat_timeout_s

    def _watch(self, heartbeat_timeout_s: float, wait_s: float) -> None:
        self._watchdog = self._loop.call_later(wait_s, self._abort_if_silent, heartbeat_timeout_s)

    def _unwatch(self) -> None:
        if self._watchdog:
            self._watchdog.cancel()

    def _abort_if_silent(self, heartbeat_timeout_s: float) -> None:
        left_s = self._received_s + self._timeout_s(heartbeat_timeout_s) - self._loop.time()
        if left_s <= 0:
            self.is_silent = self._first_word is not None
            self.is_blocked = self._first_word is not None and self._first_word.is_blocked()
            self.abort()
        else:
            self._watch(heartbeat_timeout_s, left_s)

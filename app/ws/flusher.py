"""The end of a turn of the event loop: whatever was sent to the tabs in it is written then."""

import asyncio
import logging
from typing import Protocol

log = logging.getLogger(__name__)


class Flushable(Protocol):
    """Frames that wait for the end of the turn; `SendQueue` is one."""

    def flush(self, now_s: float) -> None:
        """Write them; *now_s* is the loop's time."""


class Flusher:
    """Flushes everything that got frames in one turn of the loop, in one callback.

    One callback for all tabs of a server, not one each: after a commit of a hundred carts the loop
    would make, queue and run hundreds of handles, and each would look at the clock.
    """

    def __init__(self) -> None:
        self.waiting: list[Flushable] = []

    def add(self, one: Flushable) -> None:
        """Flush *one* at the end of this turn."""
        if not self.waiting:
            self.start()
        self.waiting.append(one)

    def start(self) -> None:
        """Have what is put into `waiting` flushed; to be called for the first of a turn."""
        asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Flush what waits; a failure of one does not keep the others waiting."""
        waiting, self.waiting = self.waiting, []
        now_s = asyncio.get_running_loop().time()
        for one in waiting:
            try:
                one.flush(now_s)
            except Exception:
                log.exception("a socket failed")

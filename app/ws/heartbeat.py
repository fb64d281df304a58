"""The server's heartbeat: a message after every silence, by which a tab knows it is connected."""

import asyncio
from collections.abc import Callable


class HeartbeatTimer:
    """Calls *beat* whenever nothing was written for *every_s*.

    *wrote_at_s* returns when something was written last. The timer runs to its end and then looks
    at that, so a write does not have to restart it.
    """

    def __init__(self, every_s: float, wrote_at_s: Callable[[], float], beat: Callable[[], None]):
        self._every_s = every_s
        self._wrote_at_s = wrote_at_s
        self._beat = beat
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the timer."""
        self._timer = self._loop.call_later(self._every_s, self._check)

    def stop(self) -> None:
        """Stop the timer."""
        if self._timer:
            self._timer.cancel()

    def _check(self) -> None:
        silent_s = self._loop.time() - self._wrote_at_s()
        if silent_s >= self._every_s:
            self._beat()
            silent_s = 0.0
        self._timer = self._loop.call_later(self._every_s - silent_s, self._check)

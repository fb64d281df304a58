"""Waits for the first frame of a connection: the way may be blocked, or the shop stand still."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

Ask = Callable[[], Awaitable[bool]]
"""Says whether the shop answers a request."""

QUARTERS: Final = 4
"""The shop is asked after a quarter of the time, and has to answer a quarter before its end."""


class FirstWord:
    """Gives a connection *timeout_s* for its first frame, and asks the shop meanwhile.

    A shop that stands still answers nothing, on no way: so a silent connection is blocked only if
    a request was answered well before the end of the silence. *answered_s*, the loop's time, tells
    of an answer that came before the connection was opened.
    """

    def __init__(self, timeout_s: float, ask: Ask | None = None, answered_s: float | None = None):
        self.timeout_s = timeout_s
        self._ask = ask
        self._answered_s = answered_s
        self._loop = asyncio.get_running_loop()
        self._asking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Ask soon, unless `stop` is called before."""
        if self._ask and self._answered_s is None:
            self._asking = self._loop.create_task(self._ask_later(self._ask))

    def stop(self) -> None:
        """Ask nothing more."""
        if self._asking:
            self._asking.cancel()

    def is_blocked(self) -> bool:
        """Say, at the end of the silence, whether the shop could have broken it."""
        if self._answered_s is None:
            return False
        return self._loop.time() - self._answered_s >= self.timeout_s / QUARTERS

    async def _ask_later(self, ask: Ask) -> None:
        await asyncio.sleep(self.timeout_s / QUARTERS)
        if await ask():
            self._answered_s = self._loop.time()

"""Keeps callers from waiting for a database server that is known to be away."""

import asyncio
import logging
from collections.abc import Callable
from threading import Event, Lock, Thread

from app.domain.errors import DatabaseUnavailable

log = logging.getLogger(__name__)

PROBE_EVERY_S = 0.25
LOOK_EVERY_S, LOOKS = 0.02, 25
"""How often a caller looks whether the server is back: it is soon, if one connection was lost."""


class CircuitBreaker:
    """Closed while the server answers. While it is open, every call fails at once.

    A thread then calls *probe* until that raises nothing, calls *renew*, and closes it again. That
    begins a new generation: a failure of an older one says nothing of the server as it is now.
    The log says when *outage* began, why it goes on, and that it is over.
    """

    def __init__(self, outage: str, probe: Callable[[], None], renew: Callable[[], None]):
        self._outage = outage
        self._probe = probe
        self._renew = renew
        self._lock = Lock()
        self._ended = Event()
        self.is_open = False
        self.generation = 0

    async def wait(self) -> None:
        """Wait a moment for it to close."""
        for _ in range(LOOKS if self.is_open else 0):
            if self.is_open:
                await asyncio.sleep(LOOK_EVERY_S)

    def check(self, generation: int) -> None:
        """Raise `DatabaseUnavailable` if the server is away, or was since *generation*."""
        if self.is_open or generation != self.generation:
            raise DatabaseUnavailable("the database server is away")

    def trip(self, generation: int, why: object) -> None:
        """Open, because the server was lost in *generation*; if that is over, do nothing."""
        with self._lock:
            if self.is_open or generation != self.generation or self._ended.is_set():
                return
            self.is_open = True
        log.warning("%s: %s", self._outage, why)
        Thread(target=self._recover, name="probe", daemon=True).start()

    def close(self) -> None:
        """Stop probing."""
        self._ended.set()

    def _recover(self) -> None:
        last_why = ""
        while not self._ended.is_set():
            try:
                self._probe()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
                if (why := str(error)) != last_why:
                    log.warning("still %s: %s", self._outage, why)
                    last_why = why
                self._ended.wait(PROBE_EVERY_S)
            else:
                self._succeed()
                return

    def _succeed(self) -> None:
        self._renew()
        log.warning("over: %s", self._outage)
        with self._lock:
            self.generation += 1
            self.is_open = False

"""A line to the shop that comes back: one connection after the other (protocol.md §5)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from app.client.backoff import Again, RetryPolicy, after_close, pause_s
from app.client.connection import Connection, Ending
from app.client.errors import HandshakeRefused, Misheard, Stopped
from app.client.told import Drain


class Speaker(Protocol):
    """Whoever talks over a lifeline."""

    def greet(self, connection: Connection) -> None:
        """Say hello on a new connection, which counts from now on."""

    def hear(self, connection: Connection, frame: bytes) -> None:
        """Take what the shop says."""

    def leave(self, connection: Connection) -> None:
        """Learn that a connection is over."""

    def forget(self) -> None:
        """Forget the position of the cart: the shop gave it up."""


Dial = Callable[[int], Awaitable[Connection | Again | HandshakeRefused]]
"""Opens the connection of this number, or says what to do as there is none."""


class Reconnector:
    """Keeps one connection; two for a moment, when the shop drains the first.

    `newest` is the one that was opened last. `chance` returns numbers from 0 to below 1.
    """

    def __init__(
        self, speaker: Speaker, dial: Dial, retry_policy: RetryPolicy, chance: Callable[[], float]
    ):
        self.newest: Connection | None = None
        self._speaker = speaker
        self._dial = dial
        self._retry_policy = retry_policy
        self._chance = chance
        self._gen = 0
        self._tries = 0
        self._listening: dict[Connection, asyncio.Task[None]] = {}
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> Stopped:
        """Stay connected; return what put an end to it."""
        async with self._tasks:
            try:
                return await self._stay_connected()
            finally:
                await asyncio.gather(*(connection.close() for connection in self._listening))

    def keep_only(self, connection: object) -> None:
        """Close all other connections."""
        for other in self._listening:
            if other is not connection:
                self._close(other)

    async def _stay_connected(self) -> Stopped:
        while True:
            match await self._connect():
                case Stopped() as stopped:
                    return stopped
                case Drain(open_after_ms=after_ms):
                    await self._wait_to_move(after_ms / 1000)
                case Again() as again:
                    await self._pause(again)

    async def _connect(self) -> Ending:
        """Open a connection, and return why it is time to leave it."""
        match await self._dial(self._gen + 1):
            case Connection() as connection:
                return await self._use(connection)
            case no_connection:
                return no_connection

    async def _use(self, connection: Connection) -> Ending:
        self._gen = connection.gen
        self.newest = connection
        self._listening[connection] = self._tasks.create_task(self._listen(connection))
        self._speaker.greet(connection)
        ending = await connection.ending
        if connection.age_s >= self._retry_policy.steady_s:
            self._tries = 0
        if not isinstance(ending, Drain):
            self._close(connection)
        return ending

    async def _listen(self, connection: Connection) -> None:
        try:
            close_frame = await connection.listen(self._speaker.hear, self._retry_policy.silence_s)
            connection.end(after_close(*close_frame, self._retry_policy))
        except Misheard as fault:
            connection.end(fault)
            await connection.close()
        finally:
            del self._listening[connection]
            self._speaker.leave(connection)

    async def _wait_to_move(self, wait_s: float) -> None:
        """Wait until it is time for a new connection, or the old one is gone before that."""
        if self.newest in self._listening:
            await asyncio.wait((self._listening[self.newest],), timeout=wait_s)

    async def _pause(self, again: Again) -> None:
        if again.afresh:
            self._speaker.forget()
        await asyncio.sleep(pause_s(again, self._tries, self._chance(), self._retry_policy))
        self._tries += 1

    def _close(self, connection: Connection) -> None:
        if connection in self._listening:
            self._tasks.create_task(connection.close())

"""Keeping a tab connected: one websocket after the other, with backoff (protocol.md §5)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from app.client.backoff import Reconnect, RetryPolicy, after_close, backoff_s
from app.client.connection import Connection, Outcome
from app.client.errors import HandshakeRefused, ServerProtocolError, Stopped
from app.protocol.messages import Drain


class ConnectionHandler(Protocol):
    """The receiver of what happens on the connections."""

    def on_open(self, connection: Connection) -> None:
        """Use a new connection, which is the newest from now on."""

    def on_message(self, connection: Connection, frame: bytes) -> None:
        """Process a frame."""

    def on_close(self, connection: Connection) -> None:
        """Stop using a connection, which is closed."""

    def discard_position(self) -> None:
        """Forget the cart's position, because the server gave up its state."""


Dial = Callable[[int], Awaitable[Connection | Reconnect | HandshakeRefused]]
"""Opens the connection of this number, or returns what to do after a failure."""


class Reconnector:
    """Keeps one connection open, and two for a moment while the server drains the first.

    `newest` is the connection that was opened last. *chance* returns numbers in [0, 1).
    """

    def __init__(
        self,
        handler: ConnectionHandler,
        dial: Dial,
        retry_policy: RetryPolicy,
        chance: Callable[[], float],
    ):
        self.newest: Connection | None = None
        self._handler = handler
        self._dial = dial
        self._retry_policy = retry_policy
        self._chance = chance
        self._gen = 0
        self._failures = 0
        self._open: dict[Connection, asyncio.Task[None]] = {}
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> Stopped:
        """Stay connected until that is pointless, and return the reason."""
        async with self._tasks:
            try:
                return await self._stay_connected()
            finally:
                await asyncio.gather(*(connection.close() for connection in self._open))

    def close_others(self, connection: object) -> None:
        """Close all connections but this one."""
        for other in self._open:
            if other is not connection:
                self._close(other)

    async def _stay_connected(self) -> Stopped:
        while True:
            match await self._connect():
                case Stopped() as stopped:
                    return stopped
                case Drain(open_after_ms=after_ms):
                    await self._wait(after_ms / 1000)
                case Reconnect() as reconnect:
                    await self._back_off(reconnect)

    async def _connect(self) -> Outcome:
        """Open a connection and use it; return what to do when it is time to leave it."""
        match await self._dial(self._gen + 1):
            case Connection() as connection:
                return await self._run_connection(connection)
            case no_connection:
                return no_connection

    async def _run_connection(self, connection: Connection) -> Outcome:
        self._gen = connection.gen
        self.newest = connection
        self._open[connection] = self._tasks.create_task(self._receive(connection))
        self._handler.on_open(connection)
        outcome = await connection.outcome
        self._count_anew(connection)
        # A draining connection stays open until the next one is welcomed (`close_others`).
        if not isinstance(outcome, Drain):
            self._close(connection)
        return outcome

    async def _receive(self, connection: Connection) -> None:
        timeout_s = self._retry_policy.heartbeat_timeout_s
        try:
            close_frame = await connection.receive_all(self._handler.on_message, timeout_s)
            connection.finish(after_close(*close_frame, self._retry_policy))
        except ServerProtocolError as fault:
            connection.finish(fault)
            await connection.close()
        finally:
            del self._open[connection]
            self._count_anew(connection)
            self._handler.on_close(connection)

    def _count_anew(self, connection: Connection) -> None:
        """Count failures from 0 if *connection* lasted: also those while it was drained."""
        if connection.age_s >= self._retry_policy.reset_after_s:
            self._failures = 0

    async def _wait(self, wait_s: float) -> None:
        """Wait so long, or until a connection that the server drains is closed."""
        if self.newest in self._open:
            await asyncio.wait((self._open[self.newest],), timeout=wait_s)
        else:
            await asyncio.sleep(wait_s)

    async def _back_off(self, reconnect: Reconnect) -> None:
        if reconnect.without_position:
            self._handler.discard_position()
        delay_s = backoff_s(reconnect, self._failures, self._chance(), self._retry_policy)
        self._failures += 1
        await self._wait(delay_s)

    def _close(self, connection: Connection) -> None:
        if connection in self._open:
            self._tasks.create_task(connection.close())

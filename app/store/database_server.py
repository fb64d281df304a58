"""The server of a database, which may hang, go away, or hand over to another one.

An SQLite file has none: no error of it is `ServerLost`, so nothing here ever happens to it.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine, event

from app.domain.errors import DatabaseUnavailable, ServerLost, ServerSilent
from app.store.circuit_breaker import CircuitBreaker
from app.store.engines import TIMELINE, open_to_look_up, open_to_write
from app.store.server_probe import CommitProbe, reach

T = TypeVar("T")
Job = Callable[[], T]

log = logging.getLogger(__name__)


class DatabaseServer:
    """Whether the server can be read from and written to, and whether it is still the same.

    `promotions` counts how often that was handled.
    Both are interrupted by the loss of any connection, since all of them have to lead to one
    server. It is written again once it has committed. It is read again once it can be reached, if
    it was only silent: one that died may show commits that no standby has, so it has to commit
    first. Before either, *renew_readers* or *renew_writer* is called, to replace all connections.
    """

    def __init__(
        self, url: str, renew_readers: Callable[[], None], renew_writer: Callable[[], None]
    ):
        reader, writer = self.watch(open_to_look_up(url)), self.watch(open_to_write(url))
        self._reader, commit = reader, CommitProbe(writer)
        self._has_died = False
        self.reads = CircuitBreaker("no database to read", self._find, renew_readers)
        self.writes = CircuitBreaker("no database to write", commit, renew_writer)
        self.on_promotion: Callable[[], None] = _ignore
        self.promotions = 0
        self._timeline = ""
        self._is_promoted = False

    def watch(self, engine: Engine) -> Engine:
        """Note where each connection of *engine* leads to; return *engine*."""
        event.listen(engine, "connect", self._on_connect)
        return engine

    async def ready_to_read(self) -> None:
        """Wait a moment if the server is away; handle that another one was promoted."""
        await self.reads.wait()
        self._handle_promotion()

    async def ready_to_write(self) -> None:
        """Wait a moment if the server takes no writes; handle that another one was promoted."""
        await self.writes.wait()
        self._handle_promotion()

    def reading(self, job: Job[T]) -> Job[T]:
        """Return *job*, which reads, for a thread: it fails at once while the server is away."""
        return self._guarded(self.reads, job)

    def writing(self, job: Job[T]) -> Job[T]:
        """Return *job*, which writes, for a thread: it fails at once while the server is away.

        It also fails if the server was away since now: what it writes may rest on what is gone.
        """
        return self._guarded(self.writes, job)

    def close(self) -> None:
        """Look for the server no more."""
        self.reads.close()
        self.writes.close()

    def _guarded(self, breaker: CircuitBreaker, job: Job[T]) -> Job[T]:
        generation = breaker.generation
        seen = self.reads.generation, self.writes.generation

        def guarded() -> T:
            breaker.check(generation)
            try:
                return job()
            except ServerLost as error:
                self._trip(seen, error)
                raise

        return guarded

    def _find(self) -> None:
        reach(self._reader)
        if self._has_died and self.writes.is_open:
            raise DatabaseUnavailable("it has not committed yet")
        self._has_died = False

    def _trip(self, seen: tuple[int, int], why: object) -> None:
        if not isinstance(why, ServerSilent):
            self._has_died = True
        self.reads.trip(seen[0], why)
        self.writes.trip(seen[1], why)

    def _on_connect(self, _connection: Any, record: Any) -> None:
        """Note a timeline: each promotion of a standby begins a new one."""
        timeline, before = record.info.get(TIMELINE), self._timeline
        if timeline is None or timeline == before:
            return
        self._timeline = timeline
        if before:
            self._is_promoted = True
            self._trip((self.reads.generation, self.writes.generation), "another one was promoted")

    def _handle_promotion(self) -> None:
        if self._is_promoted:
            self._is_promoted = False
            self.promotions += 1
            log.warning("another database server was promoted, of timeline %s", self._timeline)
            self.on_promotion()


def _ignore() -> None:
    """Do nothing, as nothing rests on what was read."""

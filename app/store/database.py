"""Runs queries: in one thread that writes, or in a few that read."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from app.domain.errors import DatabaseUnavailable
from app.store.cart_rows import Save
from app.store.cart_saves import SaveConflicts, save_carts
from app.store.database_server import DatabaseServer
from app.store.engines import open_to_look_up, open_to_read, open_to_write
from app.store.job_thread import JobThread
from app.store.lookups import Lookup, Lookups
from app.store.queries import Query, run_query
from app.store.query_counter import QueryCounter, current_counter
from app.store.timeouts import OF_SERVER, Timeouts
from app.store.wakes import Woken
from app.store.write_connection import WriteConnection

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2
MOST_WATCHES = 8
LONGEST_WATCH_S = 15.0


class Database:
    """The shop's database. Every write goes through one connection, in one thread.

    Each query runs in a transaction of its own. It runs to its end even if its task is cancelled.
    """

    def __init__(self, url: str, timeouts: Timeouts = OF_SERVER):
        self._server = DatabaseServer(url, self._renew_readers, self._renew_writer)
        self._write_engine = self._server.watch(open_to_write(url, timeouts))
        self._read_engine = self._server.watch(open_to_read(url, READERS, timeouts))
        self._lookups = Lookups(self._server.watch(open_to_look_up(url)))
        self._writing = JobThread("writer")
        self._looking_up = JobThread("lookups")
        self._reading = ThreadPoolExecutor(READERS, "reader")
        self._write_connection = WriteConnection(self._write_engine)
        self._watches: dict[str, QueryCounter] = {}

    def on_promotion(self, callback: Callable[[], None]) -> None:
        """Have *callback* called if another server turns out to have been promoted.

        It may lack what was committed last, if it was not replicated. It is called by the event
        loop, before anything is read from the other server or written to it by methods of this.
        """
        self._server.on_promotion = callback

    def on_commit(self, task: Woken, callback: Callable[[], object]) -> None:
        """Have the running event loop call *callback* when work for *task* was committed here."""
        loop = asyncio.get_running_loop()
        self._write_connection.on_commit[task] = lambda: loop.call_soon_threadsafe(callback)

    async def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *query*; raises `DatabaseUnavailable`."""
        await self._server.ready_to_read()
        return await self._read(query, *args, **kwargs)

    async def read_durable(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *query* as `read` does, to tell what became of a write whose outcome is unknown.

        What it finds is not lost in a failover: it waits until the server has committed again.
        """
        await self._server.ready_to_write()
        self._server.writes.check(self._server.writes.generation)
        return await self.read(query, *args, **kwargs)

    async def look_up(self, lookup: Lookup[T], **key: object) -> T:
        """Find a row at a fraction of the price of `read`; raises `DatabaseUnavailable`.

        While statements are counted, SQLAlchemy has to run them.
        """
        await self._server.ready_to_read()
        if self._watches or current_counter() is not None:
            return await self._read(lookup, **key)
        lookups = self._lookups
        return await self._looking_up.run(self._server.reading(lambda: lookups.find(lookup, key)))

    async def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *query* and commit; after `DatabaseUnavailable` it is unknown whether it did."""
        await self._server.ready_to_write()
        counted, connection = self._counted(query), self._write_connection
        return await self._write(lambda: connection.run(counted, *args, **kwargs))

    async def save(self, saves: Sequence[Save], now_s: int) -> SaveConflicts:
        """Save carts and commit, or raise as `save_carts` and `write` do.

        While statements are watched, SQLAlchemy has to run them. Otherwise the rows are written
        here if that needs no waiting, and the thread only commits, which waits for the disk.
        """
        if self._watches:
            return await self.write(save_carts, saves, now_s)
        connection = self._write_connection
        if self._writing.is_idle and connection.begin(saves, now_s):
            await self._writing.run(connection.commit)
            return SaveConflicts()
        promotions = self._server.promotions
        await self._server.ready_to_write()
        if promotions != self._server.promotions:
            raise DatabaseUnavailable("the carts were read from another server")
        return await self._write(lambda: connection.save(saves, now_s))

    def watch(self, key: str, names: Iterable[str]) -> None:
        """Count, under *key*, all statements with one of *names* among their parameters.

        Counting slows every query down, so only the newest few counters are kept, for a short time.
        """
        counter = QueryCounter(names)
        self._watches.pop(key, None)
        self._watches[key] = counter
        if len(self._watches) > MOST_WATCHES:
            del self._watches[next(iter(self._watches))]
        asyncio.get_running_loop().call_later(LONGEST_WATCH_S, self._forget, key, counter)

    def unwatch(self, key: str) -> QueryCounter | None:
        """Stop counting and return the counter, or None if it was dropped meanwhile."""
        return self._watches.pop(key, None)

    def close(self) -> None:
        """Finish queries that have begun, and disconnect."""
        self._server.close()
        self._writing.close()
        self._looking_up.close()
        self._reading.shutdown()
        self._lookups.close()
        self._write_connection.close()
        self._write_engine.dispose()
        self._read_engine.dispose()

    def _forget(self, key: str, counter: QueryCounter) -> None:
        if self._watches.get(key) is counter:
            del self._watches[key]

    def _read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        counted, engine = self._counted(query), self._read_engine
        job = self._server.reading(lambda: run_query(engine, counted, *args, **kwargs))
        return asyncio.get_running_loop().run_in_executor(self._reading, job)

    def _write(self, job: Callable[[], T]) -> asyncio.Future[T]:
        return self._writing.run(self._server.writing(job))

    def _renew_readers(self) -> None:
        self._lookups.renew()
        self._read_engine.dispose()

    def _renew_writer(self) -> None:
        self._write_connection.renew()

    def _counted(self, query: Query[P, T]) -> Query[P, T]:
        for counter in (current_counter(), *self._watches.values()):
            if counter is not None:
                query = counter.wrap(query)
        return query

"""Runs queries: in one thread that writes, or in a few that read; and tells outages from bugs."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.errors import DatabaseUnavailable
from app.store.engines import open_to_read, open_to_write
from app.store.query_counter import QueryCounter, current_counter

P = ParamSpec("P")
T = TypeVar("T")

Query = Callable[Concatenate[Connection, P], T]
"""A function of this package: takes a connection first, and returns domain values."""

READERS = 2
MOST_WATCHES = 8
LONGEST_WATCH_S = 15.0
_BUGS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


def is_outage(error: BaseException) -> bool:
    """Say whether *error* is about reaching the database, not about the query."""
    if isinstance(error, DBAPIError):
        return not isinstance(error, _BUGS)
    return isinstance(error, OSError | PoolTimeout)


class Database:
    """The shop's database. Every write goes through one connection, in one thread.

    Each query runs in a transaction of its own. It runs to its end even if its task is cancelled.
    """

    def __init__(self, url: str):
        self._write_engine = open_to_write(url)
        self._read_engine = open_to_read(url, READERS)
        self._writing = ThreadPoolExecutor(1, "writer")
        self._reading = ThreadPoolExecutor(READERS, "reader")
        self._watches: dict[str, QueryCounter] = {}

    async def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *query*; raises `DatabaseUnavailable`."""
        return await self._run(self._reading, self._read_engine, query, *args, **kwargs)

    async def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *query* and commit; after `DatabaseUnavailable` it is unknown whether it did."""
        return await self._run(self._writing, self._write_engine, query, *args, **kwargs)

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
        for threads in (self._writing, self._reading):
            threads.shutdown()
        self._write_engine.dispose()
        self._read_engine.dispose()

    def _forget(self, key: str, counter: QueryCounter) -> None:
        if self._watches.get(key) is counter:
            del self._watches[key]

    async def _run(
        self,
        threads: ThreadPoolExecutor,
        engine: Engine,
        query: Query[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        for counter in (current_counter(), *self._watches.values()):
            if counter is not None:
                query = counter.wrap(query)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            threads, lambda: run_query(engine, query, *args, **kwargs)
        )


def run_query(engine: Engine, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run *query* in a transaction of *engine*; raises `DatabaseUnavailable`."""
    try:
        with engine.begin() as connection:
            return query(connection, *args, **kwargs)
    except (SQLAlchemyError, OSError) as error:
        if is_outage(error):
            raise DatabaseUnavailable(
                str(error.orig if isinstance(error, DBAPIError) else error)
            ) from error
        raise

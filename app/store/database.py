"""Connecting: one thread that writes, a few that read, and what is only a passing trouble."""

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

from app.store.engines import open_to_read, open_to_write
from app.store.query_counter import Meter, meter_of_this

P = ParamSpec("P")
T = TypeVar("T")

Question = Callable[Concatenate[Connection, P], T]
"""A function of the store: connection first, domain values out."""

READERS = 2
MOST_WATCHES = 8
LONGEST_WATCH_S = 15.0
_LASTING = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


class NotNow(Exception):
    """The database cannot be asked just now; it may be a moment later."""


def is_passing(error: BaseException) -> bool:
    """Say whether *error* is trouble with reaching the database, not with what was asked."""
    if isinstance(error, DBAPIError):
        return not isinstance(error, _LASTING)
    return isinstance(error, OSError | PoolTimeout)


class Database:
    """The shop's database. Every write goes through one connection, in one thread.

    A question runs in a transaction of its own, to its end, even if who asked has gone.
    """

    def __init__(self, url: str):
        self._write_engine = open_to_write(url)
        self._read_engine = open_to_read(url, READERS)
        self._writing = ThreadPoolExecutor(1, "writer")
        self._reading = ThreadPoolExecutor(READERS, "reader")
        self._watches: dict[str, Meter] = {}

    async def read(self, question: Question[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer *question*; `NotNow` if the database is away."""
        return await self._ask(self._reading, self._read_engine, question, *args, **kwargs)

    async def write(self, question: Question[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer *question* and commit; `NotNow` if that did not, or may not have, happened."""
        return await self._ask(self._writing, self._write_engine, question, *args, **kwargs)

    def watch(self, key: str, names: Iterable[str]) -> None:
        """Begin to count, under *key*, the statements of anybody that name one of *names*.

        Watching slows every question down, so only the newest few are kept, and not for long.
        """
        meter = Meter(names)
        self._watches.pop(key, None)
        self._watches[key] = meter
        if len(self._watches) > MOST_WATCHES:
            del self._watches[next(iter(self._watches))]
        asyncio.get_running_loop().call_later(LONGEST_WATCH_S, self._forget, key, meter)

    def unwatch(self, key: str) -> Meter | None:
        """Stop counting, and return what was counted; None if it was forgotten."""
        return self._watches.pop(key, None)

    def close(self) -> None:
        """Finish what was asked, and let go of the database."""
        for threads in (self._writing, self._reading):
            threads.shutdown()
        self._write_engine.dispose()
        self._read_engine.dispose()

    def _forget(self, key: str, meter: Meter) -> None:
        if self._watches.get(key) is meter:
            del self._watches[key]

    async def _ask(
        self,
        threads: ThreadPoolExecutor,
        engine: Engine,
        question: Question[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        for meter in (meter_of_this(), *self._watches.values()):
            if meter is not None:
                question = meter.on(question)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, lambda: ask(engine, question, *args, **kwargs))


def ask(engine: Engine, question: Question[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Answer *question* in a transaction of *engine*; `NotNow` if the database is away."""
    try:
        with engine.begin() as connection:
            return question(connection, *args, **kwargs)
    except (SQLAlchemyError, OSError) as error:
        if is_passing(error):
            raise NotNow(str(error.orig if isinstance(error, DBAPIError) else error)) from error
        raise

"""Connecting: one thread that writes, a few that read, and what is only a passing trouble."""

import asyncio
import fcntl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.store.meter import Meter, meter_of_this

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # where it has no wheel
    import sqlite3 as sqlite

P = ParamSpec("P")
T = TypeVar("T")

Question = Callable[Concatenate[Connection, P], T]
"""A function of the store: connection first, domain values out."""

READERS = 2
LOCK_WAIT_MS = 2000
MOST_WATCHES = 8
LONGEST_WATCH_S = 15.0
_LASTING = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


class NotNow(Exception):
    """The database cannot be asked just now; it may be a moment later."""


class Taken(Exception):
    """Another server process has this database."""


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
        self._write_engine = _engine(make_url(url), "BEGIN IMMEDIATE", 1)
        self._read_engine = _engine(make_url(url), "BEGIN", READERS)
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


def connect(url: str) -> Engine:
    """Return an engine for a command that writes, beside the server or without it."""
    _file_of(url).parent.mkdir(parents=True, exist_ok=True)
    return _engine(make_url(url), "BEGIN IMMEDIATE", 1)


def claim(url: str) -> IO[str]:
    """Keep other server processes off an SQLite file until what is returned is closed."""
    path = Path(f"{_file_of(url)}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Taken(str(path)) from error
    return lock


def _file_of(url: str) -> Path:
    return Path(make_url(url).database or "")


def _engine(url: URL, begin: str, connections: int) -> Engine:
    engine = create_engine(
        url,
        module=sqlite,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _set_up(connection: Any, _record: object) -> None:
    """WAL with full synchronisation: what was committed survives a power loss."""
    connection.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")

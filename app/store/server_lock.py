"""Who may serve a database: one process alone, or all of those that tell each other news."""

import fcntl
from typing import IO, Protocol

from sqlalchemy import Connection, func, literal, select

from app.domain.errors import DatabaseUnavailable
from app.store.database import is_passing
from app.store.engines import file_of, is_file, open_to_write

SHOP = 0x73686F70
"""The advisory lock that servers hold on a PostgreSQL database; the letters of “shop”."""


class AlreadyLocked(Exception):
    """A server has this database that does not share it, or that this one does not share with."""


class ServerLock(Protocol):
    """A database that is held; letting go of it is closing it."""

    def renew(self) -> None:
        """Keep the lock; may raise `DatabaseUnavailable`, or `AlreadyLocked` after trouble."""

    def close(self) -> None:
        """Let others have it."""


def acquire_server_lock(url: str, *, shared: bool) -> ServerLock:
    """Keep off all other servers, or those that do not share; or raise `AlreadyLocked`."""
    return FileLock(url) if is_file(url) else AdvisoryLock(url, shared=shared)


class FileLock:
    """An SQLite file, kept by a lock on a file beside it for as long as the process lives."""

    def __init__(self, url: str):
        path = file_of(url).with_name(f"{file_of(url).name}.lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock: IO[str] = path.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise AlreadyLocked(str(path)) from error

    def renew(self) -> None:
        """Hold it still: nothing can have taken it."""

    def close(self) -> None:
        """Let others have it."""
        self._lock.close()


class AdvisoryLock:
    """A PostgreSQL database, kept by an advisory lock for as long as a connection lives."""

    def __init__(self, url: str, *, shared: bool):
        self._engine = open_to_write(url)
        self._shared = shared
        self._connection: Connection | None = None
        self.renew()

    def renew(self) -> None:
        """Hold it still; after the connection was lost, try to get hold of it again."""
        try:
            if self._connection is None:
                self._take(self._engine.connect())
            else:
                self._connection.execute(select(literal(1)))
                self._connection.rollback()
        except Exception as error:
            self._forget()
            if is_passing(error):
                raise DatabaseUnavailable(str(error)) from error
            raise

    def close(self) -> None:
        """Let others have it."""
        self._forget()
        self._engine.dispose()

    def _take(self, connection: Connection) -> None:
        self._connection = connection
        shared, alone = func.pg_try_advisory_lock_shared, func.pg_try_advisory_lock
        taken = connection.scalar(select((shared if self._shared else alone)(SHOP)))
        connection.rollback()
        if not taken:
            raise AlreadyLocked(str(self._engine.url.database))

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

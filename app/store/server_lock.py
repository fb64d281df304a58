"""Who may serve a database: one process alone, or all of those that tell each other news."""

import fcntl
from typing import IO, Protocol

from sqlalchemy import Connection, func, literal, select

from app.store.database import NotNow, is_passing
from app.store.engines import file_of, is_file, open_to_write

SHOP = 0x73686F70
"""The advisory lock that servers hold on a PostgreSQL database; the letters of “shop”."""


class Taken(Exception):
    """A server has this database that does not share it, or that this one does not share with."""


class Claim(Protocol):
    """A database that is held; letting go of it is closing it."""

    def renew(self) -> None:
        """Hold it still, after trouble too; `NotNow` while it is away, or `Taken`."""

    def close(self) -> None:
        """Let others have it."""


def claim(url: str, *, shared: bool) -> Claim:
    """Keep off all other servers, or those that do not share; or raise `Taken`."""
    return FileClaim(url) if is_file(url) else ServerClaim(url, shared=shared)


class FileClaim:
    """An SQLite file, kept by a lock on a file beside it for as long as the process lives."""

    def __init__(self, url: str):
        path = file_of(url).with_name(f"{file_of(url).name}.lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock: IO[str] = path.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise Taken(str(path)) from error

    def renew(self) -> None:
        """Hold it still: nothing can have taken it."""

    def close(self) -> None:
        """Let others have it."""
        self._lock.close()


class ServerClaim:
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
                raise NotNow(str(error)) from error
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
            raise Taken(str(self._engine.url.database))

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

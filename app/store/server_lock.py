"""The lock of a server on its database: for one process alone, or for peers that share it."""

import fcntl
from contextlib import suppress
from typing import IO, Protocol

from sqlalchemy import Connection, bindparam, column, func, literal, select, table
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import DatabaseUnavailable
from app.store.engines import file_of, is_file, open_to_write, without_password
from app.store.outages import is_outage

LOCK_KEY = 0x73686F70
"""The key of the advisory lock on a PostgreSQL database: the letters of “shop”."""
_LOCKS = table("pg_locks", *map(column, ("pid", "locktype", "objid", "granted")))
_END_HOLDER = select(func.pg_terminate_backend(_LOCKS.c.pid)).where(
    _LOCKS.c.locktype == "advisory",
    _LOCKS.c.objid == LOCK_KEY,
    _LOCKS.c.granted,
    _LOCKS.c.pid == bindparam("pid"),
)


class AlreadyLocked(Exception):
    """Another server holds the database, and one of the two does not share it."""


class ServerLock(Protocol):
    """A lock that is held until it is closed."""

    def ensure_held(self) -> None:
        """Check that the lock is held, or take it again.

        Raises `DatabaseUnavailable`, or `AlreadyLocked` if another server took it in an outage.
        """

    def close(self) -> None:
        """Release the lock."""


def acquire_server_lock(url: str, *, shared: bool) -> ServerLock:
    """Lock a database against all other servers, or if *shared* against those that do not share.

    Raises `AlreadyLocked`.
    """
    return FileLock(url) if is_file(url) else AdvisoryLock(url, shared=shared)


class FileLock:
    """Locks an SQLite file by `flock` on a file beside it; the lock ends with the process."""

    def __init__(self, url: str):
        path = file_of(url).with_name(f"{file_of(url).name}.lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock: IO[str] = path.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise AlreadyLocked(str(path)) from error

    def ensure_held(self) -> None:
        """Do nothing: it cannot be lost."""

    def close(self) -> None:
        """Release the lock."""
        self._lock.close()


class AdvisoryLock:
    """Locks a PostgreSQL database by an advisory lock, which its connection holds."""

    def __init__(self, url: str, *, shared: bool):
        self._engine = open_to_write(url)
        self._name = without_password(url)
        self._shared = shared
        self._connection: Connection | None = None
        self._pid: int | None = None
        self.ensure_held()

    def ensure_held(self) -> None:
        """Check the connection; if it was lost, take the lock again on a new one."""
        try:
            if self._connection is None:
                self._take(self._engine.connect())
            else:
                self._connection.execute(select(literal(1)))
                self._connection.rollback()
        except Exception as error:
            self._disconnect()
            if is_outage(error):
                raise DatabaseUnavailable(str(error)) from error
            raise

    def close(self) -> None:
        """Release the lock, before the server notices that its connection is closed."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.execute(select(func.pg_advisory_unlock_all()))
        self._disconnect()
        self._engine.dispose()

    def _take(self, connection: Connection) -> None:
        self._connection = connection
        shared, alone = func.pg_try_advisory_lock_shared, func.pg_try_advisory_lock
        taken = connection.scalar(select((shared if self._shared else alone)(LOCK_KEY)))
        if not taken:
            self._end_predecessor(connection)
            raise AlreadyLocked(self._name)
        self._pid = connection.scalar(select(func.pg_backend_pid()))
        connection.rollback()

    def _end_predecessor(self, connection: Connection) -> None:
        """End our own session of before an outage, if that holds the lock; raise if it does.

        The server may not have noticed yet that it has no client any more.
        """
        ended = connection.scalar(_END_HOLDER, {"pid": self._pid})
        connection.rollback()
        if ended:
            raise DatabaseUnavailable("the session of before the outage still holds the lock")

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

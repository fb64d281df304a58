"""Ways into the database: SQLite in a file, or a PostgreSQL server.

What goes wrong in either tells no parameters: e-mail addresses and notes are among them, and logs
would keep them.
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # where it has no wheel
    import sqlite3 as sqlite

FileFault: type[Exception] = sqlite.DatabaseError
"""An SQLite file cannot be used; `FileTrouble` if it could be at another time."""
FileTrouble: type[Exception] = sqlite.OperationalError
LOCK_WAIT_MS = 2000
CONNECT_S = 2
SILENCE_MS = 10_000
"""So long a PostgreSQL server may be silent in the middle of a question."""
IN_KEY_ORDER = {"enable_hashjoin": "off", "enable_mergejoin": "off"}
"""With these, rows of a list that is sorted by key are locked one by one in that order."""


def is_file(url: str) -> bool:
    """Say whether *url* names an SQLite file, which is this machine's alone."""
    return make_url(url).get_backend_name() == "sqlite"


def file_of(url: str) -> Path:
    """Return the SQLite file that *url* names."""
    return Path(make_url(url).database or "")


def open_file(path: Path, mode: str) -> Any:
    """Open an SQLite file that is there as it is, to look at it (`ro`) or to change it (`rw`)."""
    return sqlite.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True)


def connect(url: str) -> Engine:
    """Return an engine for a command that writes, beside the server or without it."""
    if is_file(url):
        _make_room(file_of(url))
    return open_to_write(url)


def open_to_write(url: str) -> Engine:
    """Return an engine with the one connection that a process writes through."""
    if is_file(url):
        return _sqlite(make_url(url), "BEGIN IMMEDIATE", 1)
    return _postgresql(make_url(url), "READ COMMITTED", 1, **IN_KEY_ORDER)


def open_to_read(url: str, connections: int) -> Engine:
    """Return an engine in which a question sees the database as it was at one moment."""
    if is_file(url):
        return _sqlite(make_url(url), "BEGIN", connections)
    return _postgresql(make_url(url), "REPEATABLE READ", connections)


def _make_room(file: Path) -> None:
    """Begin a file that is not there, for its owner alone; SQLite's other files follow it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(0o600)


def _sqlite(url: URL, begin: str, connections: int) -> Engine:
    engine = create_engine(
        url,
        module=sqlite,
        hide_parameters=True,
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


def _postgresql(url: URL, isolation: str, connections: int, **planner: str) -> Engine:
    """Return an engine whose commits are on the server's disk, whatever its configuration says.

    It notices when the server is away: while connecting, waiting for a lock, or silent.
    """
    settings = {"lock_timeout": LOCK_WAIT_MS, "statement_timeout": SILENCE_MS}
    options = {**settings, "synchronous_commit": "on", **planner}
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level=isolation,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        connect_args={
            "connect_timeout": CONNECT_S,
            "tcp_user_timeout": SILENCE_MS,
            "keepalives_idle": SILENCE_MS // 1000,
            "application_name": "shop",
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )

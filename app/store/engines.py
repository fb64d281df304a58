"""Engines of SQLAlchemy for an SQLite file or a PostgreSQL server.

Errors do not show parameters: e-mail addresses and notes are among them, and would get into logs.
"""

from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from sqlalchemy import URL, Engine, create_engine, event, make_url

from app.store.timeouts import OF_COMMAND, OF_SERVER, Timeouts

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # on platforms without a wheel
    import sqlite3 as sqlite

FileFault: type[Exception] = sqlite.DatabaseError
"""An SQLite file cannot be used; `FileTrouble`, a subclass, if it may be usable later."""
FileTrouble: type[Exception] = sqlite.OperationalError
SWITCH_PAUSE_S = 0.01
TIMELINE = "timeline"
"""Where the `info` of a connection to PostgreSQL has the timeline of its server."""
IN_KEY_ORDER = {"enable_hashjoin": "off", "enable_mergejoin": "off"}
"""With these, an UPDATE from a list that is sorted by key locks its rows in that order."""


def is_file(url: str) -> bool:
    """Say whether *url* names an SQLite file, which servers cannot share."""
    return url.startswith("sqlite:")


def file_of(url: str) -> Path:
    """Return the SQLite file that *url* names."""
    return Path(make_url(url).database or "")


def without_password(url: str) -> str:
    """Return *url* for PostgreSQL's own programs, which ask for the password."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    options = [(name, value) for name, value in parse_qsl(parts.query) if name != "password"]
    query = f"?{urlencode(options, safe='/:,')}" if options else ""
    return f"postgresql://{user.partition(':')[0]}{at}{hosts}{parts.path}{query}"


def open_file(path: Path, mode: str) -> Any:
    """Open an existing SQLite file with the driver, to read (`ro`) or to write (`rw`)."""
    return sqlite.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True)


def connect(url: str) -> Engine:
    """Return an engine for a command; it can write while a server runs."""
    if is_file(url):
        _create(file_of(url))
    return open_to_write(url, OF_COMMAND)


def open_to_write(url: str, timeouts: Timeouts = OF_SERVER) -> Engine:
    """Return an engine with the one connection that a process writes through."""
    if is_file(url):
        return _sqlite(make_url(url), "BEGIN IMMEDIATE", 1, timeouts)
    return _postgresql(url, "READ COMMITTED", 1, timeouts, **IN_KEY_ORDER)


def open_to_read(url: str, connections: int, timeouts: Timeouts = OF_SERVER) -> Engine:
    """Return an engine for reading, in which a transaction sees one snapshot."""
    if is_file(url):
        return _sqlite(make_url(url), "BEGIN", connections, timeouts)
    return _postgresql(url, "REPEATABLE READ", connections, timeouts)


def open_to_look_up(url: str) -> Engine:
    """Return an engine with one connection, for statements that are run by the driver itself.

    Each is a transaction of its own. Parameters have names, as PostgreSQL's driver wants them.
    """
    if is_file(url):
        return _sqlite(make_url(url), "BEGIN", 1, OF_SERVER, "named")
    return _postgresql(url, "AUTOCOMMIT", 1, OF_SERVER)


def _create(file: Path) -> None:
    """Make a missing file, readable by its owner only; SQLite gives its log the same mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(0o600)


def _sqlite(
    url: URL, begin: str, connections: int, timeouts: Timeouts, paramstyle: str = "qmark"
) -> Engine:
    engine = create_engine(
        url,
        module=sqlite,
        paramstyle=paramstyle,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", lambda connection, _: _configure(connection, timeouts.lock_ms))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _configure(connection: Any, lock_ms: int) -> None:
    """Set WAL mode with full synchronisation, so that commits survive a power loss."""
    connection.execute(f"PRAGMA busy_timeout = {lock_ms}")
    _switch_to_wal(connection, lock_ms)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _switch_to_wal(connection: Any, lock_ms: int) -> None:
    """Set WAL mode, and wait while another process does so in a new file.

    SQLite refuses at once then, whatever `busy_timeout` says, since waiting could be a deadlock.
    """
    give_up_s = monotonic() + lock_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except FileTrouble:
            if monotonic() > give_up_s:
                raise
            sleep(SWITCH_PAUSE_S)
        else:
            return


def _postgresql(
    url: str, isolation: str, connections: int, timeouts: Timeouts, **planner: str
) -> Engine:
    """Return an engine whose commits are on the server's disk, whatever its configuration says.

    Connecting, waiting for a lock and every statement have a timeout.
    """
    from app.store.postgresql import open_engine  # noqa: PLC0415 - a shop on a file has no need

    settings = {"lock_timeout": timeouts.lock_ms, "synchronous_commit": "on", **planner}
    return open_engine(url, isolation, connections, timeouts, settings)

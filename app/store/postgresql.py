"""Engines of SQLAlchemy for PostgreSQL servers, one of which takes writes.

An address is libpq's: it may name several hosts, and each new connection goes to the one that can
be written to. After a failover that is another one, so nothing has to be configured again.
"""

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, create_engine, event

from app.domain.errors import SharedSession
from app.store.engines import TIMELINE
from app.store.timeouts import OF_SERVER, Timeouts

CONNECT_TIMEOUT_S = 2
"""How long each host may take to accept a connection; libpq allows no less."""
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""After so many seconds of silence and so many probes, either side gives up an idle connection."""
_KEEPALIVE_OF_SERVER = {f"tcp_{name}": number for name, number in KEEPALIVE.items()}
SHARING_TRIES = 10
_WHO_AND_WHERE = """
    SELECT pg_backend_pid(), CASE WHEN NOT pg_is_in_recovery()
    THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END
"""
_SET = """
    SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS new (name, value)
"""
_SHARED = (
    "there is a pooler before the database that shares connections between transactions. The shop"
    " has few connections, with settings and a lock of their own: connect it to PostgreSQL itself,"
    " or set the pooler's pool_mode to session for it"
)


class NoAnswer(psycopg.OperationalError):
    """The server has not answered a statement in time."""

    is_silence = True


class TimedConnection(psycopg.Connection[Any]):
    """A connection that waits for no answer longer than `silence_s`; then it is closed."""

    silence_s = OF_SERVER.silence_s

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the end of *gen*; raises `NoAnswer` after a timeout."""
        try:
            return super().wait(gen, interval, timeout or self.silence_s)
        except psycopg.OperationalError as error:
            if self.info.transaction_status is not psycopg.pq.TransactionStatus.ACTIVE:
                raise
            self.close()  # the answer may still come, and would be taken for another one's
            raise NoAnswer("the database server does not answer") from error


def parameters(url: str) -> dict[str, Any]:
    """Return libpq's parameters from *url*; raises `ValueError` with libpq's reason.

    Unless it says otherwise, of several hosts the one that can be written to is taken.
    """
    try:
        given = conninfo_to_dict(url.replace("postgresql+psycopg:", "postgresql:", 1))
    except psycopg.ProgrammingError as fault:
        raise ValueError(str(fault).strip()) from None
    ours = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": int(OF_SERVER.silence_s * 1000),
        **KEEPALIVE,
        "application_name": "shop",
        "target_session_attrs": "read-write",
    }
    return {**ours, **{name: value for name, value in given.items() if value is not None}}


def open_engine(
    url: str,
    isolation: str,
    connections: int,
    timeouts: Timeouts,
    settings: Mapping[str, object],
) -> Engine:
    """Return an engine whose sessions have *settings*, whatever those of the server say."""
    engine = create_engine(
        "postgresql+psycopg://",
        isolation_level=isolation,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        connect_args=parameters(url),
    )
    all_settings = {
        "statement_timeout": timeouts.statement_ms,
        "idle_in_transaction_session_timeout": timeouts.idle_in_transaction_ms,
        **_KEEPALIVE_OF_SERVER,
        **settings,
    }

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, record: Any, _args: Any, keywords: Any) -> TimedConnection:
        connection = TimedConnection.connect(**keywords)
        try:
            connection.silence_s = timeouts.silence_s
            record.info[TIMELINE] = _begin_session(connection, keywords, all_settings)
        except BaseException:
            connection.close()
            raise
        return connection

    return engine


def _begin_session(
    connection: TimedConnection, keywords: Mapping[str, Any], settings: Mapping[str, object]
) -> str | None:
    """Apply *settings* to a new session, and return the timeline of its server.

    A pooler need not pass on what libpq would send with the connection, so statements do it.
    """
    connection.autocommit = True
    pid, timeline = _row(connection, _WHO_AND_WHERE)
    if pid != connection.info.backend_pid:  # there is a pooler
        _ensure_own_session(connection, pid, keywords)
    connection.execute(_SET, ([*settings], [str(value) for value in settings.values()]))
    connection.autocommit = False
    return None if timeline is None else str(timeline)


def _ensure_own_session(connection: TimedConnection, pid: int, keywords: Mapping[str, Any]) -> None:
    """Raise `SharedSession` if *connection* does not keep the server process *pid* to itself.

    While another connection is in a transaction, a pooler that shares has to move one of the two.
    """
    with TimedConnection.connect(**keywords) as other:
        pids = [_pid(other), *(_pid(connection) for _ in range(SHARING_TRIES))]
    if pids != [pids[0], *[pid] * SHARING_TRIES] or pids[0] == pid:
        raise SharedSession(_SHARED)


def _pid(connection: TimedConnection) -> int:
    return int(_row(connection, "SELECT pg_backend_pid()")[0])


def _row(connection: TimedConnection, query: LiteralString) -> tuple[Any, ...]:
    [row] = connection.execute(query).fetchall()
    return tuple(row)

"""Asks a PostgreSQL server whether it answers, and whether a commit would survive it."""

from contextlib import closing
from typing import Any

from sqlalchemy import Engine

_END_STUCK = (
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = %s AND wait_event = 'SyncRep'"
)
_WRITE = "SELECT pg_logical_emit_message(true, 'shop', 'is there a commit?')"
"""Writes to the log of the database and to no table; any role may."""


def reach(engine: Engine) -> None:
    """Connect, or raise what the driver does."""
    with closing(engine.raw_connection()):
        pass
    engine.dispose()


class CommitProbe:
    """Commits, or raises what the driver does.

    With synchronous replication that waits for the standby. It then has all that was committed
    before, so nothing that is read afterwards can be lost in a failover.
    """

    def __init__(self, engine: Engine):
        self._engine = engine
        self._stuck_pid = 0

    def __call__(self) -> None:
        """Commit on a connection of its own.

        An earlier commit that was given up may still wait on the server, in a process of its own:
        it is ended, or there would be more of them with each try.
        """
        try:
            with closing(self._engine.raw_connection()) as connection:
                driver: Any = connection.driver_connection
                driver.execute(_END_STUCK, (self._stuck_pid,))
                self._stuck_pid = driver.info.backend_pid
                driver.execute(_WRITE)
                driver.commit()
        finally:
            self._engine.dispose()

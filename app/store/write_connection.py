"""The one connection that writes: SQLAlchemy's, and the driver's own below it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from app.domain.errors import DatabaseUnavailable
from app.store.cart_rows import (
    Save,
    begin_on_sqlite,
    commit_on_sqlite,
    save_on_postgresql,
    save_on_sqlite,
)
from app.store.cart_saves import SaveConflicts, save_carts
from app.store.outages import as_sqlalchemy, outages_as_unavailable
from app.store.wakes import Woken, take_woken

P = ParamSpec("P")
T = TypeVar("T")

_SAVE_ROWS = {"sqlite": save_on_sqlite, "postgresql": save_on_postgresql}


class WriteConnection:
    """A connection that is kept, and replaced after an outage. Only one thread may use it.

    That thread calls what is in `on_commit` for a task when a transaction has left work for it.
    All methods raise `DatabaseUnavailable`; it is unknown then whether they have committed.
    """

    def __init__(self, engine: Engine):
        self.on_commit: dict[Woken, Callable[[], object]] = {}
        self._engine = engine
        self._kept: Connection | None = None
        self._is_outdated = False
        self._save_rows = _SAVE_ROWS[engine.dialect.name]
        self._is_sqlite = engine.dialect.name == "sqlite"

    def run(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run *query* in a transaction of SQLAlchemy."""

        def transaction(connection: Connection) -> T:
            with connection.begin():
                found = query(connection, *args, **kwargs)
            for task in take_woken(connection):
                self.on_commit.get(task, _nothing)()
            return found

        return self._use(transaction)

    def save(self, saves: Sequence[Save], now_s: int) -> SaveConflicts:
        """Save carts, or raise `StaleCart`; see `save_carts`.

        The driver's own statements do it, unless there is more to save than rows of carts.
        """
        if _has_more(saves):
            return self.run(save_carts, saves, now_s)
        saved = self._use(lambda connection: self._save_rows(_driver(connection), saves, now_s))
        if len(saved) == len(saves):
            return SaveConflicts()
        return SaveConflicts(
            stale=tuple([one.account for one in saves if one.account not in saved])
        )

    def begin(self, saves: Sequence[Save], now_s: int) -> bool:
        """Write carts in a transaction that is left open for `commit`; say whether that was done.

        It is for the event loop while the writing thread is idle, and for SQLite, whose driver
        gives the interpreter lock away at each row: a busy loop would not give it back to another
        thread for milliseconds, row by row. Nothing is waited for; if it was not done, `save` has
        to do it. An order, an evicted outbox or a hold is always left to that.
        """
        if not self._is_sqlite or self._kept is None or _has_more(saves):
            return False
        return begin_on_sqlite(_driver(self._kept), saves, now_s)

    def commit(self) -> None:
        """Commit what `begin` has written; nothing of it is left after an error."""
        self._use(lambda connection: commit_on_sqlite(_driver(connection)))

    def renew(self) -> None:
        """Have the next use connect again; for any thread."""
        self._is_outdated = True

    def close(self) -> None:
        """Disconnect."""
        if self._kept:
            self._kept.close()
            self._kept = None

    def _use(self, act: Callable[[Connection], T]) -> T:
        try:
            with outages_as_unavailable():
                return self._act(act)
        except DatabaseUnavailable:
            self._replace()
            raise

    def _act(self, act: Callable[[Connection], T]) -> T:
        if self._is_outdated:
            self._is_outdated = False
            self._replace()
        if self._kept is None:
            self._kept = self._engine.connect()
        dialect = self._engine.dialect
        try:
            return act(self._kept)
        except dialect.loaded_dbapi.Error as error:
            raise as_sqlalchemy(error, dialect) from error

    def _replace(self) -> None:
        """Disconnect after an outage; the next use connects again."""
        kept, self._kept = self._kept, None
        if kept:
            with suppress(Exception):  # it is broken, and so may be whatever closes it
                kept.invalidate()
                kept.close()


def _nothing() -> None:
    """Do nothing: this process does not run the task."""


def _has_more(saves: Sequence[Save]) -> bool:
    """Say whether there is more to save than rows of carts."""
    return bool([save for save in saves if save.evicted or save.changes or save.holds])


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection

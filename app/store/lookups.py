"""Finds single rows by their keys at the price of the driver alone, for what a handshake needs.

SQLAlchemy compiles each statement once. The driver runs it on a connection of its own, which keeps
it prepared, in a thread of its own: building a query, a pooled connection, BEGIN and COMMIT cost
many times what finding the row does.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, PoolProxiedConnection, Select

from app.domain.errors import DatabaseUnavailable
from app.store.outages import as_sqlalchemy, outages_as_unavailable

T = TypeVar("T")

Key = Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Lookup(Generic[T]):
    """A query for at most one row; the values of its parameters are its key.

    `value` makes the result of the row, a tuple, or of None if there is no such row.
    """

    name: str
    statement: Select[Any]
    value: Callable[[Any], T]

    def __call__(self, connection: Connection, /, **key: object) -> T:
        """Run it as a query of SQLAlchemy."""
        return self.value(connection.execute(self.statement, key).one_or_none())


class Lookups:
    """Runs look-ups in one thread. Only `renew` may be called by others.

    Each is a transaction of its own, so it sees all that was committed before it was asked for.
    """

    def __init__(self, engine: Engine):
        self._engine = engine
        self._error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._texts: dict[Lookup[Any], str] = {}
        self._connection: PoolProxiedConnection | None = None
        self._is_outdated = False

    def find(self, lookup: Lookup[T], key: Key) -> T:
        """Return what *lookup* finds by *key*; raises `DatabaseUnavailable`."""
        return lookup.value(self._row(lookup, key))

    def renew(self) -> None:
        """Have the next look-up connect again; for any thread."""
        self._is_outdated = True

    def close(self) -> None:
        """Disconnect."""
        self._disconnect()
        self._engine.dispose()

    def _row(self, lookup: Lookup[Any], key: Key) -> Any:
        try:
            return self._driver().execute(self._text(lookup), key).fetchone()
        except (self._error, OSError) as error:
            self._fail(error)

    def _driver(self) -> Any:
        if self._is_outdated:
            self._is_outdated = False
            self._disconnect()
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        return self._connection.driver_connection

    def _text(self, lookup: Lookup[Any]) -> str:
        if (text := self._texts.get(lookup)) is None:
            text = self._texts[lookup] = str(lookup.statement.compile(self._engine))
        return text

    def _fail(self, error: Exception) -> None:
        """Raise *error*; after an outage the next look-up connects again."""
        try:
            with outages_as_unavailable():
                raise as_sqlalchemy(error, self._engine.dialect) from error
        except DatabaseUnavailable:
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # it is broken, and so may be whatever closes it
                connection.invalidate()

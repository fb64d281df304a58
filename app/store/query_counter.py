"""What queries cost: statements and rows, counted on the connection itself, and time."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, ExecutionContext, event

P = ParamSpec("P")
T = TypeVar("T")


class Spent(NamedTuple):
    """The cost of some queries: statements, rows returned, and time.

    BEGIN and COMMIT are not counted as statements, nor waiting for a thread as time.
    """

    queries: int = 0
    rows: int = 0
    ms: float = 0.0


MOST_STATEMENTS = 20


@dataclass
class Statement:
    """A statement that was counted: its text, how many rows came back, and after how long."""

    sql: str
    began_s: float
    rows: int = 0
    ms: float = 0.0

    def take_time(self) -> None:
        """Note that the database has answered, or has gone on answering, until now."""
        self.ms = (time.perf_counter() - self.began_s) * 1000


class QueryCounter:
    """Counts the statements of the queries that it wraps, in any thread.

    With *names*, such as an account, only statements that have one among their parameters count.
    The first few are in `statements`, with placeholders in place of their parameters.
    """

    def __init__(self, names: Iterable[str] = ()):
        self._names = frozenset(names)
        self._lock = Lock()
        self.spent = Spent()
        self.statements: list[Statement] = []
        self._executing: dict[ExecutionContext, Statement] = {}

    def wrap(
        self, query: Callable[Concatenate[Connection, P], T]
    ) -> Callable[Concatenate[Connection, P], T]:
        """Return *query*, counted."""

        def counted(connection: Connection, /, *args: P.args, **kwargs: P.kwargs) -> T:
            event.listen(connection, "before_cursor_execute", self._on_statement)
            event.listen(connection, "after_cursor_execute", self._on_executed)
            began = time.perf_counter()
            try:
                return query(connection, *args, **kwargs)
            finally:
                event.remove(connection, "before_cursor_execute", self._on_statement)
                event.remove(connection, "after_cursor_execute", self._on_executed)
                self._add(ms=(time.perf_counter() - began) * 1000)

        return counted

    def _on_statement(
        self,
        _connection: Connection,
        _cursor: Any,
        sql: str,
        parameters: Any,
        context: ExecutionContext,
        is_many: bool,  # noqa: FBT001 - SQLAlchemy's signature
    ) -> None:
        if self._names and not self._has_name(parameters if is_many else [parameters]):
            return
        self._add(queries=1)
        statement = Statement(" ".join(sql.split()), time.perf_counter())
        if len(self.statements) < MOST_STATEMENTS:
            self.statements.append(statement)
        self._executing[context] = statement
        context.cursor = _CountedCursor(context.cursor, partial(self._on_rows, statement))

    def _on_executed(
        self,
        _connection: Connection,
        _cursor: Any,
        _sql: str,
        _parameters: Any,
        context: ExecutionContext,
        _is_many: bool,  # noqa: FBT001 - SQLAlchemy's signature
    ) -> None:
        if statement := self._executing.pop(context, None):
            statement.take_time()

    def _on_rows(self, statement: Statement, rows: int) -> None:
        self._add(rows=rows)
        statement.rows += rows
        statement.take_time()

    def _has_name(self, rows: Sequence[Any]) -> bool:
        return any(name in word for word in _words(rows) for name in self._names)

    def _add(self, queries: int = 0, rows: int = 0, ms: float = 0.0) -> None:
        with self._lock:
            before = self.spent
            self.spent = Spent(before.queries + queries, before.rows + rows, before.ms + ms)


_counter: ContextVar[QueryCounter | None] = ContextVar("query_counter", default=None)


@contextmanager
def count_queries() -> Iterator[QueryCounter]:
    """Count all queries of this task, and of what it awaits, in the `with` block."""
    counter = QueryCounter()
    token = _counter.set(counter)
    try:
        yield counter
    finally:
        _counter.reset(token)


def current_counter() -> QueryCounter | None:
    """Return the counter of the `with` block that this task is in."""
    return _counter.get()


def _words(rows: Sequence[Any]) -> Iterator[str]:
    for row in rows:
        for word in row.values() if isinstance(row, Mapping) else row:
            if isinstance(word, str):
                yield word


class _CountedCursor:
    """A driver's cursor that reports how many rows are fetched from it."""

    def __init__(self, cursor: Any, count: Callable[[int], None]):
        self._cursor = cursor
        self._count = count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def fetchone(self) -> Any:
        row = self._cursor.fetchone()
        self._count(row is not None)
        return row

    def fetchmany(self, *size: int) -> Any:
        return self._counted(self._cursor.fetchmany(*size))

    def fetchall(self) -> Any:
        return self._counted(self._cursor.fetchall())

    def _counted(self, rows: Any) -> Any:
        self._count(len(rows))
        return rows

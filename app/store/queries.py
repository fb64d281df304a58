"""Queries: functions of a connection, each run in a transaction of its own."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from app.store.outages import outages_as_unavailable

P = ParamSpec("P")
T = TypeVar("T")

Query = Callable[Concatenate[Connection, P], T]
"""A function of this package: takes a connection first, and returns domain values."""


def run_query(engine: Engine, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run *query* in a transaction of *engine*; raises `DatabaseUnavailable`."""
    with outages_as_unavailable(), engine.begin() as connection:
        return query(connection, *args, **kwargs)

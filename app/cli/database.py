"""The database, as commands open it: migrated, beside a running server or without one."""

from typing import ParamSpec, TypeVar

from sqlalchemy import Engine

from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.runtime.config import Config
from app.store.engines import connect, open_to_read
from app.store.migrations import TooNew, is_newest, migrate
from app.store.queries import Query, run_query
from app.store.timeouts import OF_COMMAND

P = ParamSpec("P")
T = TypeVar("T")


def query_database(query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run *query* in a transaction on the database that the settings name."""
    return run_query(open_database(read_settings()), query, *args, **kwargs)


def read_database(query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run *query*, which only reads, on that database; a running server can write meanwhile."""
    config = read_settings()
    connect(config.database).dispose()
    engine = open_to_read(config.database, 1, OF_COMMAND)
    if not run_query(engine, is_newest):
        open_database(config).dispose()
    return run_query(engine, query, *args, **kwargs)


def open_database(config: Config) -> Engine:
    """Connect to the database and migrate it.

    Raises `CommandError` if a newer shop has migrated it, `DatabaseUnavailable` if it is away.
    """
    engine = connect(config.database)
    try:
        migrate(engine, config.zone)
    except TooNew as error:
        raise CommandError(f"this database is not for this shop: {error}.") from None
    return engine

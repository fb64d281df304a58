"""The database, as commands open it: migrated, beside a running server or without one."""

from typing import ParamSpec, TypeVar

from sqlalchemy import Engine

from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.runtime.config import Config
from app.store.database import Query, run_query
from app.store.engines import connect
from app.store.migrations import TooNew, migrate

P = ParamSpec("P")
T = TypeVar("T")


def query_database(query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run *query* in a transaction on the database that the settings name."""
    return run_query(open_database(read_settings()), query, *args, **kwargs)


def open_database(config: Config) -> Engine:
    """Connect to the database and migrate it.

    Raises `CommandError` if a newer shop has migrated it, `DatabaseUnavailable` if it is away.
    """
    engine = connect(config.database)
    try:
        migrate(engine)
    except TooNew as error:
        raise CommandError(f"this database is not for this shop: {error}.") from None
    return engine

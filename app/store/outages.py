"""Tells outages of the database from errors in a query."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Dialect
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.errors import DatabaseUnavailable, ServerLost, ServerSilent

_BUGS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
_LOST = ("08", "57P", "25006", "25P03")
"""How the SQLSTATEs begin (PostgreSQL, appendix A) with which a connection is of no use any more.

Of 25006 the transaction is read-only, as on a standby: another server is the one to write to.
"""


def is_outage(error: BaseException) -> bool:
    """Say whether *error* is about reaching the database, not about the query."""
    if isinstance(error, DBAPIError):
        return not isinstance(error, _BUGS)
    return isinstance(error, OSError | PoolTimeout)


def is_server_lost(error: BaseException) -> bool:
    """Say whether *error*, an outage, is about the server and not about one statement.

    It has no SQLSTATE if it does not come from the server. SQLite's errors never have one.
    """
    state = getattr(getattr(error, "orig", None), "sqlstate", "")
    return state is None or state.startswith(_LOST)


def as_sqlalchemy(error: Exception, dialect: Dialect) -> Exception:
    """Return an error of the driver as the one that SQLAlchemy would raise; others as they are."""
    driver = dialect.loaded_dbapi.Error
    if not isinstance(error, driver):
        return error
    return DBAPIError.instance(None, None, error, driver, hide_parameters=True, dialect=dialect)


@contextmanager
def outages_as_unavailable() -> Iterator[None]:
    """Raise `DatabaseUnavailable` for an outage in the `with` block; other errors as they are.

    It is `ServerLost` if other connections will have the same fate.
    """
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        if is_outage(error):
            raise _unavailable(error) from error
        raise


def _unavailable(error: Exception) -> DatabaseUnavailable:
    orig = error.orig if isinstance(error, DBAPIError) else error
    if not is_server_lost(error):
        return DatabaseUnavailable(str(orig))
    is_silence = getattr(orig, "is_silence", False)
    return ServerSilent(str(orig)) if is_silence else ServerLost(str(orig))

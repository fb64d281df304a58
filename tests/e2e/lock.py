"""Keeping the database from being written to."""

from collections.abc import Iterator
from contextlib import contextmanager

from pysqlite3 import dbapi2 as sqlite

from tests.e2e.server import Server


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Hold the database's write lock, as another process may."""
    connection = sqlite.connect(server.database, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()

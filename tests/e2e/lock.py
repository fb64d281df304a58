"""Holding the write lock of a server's database."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.store.engines import connect
from tests import databases
from tests.e2e.server import Server


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Hold the database's write lock, as another process can."""
    engine = connect(server.environment["SHOP_DATABASE"])
    try:
        with databases.locked(engine):
            yield
    finally:
        engine.dispose()

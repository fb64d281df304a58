"""Keeping the database from being written to."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.store.database import connect
from tests.e2e.server import Server


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Hold the database's write lock, as another process may."""
    engine = connect(server.environment["SHOP_DATABASE"])
    try:
        with engine.begin():
            yield
    finally:
        engine.dispose()

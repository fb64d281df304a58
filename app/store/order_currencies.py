"""In which currencies there are orders."""

from sqlalchemy import Connection, select

from app.store.tables import orders


def ordered_in(connection: Connection) -> frozenset[str]:
    """Return the codes of the currencies of all orders."""
    return frozenset(connection.scalars(select(orders.c.currency).distinct()))

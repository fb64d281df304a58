"""Pages of rows, by the key that they are sorted by."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Tuple, tuple_

from app.domain.paging import After, Start

Columns = Sequence[Column[Any]]
Page = tuple[Sequence[Row[Any]], After | None]
"""The rows of a page, and what comes after them."""


def newest_first(
    connection: Connection, query: Select[Any], key: Columns, start: Start, size: int
) -> Page:
    """Return at most *size* rows of *query*, the highest *key* first."""
    ordered = query.order_by(*(column.desc() for column in key))
    if isinstance(start, After):
        ordered = ordered.where(tuple_(*key) < tuple_(*start.key))
    elif start > 1:
        if (first := _key_at(connection, ordered, key, (start - 1) * size)) is None:
            return [], None
        ordered = ordered.where(tuple_(*key) <= first)
    rows = connection.execute(ordered.limit(size + 1)).all()
    if len(rows) <= size:
        return rows, None
    return rows[:size], After(tuple(getattr(rows[size - 1], column.name) for column in key))


def _key_at(
    connection: Connection, ordered: Select[Any], key: Columns, offset: int
) -> Tuple | None:
    """Return the key of the row at *offset*; an index has it, so the rows before are not read."""
    found = connection.execute(ordered.with_only_columns(*key).offset(offset).limit(1)).first()
    return None if found is None else tuple_(*found)

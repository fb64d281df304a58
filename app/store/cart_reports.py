"""What is in carts, across all of them; each question reads every cart once.

A cart that cannot be read is left out, and the log says whose it is.
"""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from app.domain.catalog import Sku
from app.store.carts import readable
from app.store.tables import accounts, carts

PAGE_SIZE = 50
_EMPTY = '{"lines":{}%'
"""How the body of a cart with nothing in it begins."""
_HELD = {
    "sqlite": text("""
        SELECT line.key, count(*), coalesce(sum(json_extract(line.value, '$[1]')), 0) AS units
        FROM carts, json_each(carts.body, '$.lines') AS line
        WHERE line.type = 'array'
        GROUP BY line.key ORDER BY units DESC, line.key
    """),
    "postgresql": text("""
        SELECT line.key, count(*), coalesce(sum((line.value ->> 1)::bigint), 0) AS units
        FROM carts, json_each(carts.body::json -> 'lines') AS line
        WHERE json_typeof(line.value) = 'array'
        GROUP BY line.key ORDER BY units DESC, line.key
    """),
}


class Held(NamedTuple):
    """In how many carts a product is, and how many of it in all."""

    carts: int
    units: int


class Idle(NamedTuple):
    """A cart that was filled and left: whose, how much is in it, and since when it rests."""

    name: str
    lines: int
    units: int
    since_s: int


class IdlePage(NamedTuple):
    """Some idle carts, the longest idle first, and the number of the page after them if any."""

    carts: list[Idle]
    next_page: int | None


def count_held(connection: Connection) -> dict[Sku, Held]:
    """Return what is in carts now, the most units first; `docs/staff.md` has what it costs.

    The database does not say which cart it cannot read, so then each is read here.
    """
    try:
        with connection.begin_nested():
            asked = connection.execute(_HELD[connection.dialect.name])
            return {Sku(sku): Held(holders, int(held)) for sku, holders, held in asked}
    except DBAPIError:
        return _count_readable(connection)


def list_idle(connection: Connection, before_s: int, page: int) -> IdlePage:
    """Return a page of carts that hold something and were last saved before *before_s*."""
    asked = (
        select(carts, accounts.c.name)
        .join(accounts)
        .where(carts.c.updated_at < before_s, carts.c.body.not_like(_EMPTY))
        .order_by(carts.c.updated_at, carts.c.account)
        .limit(PAGE_SIZE + 1)
        .offset((page - 1) * PAGE_SIZE)
    )
    rows = connection.execute(asked).all()
    found = [
        Idle(row.name, len(lines), sum(line.qty for line in lines.values()), row.updated_at)
        for row, cart in readable(rows[:PAGE_SIZE])
        if (lines := cart.lines)
    ]
    return IdlePage(found, page + 1 if len(rows) > PAGE_SIZE else None)


def _count_readable(connection: Connection) -> dict[Sku, Held]:
    holders, units = Counter[Sku](), Counter[Sku]()
    for _, cart in readable(connection.execute(select(carts))):
        holders.update(cart.lines.keys())
        units.update({sku: line.qty for sku, line in cart.lines.items()})
    most_first = sorted(units, key=lambda sku: (-units[sku], sku))
    return {sku: Held(holders[sku], units[sku]) for sku in most_first}

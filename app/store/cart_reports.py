"""Reports on the contents of all carts; each query reads every cart once.

A cart that cannot be read is left out, and logged with its account.
"""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from app.domain.catalog import Sku
from app.store.carts import readable_carts
from app.store.tables import accounts, carts

PAGE_SIZE = 50
_EMPTY = '{"lines":{}%'
"""How the body of an empty cart begins."""
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


class CartCount(NamedTuple):
    """In how many carts a product is, and how many units of it they have together."""

    carts: int
    units: int


class Idle(NamedTuple):
    """An abandoned cart: its owner's name, how much is in it, and when it was saved last."""

    name: str
    lines: int
    units: int
    since_s: int


class IdlePage(NamedTuple):
    """Some idle carts, the longest idle first, and the number of the next page if there is one."""

    carts: list[Idle]
    next_page: int | None


def count_held(connection: Connection) -> dict[Sku, CartCount]:
    """Return what is in carts now, the most units first; `docs/staff.md` says what this costs.

    The database does not say which cart it cannot read; if there is one, all are decoded here.
    """
    try:
        with connection.begin_nested():
            rows = connection.execute(_HELD[connection.dialect.name])
            return {Sku(sku): CartCount(holders, int(held)) for sku, holders, held in rows}
    except DBAPIError:
        return _count_readable(connection)


def list_idle(connection: Connection, before_s: int, page: int) -> IdlePage:
    """Return a page of carts that are not empty and were last saved before *before_s*."""
    query = (
        select(carts, accounts.c.name)
        .join(accounts)
        .where(carts.c.updated_at < before_s, carts.c.body.not_like(_EMPTY))
        .order_by(carts.c.updated_at, carts.c.account)
        .limit(PAGE_SIZE + 1)
        .offset((page - 1) * PAGE_SIZE)
    )
    rows = connection.execute(query).all()
    found = [
        Idle(row.name, len(lines), sum(line.qty for line in lines.values()), row.updated_at)
        for row, cart in readable_carts(rows[:PAGE_SIZE])
        if (lines := cart.lines)
    ]
    return IdlePage(found, page + 1 if len(rows) > PAGE_SIZE else None)


def _count_readable(connection: Connection) -> dict[Sku, CartCount]:
    holders, units = Counter[Sku](), Counter[Sku]()
    for _, cart in readable_carts(connection.execute(select(carts))):
        holders.update(cart.lines.keys())
        units.update({sku: line.qty for sku, line in cart.lines.items()})
    most_first = sorted(units, key=lambda sku: (-units[sku], sku))
    return {sku: CartCount(holders[sku], units[sku]) for sku in most_first}

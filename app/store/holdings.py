"""What is in carts, across all of them; each question reads every cart once."""

from typing import NamedTuple

from sqlalchemy import Connection, select, text

from app.domain.shelf import Sku
from app.store.carts import cart_of
from app.store.tables import accounts, carts

PAGE_SIZE = 50
_EMPTY = '{"lines":{}%'
"""How the body of a cart with nothing in it begins."""
_HELD = {
    "sqlite": text("""
        SELECT line.key, count(*), sum(json_extract(line.value, '$[1]')) AS units
        FROM carts, json_each(carts.body, '$.lines') AS line
        GROUP BY line.key ORDER BY units DESC, line.key
    """),
    "postgresql": text("""
        SELECT line.key, count(*), sum((line.value ->> 1)::bigint) AS units
        FROM carts, json_each(carts.body::json -> 'lines') AS line
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
    """Return what is in carts now, the most units first; `docs/staff.md` has what it costs."""
    asked = connection.execute(_HELD[connection.dialect.name])
    return {Sku(sku): Held(holders, int(held)) for sku, holders, held in asked}


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
        for row in rows[:PAGE_SIZE]
        if (lines := cart_of(row).lines)
    ]
    return IdlePage(found, page + 1 if len(rows) > PAGE_SIZE else None)

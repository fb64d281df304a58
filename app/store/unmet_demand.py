"""What shoppers wanted and did not get, by day; not who they were."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum, auto
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.catalog import Product
from app.store.catalog import product_of
from app.store.tables import products, unmet_demand

KEPT_FOR: Final = timedelta(days=400)
MOST_OF_DAY: Final = 5_000
"""So many different products and searches of a day are kept: a script may search for anything."""
LEAST_SEARCHES: Final = 2
"""A search is listed from the second time on: one may be a slip, or something private."""


class Demand(StrEnum):
    """What was wanted: a product that was sold out, or what a search did not find."""

    PRODUCT = auto()
    SEARCH = auto()


class MissedProduct(NamedTuple):
    """How often there was not enough of a product for somebody."""

    product: Product
    times: int


def add_unmet_demand(
    connection: Connection, day: date, wanted: Demand, counts: Counter[str]
) -> None:
    """Add *counts* to those of *day*, and forget what is older than `KEPT_FOR`.

    Beyond `MOST_OF_DAY` only what is there already is counted on.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    added = dialect.insert(unmet_demand)
    added = added.on_conflict_do_update(
        index_elements=["day", "wanted", "what"],
        set_={"times": unmet_demand.c.times + added.excluded.times},
    )
    rows = [
        {"day": f"{day}", "wanted": wanted, "what": what, "times": counts[what]}
        for what in _with_room(connection, day, wanted, counts)
    ]
    if rows:
        connection.execute(added, rows)
    connection.execute(delete(unmet_demand).where(unmet_demand.c.day < f"{day - KEPT_FOR}"))


def _with_room(
    connection: Connection, day: date, wanted: Demand, counts: Counter[str]
) -> list[str]:
    """Return those of *counts* that are there already, and as many others as there is room for."""
    of_day = unmet_demand.c.day == f"{day}", unmet_demand.c.wanted == wanted
    there = connection.execute(select(func.count()).where(*of_day)).scalar_one()
    among = select(unmet_demand.c.what).where(*of_day, unmet_demand.c.what.in_([*counts]))
    known = set(connection.scalars(among))
    new = sorted(counts.keys() - known)[: max(0, MOST_OF_DAY - there)]
    return sorted([*known, *new])


def list_missed_products(
    connection: Connection, days: Sequence[date], most: int
) -> Sequence[MissedProduct]:
    """Return at most *most* products that were wanted in vain on *days*, the most wanted first."""
    times = func.sum(unmet_demand.c.times)
    missed = (
        select(unmet_demand.c.what, times.label("times"))
        .where(unmet_demand.c.wanted == Demand.PRODUCT, _within(days))
        .group_by(unmet_demand.c.what)
        .subquery()
    )
    query = (
        select(products, missed.c.times)
        .join(missed, missed.c.what == products.c.sku)
        .order_by(missed.c.times.desc(), products.c.place)
        .limit(most)
    )
    return [MissedProduct(product_of(row), int(row.times)) for row in connection.execute(query)]


def list_missed_searches(
    connection: Connection, days: Sequence[date], most: int
) -> Sequence[tuple[str, int]]:
    """Return at most *most* searches that found nothing on *days*, and how often each."""
    times = func.sum(unmet_demand.c.times)
    query = (
        select(unmet_demand.c.what, times)
        .where(unmet_demand.c.wanted == Demand.SEARCH, _within(days))
        .group_by(unmet_demand.c.what)
        .having(times >= LEAST_SEARCHES)
        .order_by(times.desc(), unmet_demand.c.what)
        .limit(most)
    )
    return [(what, int(count)) for what, count in connection.execute(query)]


def _within(days: Sequence[date]) -> ColumnElement[bool]:
    return unmet_demand.c.day.between(f"{days[0]}", f"{days[-1]}")

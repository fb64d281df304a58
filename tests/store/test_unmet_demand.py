"""What was wanted and not there, by day."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select

from app.domain.catalog import Sku
from app.store import unmet_demand as store
from app.store.seed import seed
from app.store.tables import unmet_demand
from app.store.unmet_demand import (
    KEPT_FOR,
    Demand,
    add_unmet_demand,
    list_missed_products,
    list_missed_searches,
)

pytestmark = pytest.mark.on_both

TODAY = date(2026, 12, 1)
YESTERDAY = TODAY - timedelta(days=1)
MILK, BREAD = Sku("milk-2l"), Sku("farmhouse-loaf-800g")


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Return a connection to a seeded shop."""
    with engine.connect() as connection:
        seed(connection)
        yield connection


def rows(connection: Connection) -> int:
    """Return how many counts are kept."""
    return connection.execute(select(func.count()).select_from(unmet_demand)).scalar_one()


def test_counts_of_a_day_add_up(connection: Connection) -> None:
    add_unmet_demand(connection, TODAY, Demand.PRODUCT, Counter[str]({MILK: 2, BREAD: 1}))
    add_unmet_demand(connection, TODAY, Demand.PRODUCT, Counter[str]({BREAD: 3, "gone": 9}))
    add_unmet_demand(connection, YESTERDAY, Demand.PRODUCT, Counter[str]({MILK: 5}))

    def found(*days: date) -> list[tuple[Sku, int]]:
        missed = list_missed_products(connection, days, 9)
        return [(one.product.sku, one.times) for one in missed]

    assert found(TODAY) == [(BREAD, 4), (MILK, 2)]
    assert found(YESTERDAY, TODAY) == [(MILK, 7), (BREAD, 4)]
    assert list_missed_searches(connection, [TODAY], 9) == []


def test_a_search_is_listed_from_the_second_time_on(connection: Connection) -> None:
    add_unmet_demand(connection, YESTERDAY, Demand.SEARCH, Counter({"tofu": 1, "zeppelin": 1}))
    add_unmet_demand(connection, TODAY, Demand.SEARCH, Counter({"tofu": 1, "kale": 3}))

    assert list_missed_searches(connection, [TODAY], 9) == [("kale", 3)]
    assert list_missed_searches(connection, [YESTERDAY, TODAY], 9) == [("kale", 3), ("tofu", 2)]
    assert list_missed_searches(connection, [YESTERDAY, TODAY], 1) == [("kale", 3)]


def test_a_day_has_room_for_so_many_and_they_are_forgotten_one_day(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_OF_DAY", 2)
    for counts in ({"a": 1}, {"a": 1, "b": 2, "c": 2}, {"c": 9, "b": 1}):
        add_unmet_demand(connection, TODAY, Demand.SEARCH, Counter(counts))

    assert list_missed_searches(connection, [TODAY], 9) == [("b", 3), ("a", 2)]
    add_unmet_demand(connection, TODAY + KEPT_FOR, Demand.SEARCH, Counter())
    assert rows(connection) == 2
    add_unmet_demand(connection, TODAY + KEPT_FOR + timedelta(days=1), Demand.SEARCH, Counter())
    assert rows(connection) == 0

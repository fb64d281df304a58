"""How much one account may order."""

import pytest

from app.domain.catalog import Money
from app.domain.order_limits import (
    HOUR_S,
    AccountOrders,
    Limited,
    OrderLimit,
    OrderLimits,
    OrderTotals,
    exceeded,
)

NOW_S = 1_000_000
LIMITS = OrderLimits(3, 5, Money(100_00), 40, 24)
ORDER = OrderTotals(Money(20_00), 10)
OLD, NEW = AccountOrders(0), AccountOrders(NOW_S - 23 * HOUR_S)


@pytest.mark.parametrize(
    ("ordered", "limit"),
    [
        (OLD, None),
        (OLD._replace(in_last_hour=2), None),
        (
            OLD._replace(in_last_hour=3, oldest_of_hour_s=NOW_S - 3000),
            OrderLimit(Limited.RATE, 3, 4, 600),
        ),
        (OLD._replace(open_orders=4), None),
        (OLD._replace(open_orders=5), OrderLimit(Limited.ORDERS, 5, 6)),
        (OLD._replace(open_value=80_00), None),
        (OLD._replace(open_value=80_01), OrderLimit(Limited.VALUE, 100_00, 100_01)),
        (OLD._replace(open_items=1000), None),
        (NEW._replace(open_items=30), None),
        (NEW._replace(open_items=31), OrderLimit(Limited.ITEMS, 40, 41)),
        (NEW._replace(made_at_s=NOW_S - 24 * HOUR_S, open_items=31), None),
    ],
)
def test_an_order_up_to_each_limit_is_allowed_and_one_beyond_it_is_not(
    ordered: AccountOrders, limit: OrderLimit | None
) -> None:
    assert exceeded(LIMITS, ordered, ORDER, NOW_S) == limit


def test_the_wait_is_never_longer_than_an_hour_if_the_clock_went_back() -> None:
    ordered = OLD._replace(in_last_hour=3, oldest_of_hour_s=NOW_S + 500)

    assert exceeded(LIMITS, ordered, ORDER, NOW_S) == OrderLimit(Limited.RATE, 3, 4, HOUR_S)


def test_orders_that_are_being_placed_count() -> None:
    assert OLD.with_orders([ORDER, ORDER], NOW_S) == AccountOrders(0, 2, NOW_S, 2, 40_00, 20)

"""Stock, orders and voucher uses add up after random actions."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.domain.orders import OrderState
from tests.store.example_people import BOB_HIMSELF
from tests.store.hour import (
    FEW,
    Event,
    Hour,
    few_examples,
    happen,
    some_accounts,
    some_order,
    some_product,
    stocked,
)

pytestmark = pytest.mark.on_both

some_events = st.lists(
    st.one_of(
        st.tuples(
            st.just(Hour.they_order),
            some_accounts,
            some_product,
            st.integers(1, 4),
            st.sampled_from([FEW, FEW, None]),
        ),
        st.tuples(st.just(Hour.they_start_over), some_accounts),
        st.tuples(st.just(Hour.server_refreshes_its_catalog)),
        st.tuples(st.just(Hour.staff_counts), some_product, st.integers(0, 6)),
        st.tuples(
            st.just(Hour.staff_moves_stock_as_seen_on_a_page),
            some_product,
            st.integers(-3, 3),
            st.integers(0, 1),
        ),
        st.tuples(st.just(Hour.staff_sets_a_price), some_product, st.integers(99, 100)),
        st.tuples(
            st.just(Hour.a_shopper_cancels_an_order_seen_in_some_state),
            some_order,
            st.sampled_from([OrderState.PLACED, OrderState.PACKED]),
        ),
        st.tuples(st.just(Hour.staff_moves_an_order_on), some_order),
    ),
    min_size=60,
    max_size=60,
)


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """Return a connection to a shop in which Ada and Bob shop."""
    with stocked(url, BOB_HIMSELF) as opened:
        yield opened


@pytest.mark.timeout(600)
@given(events=some_events)
@few_examples
def test_stock_orders_and_vouchers_add_up_after_random_actions(
    connection: Connection, events: list[Event]
) -> None:
    hour = Hour(connection)

    happen(hour, events, hour.agrees)

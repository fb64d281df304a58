"""What was sold, given back and written off, as it is in the database."""

from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from app.domain.catalog import Money, Sku
from app.domain.orders import OrderState
from app.domain.refunds import RefundState
from app.domain.stock import StockAct, StockChange
from app.store.day_figures import (
    HOUR_S,
    Span,
    WrittenOff,
    list_sold,
    list_unsold,
    sum_figures,
    sum_written_off,
    takings_by_hour,
)
from app.store.product_edits import Editor, set_product
from app.store.seed import seed
from app.store.stock import move_stock
from app.store.tables import order_lines, orders, payments, products, refunds
from tests.examples import ADA, NOON
from tests.staff import BY_COMMAND

pytestmark = pytest.mark.on_both

DAY_S = 24 * HOUR_S
SPAN = Span(NOON, NOON + DAY_S)
MILK, BREAD, PIE = Sku("milk-2l"), Sku("farmhouse-loaf-800g"), Sku("blackberry-pie-550g")


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Return a connection to a seeded shop."""
    with engine.connect() as connection:
        seed(connection, now_s=NOON - 1)
        yield connection


def add_order(
    connection: Connection,
    number: str,
    at_s: int,
    *lines: tuple[Sku, int, int],
    state: OrderState = OrderState.PLACED,
    **changes: int,
) -> None:
    """Add an order with lines of a product, a quantity and a price."""
    subtotal = sum(qty * price for _, qty, price in lines)
    money = {"subtotal": subtotal, "discount": 0, "delivery": 0, "total": subtotal} | changes
    about = dict.fromkeys(("name", "line1", "line2", "city", "postcode", "note", "voucher"), "")
    connection.execute(
        insert(orders).values(
            number=number,
            account=ADA,
            key=number,
            state=state,
            placed_at=at_s,
            placed=0,
            moved=0,
            items=sum(qty for _, qty, _ in lines),
            currency="GBP",
            pay="card",
            **about,
            **money,
        )
    )
    rows = [
        {
            "order": number,
            "place": at,
            "sku": sku,
            "name": "",
            "unit": "",
            "qty": qty,
            "price": price,
        }
        for at, (sku, qty, price) in enumerate(lines)
    ]
    connection.execute(insert(order_lines), rows)


def give_back(connection: Connection, number: str, at_s: int, amount: int) -> None:
    """Add a payment of an order, and a refund of it."""
    counts = dict.fromkeys(("amount", "authorised", "captured", "refunded", "heard", "asked"), 0)
    texts = dict.fromkeys(("page", "url", "reference", "state"), "")
    connection.execute(
        insert(payments).values(
            order=number, currency="GBP", expires_at=0, failures=0, **counts, **texts
        )
    )
    connection.execute(
        insert(refunds).values(
            order=number, nr=1, amount=amount, reason="", at=at_s, state=RefundState.DONE
        )
    )


def test_a_span_without_orders_has_zeros(connection: Connection) -> None:
    assert set(sum_figures(connection, SPAN)) == {0}
    assert takings_by_hour(connection, SPAN) == {}
    assert list_sold(connection, SPAN, 9) == []
    assert sum_written_off(connection, SPAN) == []


def test_orders_of_the_span_count_and_cancelled_ones_apart(connection: Connection) -> None:
    add_order(connection, "1", NOON, (MILK, 2, 100), discount=30, delivery=350, total=560)
    add_order(connection, "2", NOON + DAY_S - 1, (BREAD, 1, 150), state=OrderState.DELIVERED)
    add_order(connection, "3", NOON, (PIE, 1, 500), state=OrderState.CANCELLED)
    add_order(connection, "4", NOON, (PIE, 1, 500), state=OrderState.AWAITING_PAYMENT)
    for number, at_s in (("5", NOON - 1), ("6", NOON + DAY_S)):
        add_order(connection, number, at_s, (PIE, 1, 500))
    give_back(connection, "5", NOON, 70)
    give_back(connection, "3", NOON, 500)

    found = sum_figures(connection, SPAN)

    assert found.orders == 2
    assert found.items == 3
    assert (found.subtotal, found.discount, found.delivery, found.tax) == (350, 30, 350, 40)
    assert found.total == 560 + 150
    assert (found.cancelled, found.cancelled_total) == (1, 500)
    assert found.given_back == 70
    assert takings_by_hour(connection, SPAN) == {0: 560, 23: 150}


def test_products_are_listed_by_what_they_came_to(connection: Connection) -> None:
    add_order(connection, "1", NOON, (MILK, 3, 100), (BREAD, 1, 250))
    add_order(connection, "2", NOON, (BREAD, 1, 200))
    add_order(connection, "3", NOON, (PIE, 9, 500), state=OrderState.CANCELLED)

    found = [(one.product.sku, one.units, one.amount) for one in list_sold(connection, SPAN, 9)]

    assert found == [(BREAD, 2, 450), (MILK, 3, 300)]
    assert len(list_sold(connection, SPAN, 1)) == 1


def test_what_sells_least_is_on_sale_and_in_stock_and_not_new(connection: Connection) -> None:
    connection.execute(
        update(products).where(products.c.sku.not_in([MILK, BREAD])).values(sold=False)
    )
    add_order(connection, "1", NOON, (BREAD, 2, 100))

    def found(span: Span = SPAN) -> list[tuple[Sku, int]]:
        return [(one.product.sku, one.units) for one in list_unsold(connection, span, 9)]

    assert found() == [(MILK, 0), (BREAD, 2)]
    assert found(Span(NOON - 1, NOON)) == []
    set_product(connection, MILK, {"stock": 0}, BY_COMMAND)
    assert found() == [(BREAD, 2)]


def test_what_is_written_off_is_valued_at_the_price_of_today(connection: Connection) -> None:
    set_product(connection, MILK, {"stock": 10, "price": Money(120)}, BY_COMMAND)
    for units, reason, at_s in (
        (2, "Spoilt", NOON),
        (1, "Spoilt", NOON),
        (1, "Missing", NOON),
        (1, "Spoilt", 0),
    ):
        change = StockChange(MILK, StockAct.WASTE, units)
        move_stock(connection, change, Editor(ADA, reason, at_s))

    assert sum_written_off(connection, SPAN) == [
        WrittenOff("Spoilt", 3, Money(360)),
        WrittenOff("Missing", 1, Money(120)),
    ]


@pytest.mark.parametrize("seed_of_chance", range(5))
def test_hours_days_and_products_come_to_the_same(
    connection: Connection, seed_of_chance: int
) -> None:
    chance = Random(seed_of_chance)
    states = [*OrderState]
    for number in range(60):
        lines = [
            (sku, chance.randint(1, 9), chance.randint(1, 900))
            for sku in chance.sample([MILK, BREAD, PIE], chance.randint(1, 3))
        ]
        at_s = NOON + chance.randrange(-HOUR_S, DAY_S + HOUR_S)
        add_order(connection, f"{number}", at_s, *lines, state=chance.choice(states))

    whole = sum_figures(connection, SPAN)
    halves = [
        sum_figures(connection, Span(NOON + at * DAY_S // 2, NOON + (at + 1) * DAY_S // 2))
        for at in range(2)
    ]
    sold = list_sold(connection, SPAN, 99)

    assert [sum(pair) for pair in zip(*halves, strict=True)] == list(whole)
    assert sum(takings_by_hour(connection, SPAN).values()) == whole.total
    assert sum(one.amount for one in sold) == whole.subtotal
    assert sum(one.units for one in sold) == whole.items
    all_states = select(orders.c.state).where(
        orders.c.placed_at >= SPAN.since_s, orders.c.placed_at < SPAN.until_s
    )
    counted = connection.scalars(all_states).all()
    unpaid = counted.count(OrderState.AWAITING_PAYMENT)
    assert whole.orders + whole.cancelled == len(counted) - unpaid

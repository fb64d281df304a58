"""Orders on disk: stock and voucher uses change in one transaction with the cart."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from app.domain.catalog import Money, Promotion, PromotionId, PromotionKind, Sku, VoucherCode
from app.domain.ops import AddLine, SetVoucher
from app.domain.order_limits import HOUR_S, AccountOrders
from app.domain.orders import OrderNumber, OrderState
from app.domain.placing import cancel
from app.store.accounts import add_account
from app.store.cart_rows import StaleCart
from app.store.cart_saves import SaveConflicts, as_save, save_carts
from app.store.carts import load_cart
from app.store.catalog import load_catalog_changes
from app.store.order_moves import OrderMove, load_moved_orders
from app.store.orders import (
    PAGE_SIZE,
    bought_often,
    cancel_order_offline,
    find_order,
    find_order_by_key,
    find_order_by_number,
    last_bought,
    list_all_orders,
    list_orders,
    move_back,
    move_on,
    order_number_exists,
    summarize_orders,
)
from app.store.promotion_edits import add_promotion, pause_promotion, resume_promotion
from app.store.queries import run_query
from app.store.seed import seed
from app.store.vouchers import add_voucher, pause_voucher, resume_voucher
from tests.buying import placed
from tests.examples import ADA, EMPTY, NOON, after
from tests.staff import set_product
from tests.store.example_people import BOB, BOB_HIMSELF
from tests.store.orders_on_disk import MILK, catalog, ordered, saved, stock, with_milk

pytestmark = pytest.mark.on_both

APPLES = Sku("gala-apples-1kg")
ONCE = VoucherCode("ONCE")


@pytest.fixture(autouse=True)
def _stocked(engine: Engine) -> None:
    """Seed the catalogue."""
    run_query(engine, seed)
    run_query(engine, set_product, MILK, Money(100), 5)


def with_bob(engine: Engine) -> None:
    """Register Bob."""
    run_query(engine, add_account, BOB_HIMSELF, EMPTY.epoch, NOON)


def test_a_saved_order_is_loaded_unchanged(engine: Engine) -> None:
    order = ordered(engine)

    assert run_query(engine, find_order, ADA, order.number) == order
    assert run_query(engine, find_order_by_key, ADA, order.key) == order
    assert run_query(engine, find_order_by_number, order.number) == order
    assert run_query(engine, order_number_exists, order.number)
    assert stock(engine) == 3
    assert run_query(engine, load_cart, ADA).lines == {}


def test_an_order_of_another_account_is_not_found(engine: Engine) -> None:
    with_bob(engine)
    order = ordered(engine)

    assert run_query(engine, find_order, BOB, order.number) is None
    assert run_query(engine, find_order_by_key, BOB, order.key) is None
    assert run_query(engine, list_orders, BOB, 1).orders == []
    assert not run_query(engine, order_number_exists, OrderNumber("2222-2222"))


@pytest.mark.parametrize(("price", "left"), [(101, 5), (99, 5), (100, 1), (100, 0)])
def test_an_order_that_conflicts_with_price_or_stock_changes_nothing(
    engine: Engine, price: int, left: int
) -> None:
    before = after(AddLine(APPLES, 1), cart=with_milk(engine), catalog=catalog(engine))
    outcome = placed(before, catalog(engine))
    apples = stock(engine, APPLES)
    run_query(engine, set_product, MILK, Money(price), left)

    assert saved(engine, outcome) == (ADA,)

    assert (stock(engine), stock(engine, APPLES)) == (left, apples)
    assert run_query(engine, list_all_orders, None).orders == []
    assert run_query(engine, load_cart, ADA) == EMPTY


def test_a_rejected_order_does_not_prevent_another_in_its_batch(
    engine: Engine,
) -> None:
    with_bob(engine)
    adas = placed(with_milk(engine, 3), catalog(engine))
    bobs = placed(with_milk(engine, 3, BOB), catalog(engine), number=OrderNumber("2222-2222"))

    assert saved(engine, adas, bobs) == (BOB,)

    assert stock(engine) == 2
    assert run_query(engine, load_cart, ADA).rev == adas.cart.rev
    assert run_query(engine, load_cart, BOB).rev == 0


def test_an_order_of_a_stale_cart_is_not_saved(engine: Engine) -> None:
    outcome = placed(with_milk(engine), catalog(engine))
    run_query(engine, save_carts, [as_save(with_milk(engine, 1), ())], NOON)

    with pytest.raises(StaleCart):
        saved(engine, outcome)

    assert stock(engine) == 5
    assert run_query(engine, list_all_orders, None).orders == []


def test_an_order_that_another_server_has_placed_is_of_a_stale_cart(engine: Engine) -> None:
    cart = with_milk(engine)
    here = placed(cart, catalog(engine), number=OrderNumber("2222-2222"))
    assert saved(engine, placed(cart, catalog(engine))) == ()

    with pytest.raises(StaleCart):
        saved(engine, here)

    assert stock(engine) == 3
    assert len(run_query(engine, list_all_orders, None).orders) == 1


@pytest.mark.parametrize("change", [{"percent": 20}, {"amount": 5}, {"minimum": 5}])
def test_an_order_with_an_outdated_discount_is_rejected(
    engine: Engine, change: dict[str, Any]
) -> None:
    cart = after(SetVoucher("WELCOME10"), cart=with_milk(engine), catalog=catalog(engine))
    outcome = placed(cart, catalog(engine))
    assert outcome.change.voucher
    other = replace(outcome.change.voucher, **change)

    refused = saved(engine, outcome._replace(change=outcome.change._replace(voucher=other)))

    assert refused == (ADA,)
    assert stock(engine) == 5


def test_an_order_with_a_voucher_that_was_paused_meanwhile_is_rejected(engine: Engine) -> None:
    cart = after(SetVoucher("WELCOME10"), cart=with_milk(engine), catalog=catalog(engine))
    outcome = placed(cart, catalog(engine))
    code = VoucherCode("WELCOME10")
    assert run_query(engine, pause_voucher, code)
    assert not run_query(engine, pause_voucher, code)

    assert saved(engine, outcome) == (ADA,)

    assert run_query(engine, resume_voucher, code)
    assert saved(engine, outcome) == ()


@pytest.mark.parametrize(
    ("fields", "goes_on"),
    [
        ({}, True),
        ({"starts": NOON, "ends": NOON + 1}, True),
        ({"starts": NOON + 1}, False),
        ({"ends": NOON}, False),
        ({"paused": True}, False),
    ],
)
def test_an_order_rests_on_promotions_that_go_on(
    engine: Engine, fields: dict[str, Any], *, goes_on: bool
) -> None:
    two_for_one = Promotion(
        *(PromotionId(1), PromotionKind.FEWER_PAID, frozenset({MILK}), 2, 1), label="2 for 1"
    )
    assert run_query(engine, add_promotion, replace(two_for_one, **fields)) == 1
    seen = catalog(engine)._replace(promotions={MILK: (two_for_one,)})

    refused = saved(engine, placed(with_milk(engine), seen))

    assert refused == (() if goes_on else (ADA,))
    if goes_on:
        (line,) = run_query(engine, list_all_orders, None).orders[0].lines
        assert (line.off, line.deal) == (line.price, "2 for 1")


def test_promotions_are_loaded_with_the_catalogue_and_paused_once(engine: Engine) -> None:
    lower = Promotion(
        *(PromotionId(0), PromotionKind.LOWER_PRICE, frozenset({MILK, APPLES})), price=Money(99)
    )
    for number in (1, 2):
        assert run_query(engine, add_promotion, lower) == number

    assert run_query(engine, pause_promotion, PromotionId(1))
    assert not run_query(engine, pause_promotion, PromotionId(1))
    assert catalog(engine).planned == (
        replace(lower, id=PromotionId(2)),
        replace(lower, id=PromotionId(1), paused=True),
    )
    assert run_query(engine, resume_promotion, PromotionId(1))
    assert not run_query(engine, resume_promotion, PromotionId(3))


def test_a_single_use_voucher_is_spent_once_and_restored_once(engine: Engine) -> None:
    with_bob(engine)
    once = replace(catalog(engine).vouchers[VoucherCode("WELCOME10")], code=ONCE, uses_left=1)
    assert run_query(engine, add_voucher, once)
    assert not run_query(engine, add_voucher, once)
    carts = [
        after(SetVoucher(ONCE), cart=with_milk(engine, 1, who), catalog=catalog(engine))
        for who in (ADA, BOB)
    ]
    adas = placed(carts[0], catalog(engine))
    bobs = placed(carts[1], catalog(engine), number=OrderNumber("2222-2222"))

    assert saved(engine, adas, bobs) == (BOB,)
    assert catalog(engine).vouchers[ONCE].uses_left == 0
    assert run_query(engine, cancel_order_offline, adas.change.order, NOON)
    assert not run_query(engine, cancel_order_offline, adas.change.order, NOON)

    assert catalog(engine).vouchers[ONCE].uses_left == 1
    assert run_query(engine, load_cart, ADA).used == {}


def test_a_cancelled_order_restores_its_stock_once(engine: Engine) -> None:
    order = ordered(engine)
    cart = run_query(engine, load_cart, ADA)
    change = cancel(cart, order)

    first = run_query(engine, save_carts, [as_save(change.cart, (), (change.change,))], NOON)
    again = cancel(run_query(engine, load_cart, ADA), order)
    second = run_query(engine, save_carts, [as_save(again.cart, (), (again.change,))], NOON)

    assert (first, second) == (SaveConflicts(), SaveConflicts(refused=(ADA,)))
    assert stock(engine) == 5
    found = run_query(engine, find_order_by_number, order.number)
    assert found == order._replace(state=OrderState.CANCELLED)


def test_an_order_advances_by_one_state_and_only_from_the_expected_one(
    engine: Engine,
) -> None:
    order = ordered(engine)

    assert run_query(engine, move_on, order, NOON)
    assert not run_query(engine, move_on, order, NOON)
    assert not run_query(engine, cancel_order_offline, order, NOON)

    packed = run_query(engine, find_order_by_number, order.number)
    assert packed == order._replace(state=OrderState.PACKED)
    assert stock(engine) == 3


def test_only_the_last_move_of_an_order_is_taken_back(engine: Engine) -> None:
    order = ordered(engine)
    placed_at = run_query(engine, load_catalog_changes, -1).revision
    packed = order._replace(state=OrderState.PACKED)

    first = run_query(engine, move_on, order, NOON) or 0
    assert not run_query(engine, move_back, packed, placed_at, NOON)
    assert run_query(engine, move_back, packed, first, NOON)
    assert run_query(engine, find_order_by_number, order.number) == order
    until = run_query(engine, load_catalog_changes, -1).revision
    assert run_query(engine, load_moved_orders, first, until) == [
        OrderMove(ADA, order.number, OrderState.PLACED)
    ]
    second = run_query(engine, move_on, order, NOON) or 0

    assert not run_query(engine, move_back, packed, first, NOON)
    assert run_query(engine, move_back, packed, second, NOON)


def test_orders_that_changed_state_since_a_revision_are_listed_but_not_new_ones(
    engine: Engine,
) -> None:
    before = run_query(engine, load_catalog_changes, -1).revision
    order, _ = ordered(engine), ordered(engine, "2222-2222")
    run_query(engine, move_on, order, NOON)
    until = run_query(engine, load_catalog_changes, -1).revision

    assert run_query(engine, load_moved_orders, before, until) == [
        OrderMove(ADA, order.number, OrderState.PACKED)
    ]
    assert run_query(engine, load_moved_orders, before, until - 1) == []
    assert run_query(engine, load_moved_orders, until, until) == []


def test_orders_are_listed_in_pages_newest_first(engine: Engine) -> None:
    run_query(engine, set_product, MILK, None, 500)
    numbers = [f"2222-2{number:03}" for number in range(PAGE_SIZE + 1)]
    for number in numbers:
        ordered(engine, number)

    first = run_query(engine, list_orders, ADA, 1)
    assert first.next_page
    ordered(engine, "3333-3333")
    second = run_query(engine, list_orders, ADA, first.next_page)

    assert [order.number for order in first.orders] == numbers[:0:-1]
    assert second.next_page is None
    assert [order.number for order in second.orders] == numbers[:1]
    second = run_query(engine, list_orders, ADA, 2)
    assert [order.number for order in second.orders] == numbers[1::-1]
    assert run_query(engine, list_all_orders, OrderState.PLACED, 2).orders == second.orders
    assert run_query(engine, list_all_orders, OrderState.PACKED).orders == []


def test_recently_ordered_products_are_listed_latest_first(engine: Engine) -> None:
    ordered(engine)
    cart = after(
        AddLine(APPLES, 1), cart=run_query(engine, load_cart, ADA), catalog=catalog(engine)
    )
    saved(engine, placed(cart, catalog(engine), key="second", number=OrderNumber("2222-2222")))

    assert run_query(engine, last_bought, ADA, 8) == [APPLES, MILK]
    assert run_query(engine, last_bought, ADA, 1) == [APPLES]
    assert run_query(engine, bought_often, ADA, 8) == []
    ordered(engine, "3333-3333")
    assert run_query(engine, bought_often, ADA, 8) == [MILK]
    assert run_query(engine, bought_often, BOB, 8) == []


def test_the_orders_of_an_account_are_summed_up_for_its_limits(engine: Engine) -> None:
    nothing = run_query(engine, summarize_orders, ADA, NOON)
    order = ordered(engine)
    value, items = order.totals.total, order.totals.count

    recent = run_query(engine, summarize_orders, ADA, NOON + HOUR_S - 1)
    later = run_query(engine, summarize_orders, ADA, NOON + HOUR_S)
    run_query(engine, cancel_order_offline, order, NOON)
    cancelled = run_query(engine, summarize_orders, ADA, NOON + HOUR_S)

    made_at_s = nothing.made_at_s
    assert nothing == cancelled == AccountOrders(made_at_s)
    assert recent == AccountOrders(made_at_s, 1, NOON, 1, value, items)
    assert later == AccountOrders(made_at_s, 0, 0, 1, value, items)

"""Placing and cancelling orders."""

import asyncio

import pytest

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Money, Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.ops import AddLine
from app.domain.orders import Order, OrderKey, OrderState, Pay
from app.domain.outbox import OutboxId
from app.domain.placing import Rejected, RejectReason
from app.domain.position import position
from app.domain.totals import price_cart
from app.protocol.decode import SubmitOp
from app.services import checkout as checkout_module
from app.services.checkout import CheckoutRequest, KeyReused, OutcomeUnknown, PlacedOrder, TooLate
from app.services.submit import submit_ops
from app.store.account_removal import write_deletion
from app.store.accounts import find_person
from app.store.orders import find_order_by_number, list_all_orders, move_on
from app.store.payment_work import next_due_at
from tests.buying import HOME
from tests.services.shop import HERE, Services

MILK = Sku("milk-2l")
KEY = OrderKey("key-1")
OUTBOX = OutboxId("aaaaaaaa-0000-4000-8000-000000000001")


async def cart_of(services: Services, account: AccountId) -> Cart:
    """Return the account's cart as it was last saved."""
    async with services.live.hub.borrow(account, None) as cart:
        return cart.saved


async def shopper(services: Services, name: str = "ada", qty: int = 2) -> AccountId:
    """Register a shopper who puts milk into the cart."""
    started = await services.registration.register(
        HERE, f"{name}@shop.example", "seven brown bricks", name.title()
    )
    account = started.session.account
    async with services.live.hub.borrow(account, OUTBOX) as cart:
        await submit_ops(cart, OUTBOX, [SubmitOp(1, AddLine(MILK, qty), "add")])
    return account


async def request_of(services: Services, account: AccountId) -> CheckoutRequest:
    """Return an order of the cart as it is."""
    cart = await cart_of(services, account)
    _, totals = price_cart(cart, services.live.hub.context.catalog.today, services.clock.at_s)
    return CheckoutRequest(KEY, position(cart), totals.total, HOME, Pay.ON_DELIVERY)


async def place(services: Services, account: AccountId) -> Order:
    """Order the cart as it is."""
    request = await request_of(services, account)
    placed = await services.checkout.place(account, request)
    assert isinstance(placed, PlacedOrder), placed
    return placed.order


async def test_an_order_empties_the_cart(services: Services) -> None:
    ada = await shopper(services)
    request = await request_of(services, ada)

    placed = await services.checkout.place(ada, request)

    assert isinstance(placed, PlacedOrder)
    assert placed.is_new
    assert (placed.order.account, placed.order.deliver) == (ada, HOME)
    assert placed.order.state is OrderState.PLACED
    assert (await cart_of(services, ada)).lines == {}


async def test_an_order_key_is_idempotent(services: Services) -> None:
    ada = await shopper(services)
    request = await request_of(services, ada)
    first = await services.checkout.place(ada, request)

    again = await services.checkout.place(ada, request._replace(at="elsewhere", total=Money(1)))

    assert isinstance(first, PlacedOrder)
    assert again == PlacedOrder(first.order, is_new=False)


async def test_two_requests_of_one_key_at_once_place_one_order(services: Services) -> None:
    ada = await shopper(services)
    request = await request_of(services, ada)

    both = await asyncio.gather(*(services.checkout.place(ada, request) for _ in range(2)))

    numbers = {each.order.number for each in both if isinstance(each, PlacedOrder)}
    assert len(numbers) == 1


async def test_a_key_of_another_order_is_not_used_again(services: Services) -> None:
    ada = await shopper(services)
    request = await request_of(services, ada)
    await services.checkout.place(ada, request)

    with pytest.raises(KeyReused):
        await services.checkout.place(ada, request._replace(deliver=HOME._replace(city="Wells")))


async def test_two_orders_of_one_key_at_once_are_not_mixed_up(services: Services) -> None:
    ada = await shopper(services)
    request = await request_of(services, ada)
    other = request._replace(deliver=HOME._replace(city="Wells"))

    results = await asyncio.gather(
        services.checkout.place(ada, request),
        services.checkout.place(ada, other),
        return_exceptions=True,
    )

    assert {type(each) for each in results} == {PlacedOrder, KeyReused}


async def test_an_order_of_another_total_is_rejected(services: Services) -> None:
    ada = await shopper(services)
    request = await request_of(services, ada)

    rejected = await services.checkout.place(ada, request._replace(total=Money(1)))

    assert isinstance(rejected, Rejected)
    assert rejected.why is RejectReason.STALE


async def test_an_order_that_the_same_request_placed_meanwhile_is_found(
    services: Services,
) -> None:
    ada = await shopper(services)
    request = (await request_of(services, ada))._replace(pay=Pay.CARD)
    services.provider.interlude = lambda: services.checkout.place(ada, request)

    placed = await services.checkout.place(ada, request)

    assert isinstance(placed, PlacedOrder)
    assert not placed.is_new
    assert services.provider.calls == [("begin", "2222-2222"), ("begin", "3222-2222")]


async def test_a_number_that_is_taken_is_drawn_again(services: Services) -> None:
    ada, bob = await shopper(services), await shopper(services, "bob")
    first = await place(services, ada)
    drawn = iter([0, 1])
    again = checkout_module.Checkout(
        services.database,
        services.live.hub,
        services.checkout.cards,
        services.checkout.limiter,
        lambda _: next(drawn),
    )

    second = await again.place(bob, await request_of(services, bob))

    assert isinstance(second, PlacedOrder)
    assert (first.number, second.order.number) == ("2222-2222", "3222-2222")


async def test_the_outcome_of_an_order_that_cannot_be_saved_is_unknown(
    services: Services,
) -> None:
    ada = await shopper(services)
    request = await request_of(services, ada)
    services.database.writes_fail = True

    with pytest.raises(OutcomeUnknown):
        await services.checkout.place(ada, request)


async def test_an_order_that_nobody_rules_on_in_time_is_unknown(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkout_module, "VERDICT_TIMEOUT_S", 0)
    ada = await shopper(services)

    with pytest.raises(OutcomeUnknown):
        await services.checkout.place(ada, await request_of(services, ada))


async def test_without_the_database_no_page_to_pay_on_is_made(services: Services) -> None:
    ada = await shopper(services)
    request = (await request_of(services, ada))._replace(pay=Pay.CARD)
    services.database.is_away = True

    with pytest.raises(DatabaseUnavailable):
        await services.checkout.place(ada, request)

    assert services.provider.calls == []


async def test_cancelling_again_changes_nothing(services: Services) -> None:
    order = await place(services, await shopper(services))

    first = await services.checkout.cancel_while_placed(order)
    second = await services.checkout.cancel_while_placed(order)

    assert first == second == order._replace(state=OrderState.CANCELLED)


async def test_a_customer_cannot_cancel_what_is_packed_and_staff_see_the_state(
    services: Services,
) -> None:
    order = await place(services, await shopper(services))
    await services.database.write(move_on, order, 0)

    with pytest.raises(TooLate):
        await services.checkout.cancel_while_placed(order)
    assert not await services.checkout.cancel(order)

    packed = await services.database.read(find_order_by_number, order.number)
    assert packed.state is OrderState.PACKED
    assert await services.checkout.cancel(packed)


async def test_the_outcome_of_a_cancellation_that_cannot_be_saved_is_unknown(
    services: Services,
) -> None:
    order = await place(services, await shopper(services))
    services.database.writes_fail = True

    with pytest.raises(OutcomeUnknown):
        await services.checkout.cancel(order)


async def test_after_a_rejected_order_all_nodes_refresh_the_catalogue(services: Services) -> None:
    ada = await shopper(services)
    request = await request_of(services, ada)
    services.live.hub.context.catalog.refresh_requested.clear()

    await services.checkout.place(ada, request._replace(total=Money(1)))

    assert services.live.hub.context.catalog.refresh_requested.is_set()
    assert services.peers.catalog_publishes == 1


@pytest.mark.parametrize("pay", Pay)
async def test_an_order_that_comes_while_its_account_is_deleted_is_not_placed(
    services: Services, pay: Pay
) -> None:
    ada = await shopper(services)
    person = await services.database.read(find_person, ada)
    request = (await request_of(services, ada))._replace(pay=pay)
    now_s = int(services.clock.at_s)
    services.database.interlude = lambda: services.database.write(write_deletion, person, now_s)

    with pytest.raises(OutcomeUnknown):
        await services.checkout.place(ada, request)

    assert (await services.database.read(list_all_orders, None)).orders == []
    assert await services.database.read(next_due_at) is None

"""Putting the products of an earlier order into the cart again."""

import pytest

from app.domain.accounts import AccountId
from app.domain.catalog import Money, Sku
from app.domain.orders import Order
from app.domain.outbox import OutboxId
from app.domain.verdicts import Code
from app.services.reorder import PriceChange, Reordered, ShortLine, SkippedLine, reorder
from tests.services.shop import Services
from tests.services.test_checkout import cart_of, place, shopper
from tests.staff import set_product

MILK = Sku("milk-2l")
AGAIN = OutboxId("bbbbbbbb-0000-4000-8000-000000000002")
ONCE_MORE = OutboxId("bbbbbbbb-0000-4000-8000-000000000003")


@pytest.fixture
async def order(services: Services) -> Order:
    """Return an order of two bottles of milk."""
    return await place(services, await shopper(services))


async def again(services: Services, order: Order) -> Reordered:
    """Order the same again."""
    hub = services.live.hub
    return await reorder(hub, hub.context.catalog.today, order.account, AGAIN, order)


async def edit_milk(services: Services, *, price: int | None = None, stock: int | None) -> None:
    """Change milk on disk, and load the change."""
    money = None if price is None else Money(price)
    await services.database.write(set_product, MILK, money, stock)
    await services.live.catalog.refresh()


async def lines(services: Services, account: AccountId) -> dict[Sku, int]:
    """Return the quantities in the saved cart."""
    cart = await cart_of(services, account)
    return {sku: line.qty for sku, line in cart.lines.items()}


async def test_what_is_in_stock_is_added(services: Services, order: Order) -> None:
    assert await again(services, order) == Reordered(order.lines, (), (), ())

    assert await lines(services, order.account) == {MILK: 2}


async def test_an_outbox_makes_it_idempotent(services: Services, order: Order) -> None:
    assert await again(services, order) == await again(services, order)

    assert await lines(services, order.account) == {MILK: 2}


async def test_what_is_sold_out_is_skipped(services: Services, order: Order) -> None:
    await edit_milk(services, stock=0)

    skipped = (SkippedLine(order.lines[0], Code.SOLD_OUT),)
    assert await again(services, order) == Reordered((), (), skipped, ())

    assert await lines(services, order.account) == {}


async def test_a_price_that_changed_is_reported(services: Services, order: Order) -> None:
    (milk,) = order.lines
    await edit_milk(services, price=milk.price + 10, stock=9)

    done = await again(services, order)

    assert done.added == (milk,)
    assert done.price_changes == (PriceChange(milk, Money(milk.price + 10)),)


async def test_lines_after_one_that_is_to_be_sent_again_are_skipped(
    services: Services, order: Order
) -> None:
    services.database.writes_fail = True

    done = await again(services, order)

    assert done.added == ()
    assert done.skipped == (SkippedLine(order.lines[0], None),)


async def test_a_line_that_the_stock_does_not_cover_is_added_in_part_and_said(
    services: Services, order: Order
) -> None:
    (milk,) = order.lines
    await edit_milk(services, stock=1)

    done = await again(services, order)

    assert (done.added, done.short) == ((milk,), (ShortLine(milk, 1),))
    assert await lines(services, order.account) == {MILK: 1}


async def test_more_than_a_cart_may_hold_of_one_product_is_skipped_for_that_reason(
    services: Services, order: Order
) -> None:
    many = order._replace(lines=(order.lines[0]._replace(qty=60),))
    await edit_milk(services, stock=500)
    await again(services, many)
    hub = services.live.hub

    done = await reorder(hub, hub.context.catalog.today, order.account, ONCE_MORE, many)

    assert done.skipped == (SkippedLine(many.lines[0], Code.QTY_LIMIT),)
    assert await lines(services, order.account) == {MILK: 60}

"""A request that is cancelled at any await takes effect once when it is sent again."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.catalog import APPLES
from tests.proof.inside import InProcessShop, in_process_shop, op

MIN_WAITS, MAX_WAITS = 3, 60
STOCK = "SELECT sum(stock) FROM products"
ORDERS = "SELECT count(*) FROM orders"
ORDERS_LEFT = "SELECT count(*) FROM orders WHERE state <> 'cancelled'"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[InProcessShop]:
    """Return a shop in this process, for the fault "wait-cancelled"."""
    async with in_process_shop(tmp_path) as opened:
        yield opened


async def add_one(shop: InProcessShop, outbox: str, n: int) -> dict[str, object]:
    """Add one product, and return the body of a request to order the cart."""
    await shop.send_until_final("POST", "/api/cart/ops", op(n, APPLES, outbox))
    return await shop.order_request()


@pytest.mark.smoke
async def test_an_op_is_applied_once_at_whichever_await_it_is_cancelled(
    shop: InProcessShop,
) -> None:
    outbox, wait, was_cancelled = str(uuid4()), 0, True
    while was_cancelled:
        wait += 1
        body = op(wait, APPLES, outbox)
        was_cancelled = await shop.send_until_cancelled(wait, "POST", "/api/cart/ops", body)
        _, answer = await shop.send_until_final("POST", "/api/cart/ops", body)

        assert answer["verdicts"] == [{"t": "ok", "n": wait, "rev": wait}]
        assert await shop.quantity(APPLES) == wait
    assert MIN_WAITS < wait < MAX_WAITS


async def test_an_order_is_placed_once_at_whichever_await_it_is_cancelled(
    shop: InProcessShop,
) -> None:
    outbox, wait, was_cancelled = str(uuid4()), 0, True
    stock = shop.count(STOCK)
    while was_cancelled:
        wait += 1
        order_request = await add_one(shop, outbox, wait)
        was_cancelled = await shop.send_until_cancelled(wait, "POST", "/api/orders", order_request)
        status, _ = await shop.send_until_final("POST", "/api/orders", order_request)

        assert status in {200, 201}
        assert (shop.count(ORDERS), stock - shop.count(STOCK)) == (wait, wait)
        assert await shop.quantity(APPLES) == 0
    assert MIN_WAITS < wait < MAX_WAITS


async def test_an_order_is_cancelled_once_at_whichever_await_its_request_is_cancelled(
    shop: InProcessShop,
) -> None:
    outbox, wait, was_cancelled = str(uuid4()), 0, True
    stock = shop.count(STOCK)
    while was_cancelled:
        wait += 1
        _, order = await shop.send_until_final(
            "POST", "/api/orders", await add_one(shop, outbox, wait)
        )
        path = f"/api/orders/{order['number']}/cancel"
        was_cancelled = await shop.send_until_cancelled(wait, "POST", path)
        status, _ = await shop.send_until_final("POST", path)

        assert status == 200
        assert (shop.count(ORDERS_LEFT), shop.count(STOCK)) == (0, stock)
    assert MIN_WAITS < wait < MAX_WAITS

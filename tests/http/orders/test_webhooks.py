"""What a payment provider tells at its webhook: noted once, and the payment is asked for soon."""

from collections.abc import AsyncIterator

import pytest
from quart import Response

from app.domain.orders import OrderNumber
from app.domain.payments import Payment
from app.store.payments import find_payment
from tests.http.harness import HttpHarness, open_harness
from tests.http.order_helpers import order, stocked_cart, wanted
from tests.http.visitor import fields
from tests.services.fake_provider import SIGNATURE, FakeProvider


@pytest.fixture
async def shop(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop that takes cards."""
    async with open_harness(url, provider=FakeProvider()) as opened:
        yield opened


async def tell(shop: HttpHarness, number: str, event: str = "evt_1") -> Response:
    """Tell the shop, as the provider would, that something happened to the payment of an order."""
    return await send(shop, f"{event} some.kind {number}".encode())


async def send(shop: HttpHarness, body: bytes, signature: str = SIGNATURE) -> Response:
    """Send a request to the webhook."""
    headers = {
        "Stripe-Signature": signature,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    return await shop.visitor().ask("POST", "/webhooks/stripe", headers, data=body)


async def payment_of(shop: HttpHarness, number: str) -> Payment:
    """Return the payment of an order."""
    payment: Payment | None = await shop.database.read(find_payment, OrderNumber(number))
    assert payment
    return payment


async def test_an_event_is_noted_once_and_has_the_provider_asked(shop: HttpHarness) -> None:
    ada = await stocked_cart(shop)
    placed = await order(ada, await wanted(ada, pay="card"))
    number = (await fields(placed))["number"]

    for event, heard in (("evt_1", 1), ("evt_1", 1), ("evt_2", 2)):
        answer = await tell(shop, number, event)

        assert (answer.status_code, await answer.get_data()) == (204, b"")
        assert "Set-Cookie" not in answer.headers
        assert (await payment_of(shop, number)).heard == heard


async def test_an_event_of_an_unknown_order_is_taken_and_one_that_cannot_be_saved_is_not(
    shop: HttpHarness,
) -> None:
    assert (await tell(shop, "7QK4-M2XD")).status_code == 204
    assert (await tell(shop, "another")).status_code == 204

    shop.database.is_away = True
    assert (await tell(shop, "7QK4-M2XD", "evt_2")).status_code == 503


async def test_what_the_provider_did_not_sign_is_refused(shop: HttpHarness) -> None:
    answer = await send(shop, b"evt_1 some.kind 7QK4-M2XD", "signed by another")

    assert (answer.status_code, await answer.get_data()) == (400, b"")
    assert (await send(shop, b" " * 70_000, "")).status_code == 413


async def test_a_shop_without_a_provider_has_no_webhook(harness: HttpHarness) -> None:
    assert (await tell(harness, "7QK4-M2XD")).status_code == 404

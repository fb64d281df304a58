"""Orders that are paid by card: checkout, the way back, the order's page, and JSON."""

from collections.abc import AsyncIterator

import pytest
from quart import Response

from app.domain.orders import OrderNumber
from app.domain.payments import PAYABLE_S
from app.runtime.payments import make_reconciler
from tests.http.harness import HttpHarness, open_harness
from tests.http.order_helpers import HOME, order, stocked_cart, wanted
from tests.http.visitor import Visitor, text
from tests.services.fake_provider import FakeProvider


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
async def shop(url: str, provider: FakeProvider) -> AsyncIterator[HttpHarness]:
    """Return a shop that takes cards."""
    async with open_harness(url, provider=provider) as harness:
        yield harness


async def reconcile(shop: HttpHarness, after_s: float = 0) -> None:
    """Let time pass, and have done what is due about payments."""
    shop.clock.at_s += after_s
    checkout = shop.context.checkout
    assert checkout.cards
    await make_reconciler(checkout.cards, checkout).take_due()


async def check_out(visitor: Visitor, **fields: str) -> Response:
    """Send the form of the checkout page."""
    body = await wanted(visitor)
    form = {"key": body["key"], "at": body["at"], "total": str(body["total"]), **HOME}
    return await visitor.post("/checkout", {**form, "address": "new", **fields})


async def awaiting(shop: HttpHarness) -> tuple[Visitor, OrderNumber]:
    """Return a visitor with an order that awaits payment."""
    visitor = await stocked_cart(shop)
    response = await check_out(visitor, pay="card")
    return visitor, OrderNumber(response.headers["Location"].rpartition("/")[2])


async def page_after(visitor: Visitor, path: str) -> str:
    """Return the page that *path* leads to."""
    response = await visitor.get(path)
    assert response.status_code == 303
    return await text(await visitor.get(response.headers["Location"]))


async def test_checkout_leads_to_the_providers_page_and_back_to_the_placed_order(
    shop: HttpHarness, provider: FakeProvider
) -> None:
    visitor = await stocked_cart(shop)
    page = await visitor.get("/checkout")
    assert "Pay by card now" in await text(page)
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://pay.example;" in policy

    response = await check_out(visitor, pay="card")

    url = response.headers["Location"]
    number = OrderNumber(url.rpartition("/")[2])
    assert (response.status_code, url) == (303, f"https://pay.example/{number}")
    waiting = await text(await visitor.get(f"/orders/{number}"))
    assert "Awaiting payment" in waiting
    assert f'href="{url}"' in waiting

    assert "You have not paid yet." in await page_after(visitor, f"/orders/{number}/back")
    assert "We have not heard of your payment" in await page_after(
        visitor, f"/orders/{number}/paid"
    )
    provider.pay(number)
    placed = await page_after(visitor, f"/orders/{number}/paid")
    assert "Thank you. Your order is placed" in placed
    assert url not in placed
    assert "The total is held on your card." in placed


async def test_a_provider_that_is_away_is_said_and_the_cart_stays(
    shop: HttpHarness, provider: FakeProvider
) -> None:
    visitor = await stocked_cart(shop)
    provider.is_away = True

    refused = await check_out(visitor, pay="card")
    by_script = await order(visitor, await wanted(visitor, pay="card"))

    assert refused.status_code == 503
    assert "Payment by card does not work right now." in await text(refused)
    assert (await by_script.get_json())["code"] == "cards_away"
    assert len((await visitor.cart())["cart"]["lines"]) == 1
    assert (await check_out(visitor)).headers["Location"].startswith("/orders/")


async def test_an_order_that_was_not_paid_offers_to_put_it_all_back(
    shop: HttpHarness,
) -> None:
    visitor, number = await awaiting(shop)

    await reconcile(shop, PAYABLE_S)

    page = await text(await visitor.get(f"/orders/{number}"))
    assert "Put it all back into my cart" in page
    back = await page_after(visitor, f"/orders/{number}/paid")
    assert "This order was cancelled before you paid." in back


async def test_an_order_that_awaits_payment_can_be_cancelled(shop: HttpHarness) -> None:
    visitor, number = await awaiting(shop)

    asked = await visitor.get(f"/orders/{number}/cancel")
    await visitor.post(f"/orders/{number}/cancel")

    assert asked.status_code == 200
    assert "Cancelled" in await text(await visitor.get(f"/orders/{number}"))


async def test_json_says_where_to_pay_and_what_was_taken_and_given_back(
    shop: HttpHarness, provider: FakeProvider
) -> None:
    visitor = await stocked_cart(shop)
    body = await wanted(visitor, pay="card")

    placed = await (await order(visitor, body)).get_json()
    again = await (await order(visitor, body)).get_json()

    number = OrderNumber(placed["number"])
    assert placed["payment"]["url"] == f"https://pay.example/{number}"
    assert again == placed
    provider.pay(number)
    await reconcile(shop, 60)
    await shop.move_on(number)
    await reconcile(shop)
    listed = await (await visitor.get("/api/orders")).get_json()
    (found,) = listed["orders"]
    assert (found["state"], found["payment"]["state"]) == ("packed", "captured")
    assert found["payment"]["captured"] == found["totals"]["total"]
    page = await text(await visitor.get(f"/orders/{number}"))
    assert "was taken from your card." in page


async def test_a_shop_without_a_provider_takes_no_cards(harness: HttpHarness) -> None:
    visitor = await stocked_cart(harness)

    page = await text(await visitor.get("/checkout"))
    refused = await order(visitor, await wanted(visitor, pay="card"))

    assert "Pay by card now" not in page
    assert (refused.status_code, (await refused.get_json())["code"]) == (409, "no_cards")

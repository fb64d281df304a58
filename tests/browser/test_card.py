"""Paying by card in Chromium, on the hosted page of the imitation of Stripe, up to the refund."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.test_purchase import fill_in_address, run_shop_command
from tests.browser.visitor import PASSWORD, Visitor
from tests.e2e.catalog import APPLES
from tests.e2e.server import Server
from tests.proof.card_books import faults, stock, unsettled
from tests.stripe_api.account import Card
from tests.stripe_api.server import KEY, StripeServer
from tests.stripe_api.webhooks import SECRET

STAFF = "staff@browser.example"
SETTLED_S = 60


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeServer]:
    """Return the imitation of Stripe."""
    with StripeServer() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(stripe: StripeServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a shop that takes cards."""
    home = tmp_path_factory.mktemp("shop")
    keys = {"stripe_key": KEY, "stripe_webhook_secret": SECRET, "stripe_api": stripe.origin}
    server = Server(home, **keys)
    server.start()
    stripe.webhooks.url = f"{server.origin}/webhooks/stripe"
    yield server
    server.end()


@pytest_asyncio.fixture(loop_scope="session")
async def staff(browser: Browser, server: Server) -> AsyncIterator[Page]:
    """Return a page of a member of staff."""
    context = await browser.new_context()
    visitor = Visitor(context, server.origin)
    await visitor.register(STAFF)
    await run_shop_command(server, "account", "role", STAFF, "staff")
    answer = await context.request.post(
        f"{server.origin}/api/session", data={"email": STAFF, "password": PASSWORD}
    )
    assert answer.ok
    yield await visitor.open("/staff/orders")
    await context.close()


async def begin_to_pay(visitor: Visitor) -> Page:
    """Order apples by card, and return the page on which it is to be paid."""
    page = await visitor.open("/shop?q=apples")
    await visitor.add(page, APPLES)
    await expect(page.locator("[data-rows=lines] > li")).to_have_count(1)
    await page.goto(f"{visitor.origin}/checkout")
    if await page.locator("input[name=city]").is_visible():
        await fill_in_address(page)
    await page.locator("input[name=pay][value=card]").check()
    await page.locator("[data-part=place]").click()
    await expect(page.locator("h1")).to_have_text("Pay by card")
    return page


async def pay(page: Page, card: Card) -> None:
    """Type a card's number on the hosted page."""
    await page.fill("input[name=number]", card)
    await page.locator("form button").first.click()


async def wait_for_books(server: Server, stripe: StripeServer) -> None:
    """Wait until no payment, order or mail waits for anything."""
    async with asyncio.timeout(SETTLED_S):
        while await asyncio.to_thread(unsettled, server):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(0.2)
    await asyncio.to_thread(stripe.webhooks.flush)


async def reload_until(page: Page, shown: str) -> None:
    """Load *page* again until it shows a text."""
    async with asyncio.timeout(SETTLED_S):
        while shown not in await page.locator("main").inner_text():
            await asyncio.sleep(0.2)
            await page.reload()


async def give_back(page: Page, amount: str, reason: str) -> None:
    """Give money back, as staff, on the page of a payment."""
    await page.fill("input[name=amount]", amount)
    await page.fill("input[name=reason]", reason)
    await page.get_by_role("button", name="Give back").click()
    await expect(page.locator("main")).to_contain_text(reason)


async def test_an_order_is_paid_by_card_packed_refunded_in_part_and_another_cancelled(
    server: Server, stripe: StripeServer, visitor: Visitor, staff: Page
) -> None:
    before = stock(server)
    page = await begin_to_pay(visitor)
    await pay(page, Card.DECLINED)
    await expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    await pay(page, Card.ASKS)
    await page.get_by_role("button", name="Complete").click()
    await expect(page.locator(".notices")).to_contain_text("Thank you. Your order is placed")
    await expect(page.locator("[data-part=state]")).to_have_text("Placed")
    number = page.url.rpartition("/")[2]

    await staff.goto(f"{server.origin}/staff/orders/{number}/payment")
    await expect(staff.locator("main")).to_contain_text("Test mode")
    await give_back(staff, "0.50", "One was missing")
    await staff.goto(f"{server.origin}/staff/orders")
    await staff.get_by_role("button", name=f"Mark as packed: {number}").click()
    await staff.goto(f"{server.origin}/staff/orders/{number}/payment")
    await reload_until(staff, "not taken in the first place")
    await reload_until(staff, f"Taken: £{taken(stripe) / 100:.2f}")
    await give_back(staff, "0.30", "One was bruised")
    await reload_until(page, "£0.30 was given back to your card.")

    other = await begin_to_pay(visitor)
    await pay(other, Card.GOOD)
    await expect(other.locator("[data-part=state]")).to_have_text("Placed")
    await other.get_by_role("link", name="Cancel order").click()
    await other.get_by_role("button", name="Cancel order").click()
    await expect(other.locator("[data-part=state]")).to_have_text("Cancelled")

    await wait_for_books(server, stripe)
    assert faults(server, stripe, before) == []
    assert {*stripe.webhooks.statuses} == {204}
    assert sorted(each["status"] for each in stripe.account.intents.values()) == [
        "canceled",
        "succeeded",
    ]


def taken(stripe: StripeServer) -> int:
    """Return how much was captured of the first payment."""
    (intent,) = stripe.account.intents.values()
    return int(intent["amount"]) - 50

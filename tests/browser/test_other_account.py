"""A page whose login was changed in another tab sends and shows nothing, and can be reloaded."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.test_offline import (
    APPLES,
    COUNT_STORED,
    LINE,
    PEARS,
    shop_offline,
    wait_until_stored,
)
from tests.browser.visitor import PASSWORD, Visitor, connected, settled, shown
from tests.e2e.server import Server

PHONE = ViewportSize(width=360, height=740)
HEADING = "Another account is signed in"


@pytest_asyncio.fixture(loop_scope="session")
async def other(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Return a visitor with another account, in a browser of their own."""
    context = await browser.new_context()
    visitor = Visitor(context, server.origin)
    await visitor.register(f"{uuid4().hex}@browser.example")
    yield visitor
    await context.close()


async def sign_in_as(visitor: Visitor, other: Visitor) -> None:
    """Change the login of *visitor*'s browser to that of *other*, as another tab would."""
    await visitor.context.clear_cookies()
    await visitor.context.add_cookies(await other.context.cookies())  # type: ignore[arg-type]


async def cart_rows(visitor: Visitor) -> list[str]:
    """Return the SKUs in the saved cart of the account that is signed in."""
    answer = await visitor.context.request.get(f"{visitor.origin}/api/cart")
    return [line["sku"] for line in (await answer.json())["cart"]["lines"]]


async def expect_cleared(page: Page) -> None:
    """Check that *page* shows nothing of its account."""
    await expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    await expect(page.locator("body")).not_to_contain_text("Visitor")
    await expect(page.locator("[data-rows] > li, [data-card]")).to_have_count(0)
    for part in ("aside", ".bar", ".to-cart", "[data-part=status]", "#notices > li", "dialog"):
        for one in await page.locator(part).all():
            await expect(one).to_be_hidden()
    assert (await page.title()).startswith(HEADING)


async def test_its_unsaved_changes_wait_until_its_account_signs_in_again(
    visitor: Visitor, other: Visitor
) -> None:
    email = f"{uuid4().hex}@browser.example"
    await visitor.context.clear_cookies()
    await visitor.register(email)
    page = await shop_offline(visitor, APPLES, PEARS)
    account = await page.locator("body").get_attribute("data-account")
    await sign_in_as(visitor, other)

    await visitor.context.set_offline(False)
    await expect_cleared(page)
    await expect(page.locator("[data-part=kept]")).to_have_text(
        "2 unsaved changes of that account are kept in this browser,"
        " and will be sent when it signs in again."
    )
    await wait_until_stored(page, 2)
    await page.get_by_role("link", name="Reload the page").click()
    await connected(page)
    assert await page.locator("body").get_attribute("data-account") != account
    assert await page.evaluate(COUNT_STORED, account) == 2
    assert await cart_rows(visitor) == []

    await visitor.context.clear_cookies()
    await page.goto(f"{visitor.origin}/login?next=/cart")
    await page.fill("main [name=email]", email)
    await page.fill("main [name=password]", PASSWORD)
    await page.click("main [type=submit]")
    await expect(page.locator(LINE)).to_have_count(2)
    await settled(page)
    assert (await shown(page)).rows == ((APPLES, "1"), (PEARS, "1"))
    assert await cart_rows(visitor) == [APPLES, PEARS]


async def test_a_page_without_unsaved_changes_says_nothing_of_them_and_closes_its_cart_sheet(
    visitor: Visitor, other: Visitor
) -> None:
    page = await visitor.open("/shop?q=gala")
    await page.set_viewport_size(PHONE)
    await page.reload()
    await connected(page)
    await visitor.add(page, APPLES)
    await settled(page)
    await page.locator(".bar [data-part=to-cart]").click()
    await expect(page.get_by_role("dialog", name="Cart")).to_be_visible()
    await visitor.context.set_offline(True)
    await expect(page.locator("body")).to_have_attribute("data-link", "offline")
    await sign_in_as(visitor, other)

    await visitor.context.set_offline(False)

    await expect_cleared(page)
    await expect(page.locator("[data-part=kept]")).to_be_hidden()
    await expect(page.locator("main")).to_be_focused()


async def test_it_stays_cleared_when_its_own_account_is_back(
    visitor: Visitor, other: Visitor
) -> None:
    page = await shop_offline(visitor, APPLES)
    own = await visitor.context.cookies()
    await sign_in_as(visitor, other)
    await visitor.context.set_offline(False)
    await expect_cleared(page)

    await visitor.context.clear_cookies()
    await visitor.context.add_cookies(own)  # type: ignore[arg-type]
    there = await visitor.open("/cart")
    await expect(there.locator(LINE)).to_have_count(1)
    await settled(there)
    assert (await shown(there)).rows == ((APPLES, "1"),)
    await expect_cleared(page)


async def test_an_open_checkout_is_cleared(visitor: Visitor, other: Visitor) -> None:
    shop = await visitor.open("/shop?q=gala")
    await visitor.add(shop, APPLES)
    await settled(shop)
    page = await visitor.open("/checkout")
    await connected(page)
    await visitor.context.set_offline(True)
    await expect(page.locator("body")).to_have_attribute("data-link", "offline")
    await sign_in_as(visitor, other)

    await visitor.context.set_offline(False)

    await expect_cleared(page)
    await expect_cleared(shop)


async def test_the_page_that_explains_the_shop_is_cleared(visitor: Visitor, other: Visitor) -> None:
    page = await visitor.open("/how-it-works")
    await connected(page)
    await visitor.context.set_offline(True)
    await expect(page.locator("body")).to_have_attribute("data-link", "offline")
    await sign_in_as(visitor, other)

    await visitor.context.set_offline(False)

    await expect_cleared(page)

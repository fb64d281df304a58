"""Two tabs of one account show the same cart."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.visitor import Shown, Visitor, shown
from tests.e2e.server import Server
from tests.waiting import until

APPLES = "gala-apples-500g"
LINE = "[data-rows=lines] > li"


async def wait_until_equal(here: Page, there: Page) -> None:
    """Wait until both pages show the same cart."""

    async def are_equal() -> bool:
        return await shown(here) == await shown(there)

    await until(are_equal)


@pytest.mark.smoke
async def test_what_is_added_in_one_tab_appears_in_the_other(visitor: Visitor) -> None:
    here, there = await visitor.open("/shop?q=gala"), await visitor.open("/cart")

    await visitor.add(here, APPLES)
    await visitor.more(here, APPLES)
    await expect(there.locator(LINE)).to_have_attribute("data-sku", APPLES)
    await wait_until_equal(here, there)

    assert await shown(there) == Shown(((APPLES, "2"),), "2", "£6.00")
    assert (await there.title()).startswith("(2) ")


async def test_a_change_in_the_second_tab_appears_in_the_first(visitor: Visitor) -> None:
    here, there = await visitor.open("/shop?q=gala"), await visitor.open("/shop?q=gala")
    await visitor.add(here, APPLES)
    await expect(there.locator(LINE)).to_have_count(1)

    await visitor.more(there, APPLES)
    await visitor.more(there, APPLES)
    await wait_until_equal(here, there)

    assert (await shown(here)).rows == ((APPLES, "3"),)


@pytest.mark.smoke
async def test_both_tabs_reconnect_with_the_same_cart_after_kill_9(
    visitor: Visitor, server: Server
) -> None:
    here, there = await visitor.open("/shop?q=gala"), await visitor.open("/cart")
    await visitor.add(here, APPLES)
    await expect(there.locator(LINE)).to_have_count(1)

    server.kill()
    await visitor.more(here, APPLES)
    await visitor.more(here, APPLES)
    await asyncio.to_thread(server.start)
    await expect(there.locator(f"{LINE} [data-part=qty]")).to_have_value("3")
    await wait_until_equal(here, there)

    assert (await shown(here)).rows == ((APPLES, "3"),)
    after = await visitor.open("/cart")
    assert await shown(after) == await shown(here)


async def test_a_price_that_rises_is_shown_in_the_open_cart_and_can_be_accepted(
    visitor: Visitor, server: Server
) -> None:
    page = await visitor.open("/shop?q=semi")
    sku = await page.locator("main [data-card]").first.get_attribute("data-sku") or ""
    await visitor.add(page, sku)
    await expect(page.locator(LINE)).to_have_count(1)

    await asyncio.to_thread(server.command, "product", "set", sku, "--price", "9.75")
    accept = page.locator(f"{LINE} [data-part=accept]")
    await expect(accept).to_be_visible()
    await accept.click()

    await expect(accept).to_be_hidden()
    assert (await shown(page)).total == "£13.25"


async def test_signing_out_in_one_tab_clears_the_other(visitor: Visitor) -> None:
    here, there = await visitor.open("/shop?q=gala"), await visitor.open("/cart")
    await visitor.add(here, APPLES)
    await expect(there.locator(LINE)).to_have_count(1)

    await here.click("header button[title='Sign out']")

    await expect(there.locator(LINE)).to_have_count(0)
    await expect(there.locator("body")).not_to_contain_text("Gala")


async def test_the_cart_works_without_javascript(plain_visitor: Visitor) -> None:
    page = await plain_visitor.open("/shop?q=gala")

    await plain_visitor.add(page, APPLES)
    await plain_visitor.more(page, APPLES)
    await page.goto(plain_visitor.origin + "/cart")

    assert await shown(page) == Shown(((APPLES, "2"),), "2", "£6.00")

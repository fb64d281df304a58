"""A whole purchase in Chromium: with a mouse, with a keyboard alone, without JavaScript."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.visitor import Visitor, settled
from tests.e2e.catalog import APPLES, BREAD, MILK
from tests.e2e.orders import query_database
from tests.e2e.server import Server, run_command

HOME = {"line1": "1 Mill Lane", "city": "Bath", "postcode": "BA1 1AA"}


async def run_shop_command(server: Server, *arguments: str) -> None:
    """Run a command of the shop in a process beside the server."""
    done = await asyncio.to_thread(run_command, *arguments, environment=server.environment)
    assert done.returncode == 0, done.stderr


async def fill_in_address(page: Page) -> None:
    """Fill in the delivery address."""
    for name, value in HOME.items():
        await page.fill(f"input[name={name}]", value)


async def wait_for_order(page: Page) -> str:
    """Wait until the page of a new order is shown; return its number."""
    await page.wait_for_url("**/orders/*-*")
    await expect(page.locator(".notices")).to_contain_text("Thank you.")
    return page.url.rpartition("/")[2]


@pytest.mark.smoke
async def test_an_order_can_be_placed_with_a_mouse_and_its_page_follows_its_state(
    server: Server, visitor: Visitor
) -> None:
    page = await visitor.open("/shop?q=apples")
    await visitor.add(page, APPLES)
    await expect(page.locator("[data-rows=lines] > li")).to_have_count(1)
    await page.locator(".panel a[href='/checkout']").click()
    await fill_in_address(page)
    await page.locator("[data-part=place]").dblclick()
    number = await wait_for_order(page)
    await expect(page.locator("[data-part=cart-count]").first).to_have_text("0")

    await run_shop_command(server, "order", "move", number)

    await expect(page.locator("[data-part=state]")).to_have_text("Packed")
    await expect(page.locator("[data-step=packed]")).to_have_attribute("aria-current", "step")
    await expect(page.get_by_role("link", name="Cancel order")).to_be_hidden()
    assert query_database(server, "SELECT count(*) FROM orders WHERE number = :n", n=number) == 1


async def test_an_order_can_be_placed_with_a_keyboard_alone(visitor: Visitor) -> None:
    page = await visitor.open("/shop?q=apples")
    await tab_to(page, f"[data-sku={APPLES}] [data-part=add]")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-rows=lines] > li")).to_have_count(1)
    await tab_to(page, ".panel a[href='/checkout']")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/checkout")
    for name, value in HOME.items():
        await tab_to(page, f"input[name={name}]")
        await page.keyboard.type(value)
    await tab_to(page, "[data-part=place]")
    await page.keyboard.press("Space")

    await wait_for_order(page)


@pytest.mark.smoke
async def test_an_order_can_be_placed_and_cancelled_without_javascript(
    plain_visitor: Visitor,
) -> None:
    page = await plain_visitor.open("/shop?q=apples")
    await plain_visitor.add(page, MILK)
    await page.goto(f"{plain_visitor.origin}/cart")
    await page.click("main a[href='/checkout']")
    await page.fill("#voucher-code", "WELCOME10")
    await page.click("text=Apply")
    await expect(page.locator(".notices")).to_contain_text("10 % off")
    await fill_in_address(page)
    await page.fill("#note", "Ring twice")
    await page.press("input[name=postcode]", "Enter")
    await wait_for_order(page)
    await expect(page.locator(".order-note")).to_have_text("Ring twice")
    await page.click("text=Buy again")
    await expect(page.locator(".notices")).to_contain_text("Added")
    await page.goto(f"{plain_visitor.origin}/orders")
    await page.click(".order-card a")
    await page.click("text=Cancel order")
    await page.click("button:text('Cancel order')")

    await expect(page.locator(".notices")).to_contain_text("cancelled")
    await expect(page.locator("main")).to_contain_text("There is nothing to pay")


async def test_a_changed_total_is_itemised_and_must_be_accepted_before_ordering(
    server: Server, visitor: Visitor
) -> None:
    page = await visitor.open("/shop?q=apples")
    await visitor.add(page, BREAD)
    await expect(page.locator("[data-rows=lines] > li")).to_have_count(1)
    await settled(page)
    await page.goto(f"{visitor.origin}/checkout")
    await fill_in_address(page)
    place = page.locator("[data-part=place]")
    await expect(place).to_have_attribute("aria-disabled", "false")

    await run_shop_command(server, "product", "set", BREAD, "--price", "0.05")
    await expect(page.locator("[data-part=changed]")).to_contain_text("Total changed from £")
    await expect(place).to_have_attribute("aria-disabled", "true")
    await place.click(force=True)
    assert page.url.endswith("/checkout")
    await page.click("[data-part=agree]")
    await expect(place).to_be_focused()
    await visitor.context.set_offline(offline=True)
    await expect(page.locator("[data-part=place-why]")).to_contain_text("No connection")
    await visitor.context.set_offline(offline=False)
    await expect(place).to_have_attribute("aria-disabled", "false")
    await place.click()

    await wait_for_order(page)


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until *selector* has the focus."""
    wanted = page.locator(selector).first
    for _ in range(200):
        if await wanted.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")

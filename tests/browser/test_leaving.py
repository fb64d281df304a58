"""Links, forms and signing out without a connection: the page stays, says so, and goes on later."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.visitor import Visitor, connected, settled, shown

APPLES, PEARS = "gala-apples-500g", "gala-apples-2kg"
LINE = "[data-rows=lines] > li"
NOTICES = "#notices"


async def open_with_apples(visitor: Visitor, path: str = "/shop?q=gala") -> Page:
    """Open a page with apples in the cart."""
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await settled(page)
    if path != "/shop?q=gala":
        await page.goto(visitor.origin + path)
    await connected(page)
    return page


async def go_offline(visitor: Visitor, page: Page) -> None:
    """Lose the network."""
    await visitor.context.set_offline(True)
    await expect(page.locator("body")).to_have_attribute("data-link", "offline")


@pytest.mark.parametrize("path", ["/shop?q=gala", "/cart"])
async def test_check_out_without_a_network_keeps_the_cart_and_goes_on_when_it_is_back(
    visitor: Visitor, path: str
) -> None:
    page = await open_with_apples(visitor, path)
    await go_offline(visitor, page)

    await page.locator("a[href='/checkout']:visible").click()

    await expect(page.locator(NOTICES)).to_contain_text("No connection at the moment")
    await expect(page.locator(f"{LINE}:visible")).to_have_count(1)
    await expect(page.locator("#assertive")).to_contain_text("No connection at the moment")
    await visitor.context.set_offline(False)
    await page.wait_for_url("**/checkout")


async def test_a_press_that_waits_for_the_network_can_be_taken_back(visitor: Visitor) -> None:
    page = await open_with_apples(visitor)
    await go_offline(visitor, page)
    await page.locator("a[href='/checkout']:visible").click()

    await page.get_by_role("button", name="Stay on this page").click()
    await visitor.context.set_offline(False)
    await connected(page)

    await expect(page.get_by_role("button", name="Stay on this page")).to_have_count(0)
    assert page.url.endswith("/shop?q=gala")


async def test_a_search_without_a_network_stays_on_the_page(visitor: Visitor) -> None:
    page = await open_with_apples(visitor)
    await go_offline(visitor, page)

    await page.fill("#q", "milk")
    await page.press("#q", "Enter")

    await expect(page.locator(NOTICES)).to_contain_text("No connection at the moment")
    await visitor.context.set_offline(False)
    await page.wait_for_url("**/shop?q=milk")


async def test_signing_out_without_a_network_says_what_happens_and_does_it_later(
    visitor: Visitor,
) -> None:
    page = await open_with_apples(visitor)
    await go_offline(visitor, page)

    await page.click("header button[title='Sign out']")

    await expect(page.locator(NOTICES)).to_contain_text("You will be signed out")
    assert (await shown(page)).rows == ((APPLES, "1"),)
    await visitor.context.set_offline(False)
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def test_signing_out_waits_for_what_is_not_saved(visitor: Visitor) -> None:
    page = await open_with_apples(visitor)
    await go_offline(visitor, page)
    await visitor.add(page, PEARS)

    await page.click("header button[title='Sign out']")

    await expect(page.locator(NOTICES)).to_contain_text("1 change not saved yet")
    async with page.expect_request("**/logout"):
        await visitor.context.set_offline(False)
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def test_what_is_not_saved_is_lost_only_if_the_customer_says_so(visitor: Visitor) -> None:
    page = await open_with_apples(visitor)
    await go_offline(visitor, page)
    await visitor.add(page, PEARS)
    await page.click("header button[title='Sign out']")

    await page.get_by_role("button", name="Stay on this page").click()
    await visitor.context.set_offline(False)
    await settled(page)
    assert (await shown(page)).rows == ((APPLES, "1"), (PEARS, "1"))

    await go_offline(visitor, page)
    await visitor.more(page, PEARS)
    await page.click("header button[title='Sign out']")
    await page.get_by_role("button", name="Sign out and lose them").click()
    await expect(page.locator(NOTICES)).to_contain_text("You will be signed out")
    await visitor.context.set_offline(False)
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def test_a_browser_that_keeps_nothing_asks_before_unsaved_changes_go_with_the_page(
    visitor: Visitor,
) -> None:
    await visitor.context.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError') }"
    )
    page = await open_with_apples(visitor)
    await go_offline(visitor, page)
    await visitor.add(page, PEARS)
    await expect(page.locator(LINE)).to_have_count(2)

    async with page.expect_event("dialog") as asked:
        await page.close(run_before_unload=True)

    dialog = await asked.value
    assert dialog.type == "beforeunload"
    await dialog.dismiss()

"""A shopper and one of staff, each in a window: asked, taken, suggested, answered, ended."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.helping import fill_cart_and_ask, open_window
from tests.browser.live_database import LiveDatabase
from tests.e2e.server import Server


@pytest.fixture
def database(server: Server) -> Iterator[LiveDatabase]:
    """Return a connection to the database of the shop."""
    database = LiveDatabase(server)
    yield database
    database.close()


async def test_staff_see_the_cart_and_suggest_and_only_the_shopper_changes_it(
    browser: Browser, server: Server, database: LiveDatabase
) -> None:
    ada = await open_window(browser, server.origin, database, "Ada Lovelace")
    sam = await open_window(browser, server.origin, database, "Sam Smith", is_staff=True)
    await sam.goto("/staff/help")
    await expect(sam.get_by_text("Nobody asks for help now.")).to_be_visible()

    await fill_cart_and_ask(ada)
    await sam.get_by_role("button", name="Help Ada").click()
    card = ada.get_by_role("region", name="Help from the shop")
    await expect(card).to_contain_text("Sam Smith from the shop sees your cart.")
    helped = sam.locator("#helped")
    await expect(helped).to_contain_text("Whole milk")

    await ada.get_by_role("button", name="Increase quantity of Carrots").first.click()
    await expect(helped).to_contain_text(re.compile(r"3\W+Carrots"))

    await sam.get_by_label("Name, unit, category or SKU").fill("bananas")
    await sam.get_by_role("button", name="Search", exact=True).last.click()
    await sam.get_by_role("button", name="Suggest Bananas").first.click()
    await expect(card).to_contain_text("Bananas")
    await expect(ada.locator("[data-rows=suggested]")).to_be_hidden()
    await expect(ada.locator("[data-rows=lines] > li")).to_have_count(3)
    await card.get_by_role("button", name="Add Bananas", exact=True).click()
    await expect(ada.locator("[data-rows=lines] > li")).to_have_count(4)
    await expect(card.get_by_role("button", name="Add Bananas", exact=True)).to_have_count(0)
    await expect(helped).to_contain_text("Bananas")

    await sam.get_by_role("button", name="Suggest Bananas").first.click()
    await card.get_by_role("button", name="No, thanks: Bananas").click()
    await expect(card.get_by_role("listitem")).to_have_count(0)
    await sam.get_by_role("button", name="Suggest Bananas").last.click()
    await expect(card.get_by_role("listitem")).to_have_count(1)
    await card.get_by_role("button", name="End help").click()
    await expect(sam.get_by_text("This help is over.")).to_be_visible()
    for outcome in ("declined", "not answered"):
        await expect(sam.get_by_text(f"1 of Bananas: {outcome}")).to_be_visible()
    await expect(ada.get_by_role("button", name="Help me")).to_be_visible()
    await expect(ada.locator("[data-part=help-suggested], [data-rows=suggested]")).to_have_text(
        ["", ""]
    )
    for page in (ada, sam):
        await page.context.close()


async def test_help_is_asked_for_and_ended_in_place_and_the_answer_has_the_focus(
    browser: Browser, server: Server, database: LiveDatabase
) -> None:
    page = await open_window(browser, server.origin, database, "Ada Lovelace")
    await page.goto("/p/gala-apples")
    await page.evaluate("window.is_same_page = true")
    ask, card = page.get_by_role("button", name="Help me"), page.locator("section.help")
    text, spoken = card.locator("[data-part=help-text]"), page.locator("#polite")
    await page.get_by_label("Search the shop").fill("half a word")
    await expect(page.locator("[data-part=tabs]").first).to_have_text("Open in 1 tab")

    for _ in range(3):
        await ask.press("Enter")
        await expect(card).to_be_focused()
        await expect(text).to_contain_text("We have told the shop")
        await expect(spoken).to_contain_text("We have told the shop")
        await expect(ask).to_be_hidden()
        await card.get_by_role("button", name="End help").press("Enter")
        await expect(text).to_contain_text("Nobody else sees your cart.")
        await expect(card).to_be_focused()
        await expect(spoken).to_contain_text("Nobody else sees your cart.")
        await card.get_by_role("button", name="Close").press("Enter")
        await expect(ask).to_be_focused()
        await expect(card).to_be_hidden()
    await ask.press("Enter")
    await expect(page.locator("#notices")).to_contain_text("You can ask for help again in")
    await expect(ask).to_be_focused()
    await expect(card).to_be_hidden()

    await expect(page.get_by_label("Search the shop")).to_have_value("half a word")
    assert await page.evaluate("window.is_same_page")
    await page.context.close()

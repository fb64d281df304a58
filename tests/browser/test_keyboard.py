"""Keyboard shortcuts of a single key, and how to switch them off."""

from playwright.async_api import Browser, expect

from tests.browser.visitor import PASSWORD, Visitor, connected, shown
from tests.e2e.server import Server

APPLES = "gala-apples-500g"
CARD = f"main [data-card][data-sku={APPLES}]"
ROW = f"[data-rows=lines] > [data-sku={APPLES}]"


async def test_single_keys_focus_search_and_cart_and_change_quantities(visitor: Visitor) -> None:
    page = await visitor.open("/shop?q=gala")
    await connected(page)
    await page.keyboard.press("/")
    await expect(page.locator("#q")).to_be_focused()
    await page.keyboard.type("c+?/")
    await expect(page.locator("#q")).to_have_value("c+?/")

    await page.locator(f"{CARD} .card-name a").focus()
    for key, count in (("+", "1"), ("+", "2"), ("-", "1")):
        await page.keyboard.press(key)
        await expect(page.locator(f"{ROW} [data-part=qty]")).to_have_value(count)
    await page.keyboard.press("c")
    await expect(page.locator("aside [data-cart-title]")).to_be_focused()

    await page.locator(f"{ROW} [data-part=name]").focus()
    await page.keyboard.press("Delete")
    await expect(page.locator(ROW)).to_have_count(0)
    await expect(page.locator("[data-removed]")).to_contain_text("Removed Gala apples")


async def test_the_list_of_keys_opens_with_a_key_and_can_switch_single_keys_off(
    visitor: Visitor,
) -> None:
    page = await visitor.open("/shop?q=gala")
    await page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keyboard")
    await expect(listed).to_contain_text("Add one of the selected product")

    await listed.get_by_label("Use single-key shortcuts").uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    await page.locator(f"{CARD} .card-name a").focus()
    for key in "+/c?":
        await page.keyboard.press(key)
    await expect(page.locator(f"{CARD} .card-name a")).to_be_focused()
    await expect(listed).to_be_hidden()
    assert (await shown(page)).rows == ()

    await page.get_by_role("button", name="Keyboard").click()
    await listed.get_by_label("Use single-key shortcuts").check()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.locator("#q")).to_be_focused()


async def test_settings_outlive_signing_out_and_in(browser: Browser, server: Server) -> None:
    context = await browser.new_context()
    visitor = Visitor(context, server.origin)
    await visitor.register("keeps.settings@browser.example")
    page = await visitor.open("/shop")
    await page.get_by_role("button", name="Keyboard").click()
    switch = page.get_by_label("Use single-key shortcuts")
    await expect(switch).to_be_checked()
    await switch.uncheck()
    await page.keyboard.press("Escape")
    await page.locator("[data-part=fold]").click()

    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("link", name="Sign in").click()
    await page.fill("main [name=email]", "keeps.settings@browser.example")
    await page.fill("main [name=password]", PASSWORD)
    await page.locator("main form button").click()
    await connected(page)
    await page.goto(f"{server.origin}/shop")

    await expect(page.locator("[data-part=fold]")).to_have_attribute("aria-expanded", "false")
    await expect(page.locator("#panel-cart")).to_be_hidden()
    await page.keyboard.press("/")
    await expect(page.locator("#q")).not_to_be_focused()
    await context.close()

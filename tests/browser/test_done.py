"""What an act did is said once and truly, and the keyboard's focus stays where a person is."""

from playwright.async_api import Page, expect

from tests.browser.visitor import Visitor, connected, settled

APPLES = "gala-apples-500g"
RECORD_POLITE = """
  window.said = []
  addEventListener("DOMContentLoaded", () => {
    const region = document.querySelector("#polite")
    new MutationObserver(() => region.textContent && said.push(region.textContent))
      .observe(region, { childList: true })
  })
"""


async def open_cart(visitor: Visitor) -> Page:
    """Open the cart with apples in it; the page records what it announces."""
    shop = await visitor.open("/shop?q=gala")
    await visitor.add(shop, APPLES)
    await settled(shop)
    await visitor.context.add_init_script(RECORD_POLITE)
    await shop.goto(f"{visitor.origin}/cart")
    await connected(shop)
    return shop


async def expect_said(page: Page, *texts: str) -> None:
    """Check that *page* announced these texts and no others, each once."""
    await expect(page.locator("#polite")).to_have_text(texts[-1])
    assert await page.evaluate("said") == list(texts)
    assert await page.evaluate("document.activeElement !== document.body")


async def test_saving_for_later_and_moving_back_are_announced_as_what_they_are(
    visitor: Visitor,
) -> None:
    page = await open_cart(visitor)

    await page.locator("main [data-part=save]").press("Enter")
    await expect_said(page, "Saved Gala apples for later.")
    await page.locator("main [data-part=unsave]").press("Enter")

    await expect_said(page, "Saved Gala apples for later.", "Moved Gala apples to your cart.")


async def test_a_voucher_is_named_when_it_counts_and_the_focus_moves_on_to_it(
    visitor: Visitor,
) -> None:
    page = await open_cart(visitor)
    await page.locator("#voucher-code").fill("welcome10")

    await page.locator("#voucher-code").press("Enter")

    await expect(page.locator("#notices")).to_contain_text("Voucher WELCOME10: 10 % off")
    await expect(page.locator("main [data-part=voucher] button")).to_be_focused()
    await page.locator("main [data-part=voucher] button").press("Enter")
    await expect(page.locator("#notices")).to_contain_text("The voucher is removed.")
    await expect(page.locator("[data-part=voucher-form] button")).to_be_focused()


async def test_a_note_is_said_to_be_saved_once_it_is(visitor: Visitor) -> None:
    page = await open_cart(visitor)
    await page.locator("#note").fill("ring twice")

    await page.get_by_role("button", name="Save note").click()

    await expect(page.locator("#notices")).to_contain_text("Your note is saved.")
    await expect(page.locator("#notices > li")).to_have_count(1)
    await expect_said(page, "Your note is saved.")

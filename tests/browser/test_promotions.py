"""A promotion that begins while people shop shows on their open pages, and so does its end."""

from playwright.async_api import expect

from app.domain.catalog import Promotion, PromotionId, PromotionKind, Sku
from tests.browser.axe import violations
from tests.browser.browser_session import DISPLAYS, BrowserSession
from tests.browser.person import Role
from tests.browser.visitor import connected
from tests.waiting import LONGEST_S

ONIONS = Sku("brown-onions-3")
LONG_MS = 1000 * LONGEST_S


async def test_a_promotion_shows_live_on_cards_lines_and_totals(
    browser_session: BrowserSession,
) -> None:
    two_for_one = Promotion(
        *(PromotionId(0), PromotionKind.FEWER_PAID, frozenset({ONIONS}), 2, 1), label="2 for 1"
    )
    async with browser_session.new_person(Role.NEWCOMER) as person:
        await person.submit_ops({"k": "line.set", "sku": ONIONS, "qty": 2})
        page = await person.open("/shop?q=onions")
        await connected(page)
        card = page.locator(f"main [data-card][data-sku={ONIONS}] [data-part=deal]")
        row = page.locator(f"[data-rows=lines] [data-sku={ONIONS}] [data-part=deal]").first
        await expect(card).to_be_hidden()

        with person.live_database.promoted(two_for_one):
            await expect(card).to_have_text("2 for 1", timeout=LONG_MS)
            await expect(row).to_contain_text("2 for 1: ", timeout=LONG_MS)
            await expect(page.locator("[data-part=discount-row]").first).not_to_have_attribute(
                "hidden", "", timeout=LONG_MS
            )
            for display in DISPLAYS:
                await display.apply_to(page)
                assert await violations(page) == [], display.name

        await expect(card).to_be_hidden(timeout=LONG_MS)
        await expect(row).to_have_text("", timeout=LONG_MS)

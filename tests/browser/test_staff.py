"""Staff pages in Chromium, and what shoppers see of the changes."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser import actions
from tests.browser.browser_session import BrowserSession
from tests.browser.layout_shift import NEGLIGIBLE, shifts, watch_shifts
from tests.browser.person import Role
from tests.browser.visitor import connected


@pytest.mark.parametrize("context", [{}, {"java_script_enabled": False}])
async def test_staff_advance_an_order_and_the_shoppers_page_follows(
    browser_session: BrowserSession, context: dict[str, Any]
) -> None:
    async with (
        browser_session.new_person(Role.SHOPPER) as ada,
        browser_session.new_person(Role.STAFF, **context) as grace,
    ):
        await actions.place_order(ada)
        page = await ada.open("/orders")
        await actions.open_order(ada, page)
        await connected(page)
        number = page.url.rpartition("/")[2]
        await page.evaluate("window.sameLoad = true")
        staff_page = await grace.open("/staff")

        for act, label in (("Mark as packed", "Packed"), ("Mark as on the way", "On the way")):
            await staff_page.get_by_role("button", name=f"{act}: {number}").click()
            await expect(staff_page.locator(".notices")).to_contain_text(number)
            await expect(page.locator("[data-part=state]")).to_have_text(label)

        await expect(page.locator("[data-step=on_the_way]")).to_have_attribute(
            "aria-current", "step"
        )
        assert await page.evaluate("window.sameLoad") is True
        assert ada.console_errors == grace.console_errors == []


async def test_an_order_that_was_advanced_by_other_staff_is_reported_as_a_conflict(
    browser_session: BrowserSession,
) -> None:
    async with (
        browser_session.new_person(Role.SHOPPER) as ada,
        browser_session.new_person(Role.STAFF) as grace,
    ):
        await actions.place_order(ada)
        one, other = await grace.open("/staff/orders"), await grace.open("/staff/orders")
        press = re.compile("Mark as packed")
        number = await one.locator(".staff-order h2").first.text_content()
        await one.get_by_role("button", name=press).first.click()
        await expect(one.locator(".notices")).to_contain_text("packed")

        await other.get_by_role("button", name=press).first.click()

        await expect(other.locator(".notices")).to_contain_text(f"{number} is already packed")


async def test_the_statistics_update_without_layout_shift(browser_session: BrowserSession) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/live")
        await connected(page)
        await watch_shifts(page)
        before = await page.locator("[data-plot=ops] path").get_attribute("d")

        await actions.watch_stats(grace, page)

        await expect(page.locator("[data-plot=ops] path")).not_to_have_attribute("d", before or "")
        seen = await shifts(page)
        assert seen.alone < NEGLIGIBLE, seen
        assert grace.console_errors == []


async def test_a_product_edit_reaches_the_shoppers_page_and_a_conflicting_edit_shows_both_values(
    browser_session: BrowserSession,
) -> None:
    async with (
        browser_session.new_person(Role.SHOPPER) as ada,
        browser_session.new_person(Role.STAFF) as grace,
    ):
        page = await ada.open(f"/shop?q={actions.EDITED.partition('-')[0]}")
        await connected(page)
        card = page.locator(f"[data-card][data-sku={actions.EDITED}]")
        staff_page = await grace.open(f"/staff/products?q={actions.EDITED}")
        late = await grace.open(f"/staff/products/{actions.EDITED}")

        await actions.edit_product(grace, staff_page)

        await expect(card.locator("[data-part=price]").first).to_have_text("£1.10")
        await late.locator("[name=price]").fill("1.05")
        await late.locator("[name=reason]").fill("Offer")
        await late.get_by_role("button", name="Save").click()
        await expect(late.get_by_role("heading", name="Changed meanwhile")).to_be_visible()
        await expect(late.locator("[name=price]")).to_have_value("1.05")
        await late.get_by_role("button", name="Save").click()
        await expect(card.locator("[data-part=price]").first).to_have_text("£1.05")

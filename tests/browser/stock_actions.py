"""Actions of staff on the pages of stock, vouchers and promotions."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from tests.browser.actions import EDITED
from tests.browser.person import Person


async def receive_near_its_date(person: Person, page: Page) -> None:
    """Receive a product that is past its date, and more of it that soon is; list them."""
    today = datetime.now(UTC).date()
    for days in (-2, 2):
        await page.goto(f"{person.origin}/staff/stock/{EDITED}")
        await page.fill("#receive-units", "3")
        await page.fill("#receive-best_before", f"{today + timedelta(days=days)}")
        await page.get_by_role("button", name="Receive").click()
        await expect(page.locator(".notices")).to_contain_text("3 received")
    await page.goto(f"{person.origin}/staff/stock-dates")
    await expect(page.locator(".staff-product .is-bad")).not_to_have_count(0)


async def write_off_this_week(person: Person, page: Page) -> None:
    """Write off a product, and open the sales of this week."""
    await page.goto(f"{person.origin}/staff/stock/{EDITED}")
    await page.fill("#waste-units", "1")
    await page.fill("#waste-reason", "Damaged")
    await page.get_by_role("button", name="Write off").click()
    await expect(page.locator(".notices")).to_contain_text("1 written off")
    await page.goto(f"{person.origin}/staff/day")
    await page.get_by_role("link", name="Week", exact=True).click()
    await expect(page.get_by_text("Damaged")).to_be_visible()


async def make_wrong_voucher(_: Person, page: Page) -> None:
    """Send a voucher whose last day is before the first, and that gives nothing."""
    await page.fill("#code", "AUTUMN")
    await page.fill("#first", "2027-02-01")
    await page.fill("#last", "2027-01-31")
    await page.get_by_role("button", name="Add voucher").click()
    await expect(page.locator(".fault")).to_have_count(2)


async def make_promotion(_: Person, page: Page) -> None:
    """Make a promotion, and pause it, so that other pages show the usual prices."""
    await page.select_option("#kind", "fewer_paid")
    for field, text in {"take": "3", "paid": "2", "skus": EDITED}.items():
        await page.fill(f"#{field}", text)
    await page.get_by_role("button", name="Add promotion").click()
    await expect(page.locator(".notices")).to_contain_text("3 for 2")
    await page.get_by_role("button", name="Pause: 3 for 2").first.click()
    await expect(page.locator(".notices")).to_contain_text("is paused")

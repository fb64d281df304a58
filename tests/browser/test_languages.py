"""A page in another language does all that it does in English, and keeps its language."""

from playwright.async_api import expect

from tests.browser.visitor import Visitor, connected, settled

APPLES = "gala-apples-1kg"
ROW = f"aside [data-rows=lines] > [data-sku={APPLES}]"
STATUS = "[data-part=status-text]"


async def test_a_chinese_page_changes_the_cart_by_script_in_chinese(visitor: Visitor) -> None:
    page = await visitor.open("/zh-hant/shop?q=gala")
    await connected(page)
    await visitor.add(page, APPLES)
    await settled(page)

    assert page.url.endswith("/zh-hant/shop?q=gala")
    link = page.locator(f"{ROW} [data-part=name]")
    assert await link.get_attribute("href") == f"/zh-hant/p/gala-apples?size={APPLES}"
    await expect(page.locator("#polite")).to_have_text("加拉蘋果：購物車內有 1 件。")
    remove = await page.locator(f"{ROW} [data-part=remove]").get_attribute("aria-label")
    assert "加拉蘋果" in (remove or "")

    await page.click(f"{ROW} [data-part=remove]")
    await expect(page.locator("[data-removed]")).to_contain_text("已移除「加拉蘋果」")
    await page.click("[data-removed] button")
    await expect(page.locator(ROW)).to_be_visible()

    await page.fill("#q", "牛奶")
    option = page.locator("#suggestions [role=option]").first
    await expect(option).to_contain_text("牛奶")
    assert (await option.get_attribute("data-href") or "").startswith("/zh-hant/p/")

    await visitor.context.set_offline(True)
    await expect(page.locator(STATUS)).to_contain_text("離線")
    await visitor.context.set_offline(False)
    await connected(page)
    await page.click("[action$='/logout'] button")
    await page.wait_for_url("**/zh-hant/")


async def test_changing_the_language_keeps_what_was_typed_and_what_was_changed(
    visitor: Visitor,
) -> None:
    page = await visitor.open("/zh-hant/shop?q=gala")
    await connected(page)
    await visitor.add(page, APPLES)
    await settled(page)
    await page.goto(f"{visitor.origin}/zh-hant/cart")
    await connected(page)
    await page.fill("#voucher-code", "WELCOME10")
    await page.fill("main [data-part=note]", "後門")

    await page.click(".languages button[value=en]")

    await page.wait_for_url("**/en/cart")
    await expect(page.locator("#voucher-code")).to_have_value("WELCOME10")
    await expect(page.locator("main [data-part=note]")).to_have_value("後門")
    await page.click("[data-part=voucher-form] button")
    await expect(page.locator("#polite")).to_contain_text("Voucher WELCOME10")

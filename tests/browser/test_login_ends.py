"""A login that ends while something is typed: it is kept, and the page says so."""

from uuid import uuid4

from playwright.async_api import Page, expect

from tests.browser.visitor import PASSWORD, Visitor, connected

NOTE = "ring twice"


async def type_note(visitor: Visitor) -> tuple[str, Page]:
    """Register anew, and type a note without leaving its field; return the e-mail and the page."""
    email = f"{uuid4().hex}@browser.example"
    await visitor.context.clear_cookies()
    await visitor.register(email)
    page = await visitor.open("/cart")
    await connected(page)
    await page.locator("#note").press_sequentially(NOTE)
    return email, page


async def expect_note_after_signing_in(visitor: Visitor, page: Page, email: str) -> None:
    """Sign in on *page*, and check that the note is in the cart."""
    await page.fill("main [name=email]", email)
    await page.fill("main [name=password]", PASSWORD)
    await page.click("main [type=submit]")
    await page.goto(f"{visitor.origin}/cart")
    await connected(page)
    await expect(page.locator("#note")).to_have_value(NOTE)


async def test_what_is_typed_when_the_login_is_ended_elsewhere_is_kept_for_its_account(
    visitor: Visitor,
) -> None:
    email, page = await type_note(visitor)
    await visitor.context.request.delete(f"{visitor.origin}/api/session")

    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    await expect(page.locator("[data-part=kept]")).to_contain_text("1 unsaved change")
    await expect(page.locator("#note")).to_have_count(0)

    await page.get_by_role("link", name="Sign in").last.click()
    await expect_note_after_signing_in(visitor, page, email)


async def test_what_is_kept_outlives_that_another_account_signs_in_and_out(
    visitor: Visitor,
) -> None:
    email, page = await type_note(visitor)
    await visitor.context.request.delete(f"{visitor.origin}/api/session")
    await expect(page.locator("[data-part=kept]")).to_contain_text("1 unsaved change")
    await visitor.register(f"{uuid4().hex}@browser.example")
    await page.goto(f"{visitor.origin}/shop")
    await connected(page)

    await page.click("header button[title='Sign out']")
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()

    await page.goto(f"{visitor.origin}/login")
    await expect_note_after_signing_in(visitor, page, email)


async def test_what_is_typed_in_another_tab_is_saved_before_signing_out(visitor: Visitor) -> None:
    email, page = await type_note(visitor)
    there = await visitor.open("/shop")
    await connected(there)

    await there.click("header button[title='Sign out']")
    await expect(there.get_by_role("link", name="Sign in")).to_be_visible()

    await there.goto(f"{visitor.origin}/login")
    await expect_note_after_signing_in(visitor, there, email)
    await page.close()


async def test_signing_out_asks_before_a_typed_code_is_lost_in_this_tab_or_another(
    visitor: Visitor,
) -> None:
    here, there = await visitor.open("/cart"), await visitor.open("/shop")
    await connected(here)
    await connected(there)
    code = here.locator("#voucher-code")
    await code.press_sequentially("WELCOME10")

    for page in (here, there):
        await page.click("header button[title='Sign out']")
        await expect(page.locator("#notices")).to_contain_text("have not sent")
        await page.get_by_role("button", name="Stay on this page").click()
        await expect(page.locator(".account-name")).to_be_visible()
    await expect(code).to_have_value("WELCOME10")

    await there.click("header button[title='Sign out']")
    await there.get_by_role("button", name="Sign out and lose it").click()
    await expect(there.get_by_role("link", name="Sign in")).to_be_visible()
    await expect(here.locator("main [name=password]")).to_be_visible()


async def test_a_code_that_is_typed_when_the_login_is_ended_elsewhere_is_kept(
    visitor: Visitor,
) -> None:
    email = f"{uuid4().hex}@browser.example"
    await visitor.context.clear_cookies()
    await visitor.register(email)
    page = await visitor.open("/cart")
    await connected(page)
    await page.locator("#voucher-code").press_sequentially("WELCOME10")
    await visitor.context.request.delete(f"{visitor.origin}/api/session")

    await expect(page.locator("[data-part=kept]")).to_contain_text("typed and has not sent is kept")
    await page.get_by_role("link", name="Sign in").last.click()
    await page.fill("main [name=email]", email)
    await page.fill("main [name=password]", PASSWORD)
    await page.click("main [type=submit]")
    await expect(page.locator("#voucher-code")).to_have_value("WELCOME10")

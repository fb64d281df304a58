"""Passkeys with Chromium's virtual authenticator: added, used, lost; and staff who need one."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.passkeys import device
from tests.browser.visitor import PASSWORD, Visitor
from tests.e2e.server import Server

STAFF = "grace@shop.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server with a name, which asks staff for a passkey."""
    server = Server(tmp_path_factory.mktemp("shop"), staff_passkey="required")
    server.environment["SHOP_ORIGINS"] = f"{server.origin},http://localhost:{server.port}"
    server.start()
    yield server
    server.end()


@pytest_asyncio.fixture(loop_scope="session")
async def person(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Return a visitor at the shop's name."""
    context = await browser.new_context()
    visitor = Visitor(context, f"http://localhost:{server.port}")
    yield visitor
    await context.close()
    assert [text for text in visitor.console_errors if "status of 40" not in text] == []


async def sign_out(page: Page) -> None:
    """Sign out, and go to the sign-in page."""
    await page.get_by_role("button", name="Sign out", exact=True).first.click()
    await expect(page.locator(".notices")).to_contain_text("You are signed out.")
    await page.goto(f"{page.url.rpartition('/')[0]}/login?next=/account/passkeys")


async def sign_in_by_password(page: Page, email: str) -> None:
    """Fill in the sign-in form, and send it."""
    await page.fill("main input[name=email]", email)
    await page.fill("main input[name=password]", PASSWORD)
    await page.locator("main").get_by_role("button", name="Sign in", exact=True).click()


async def test_a_shopper_adds_a_passkey_signs_in_with_it_and_loses_it(person: Visitor) -> None:
    await person.register("ada@shop.example")
    page = await person.open("/account/passkeys/new")
    async with device(page):
        assert await violations(page) == []
        await page.fill("#passkey-name", "Ada's phone")
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.locator(".notices")).to_contain_text("The passkey is added.")

        await page.goto(f"{person.origin}/account/passkeys/new")
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.locator("main [role=alert]")).to_contain_text("a passkey of your account")

        await page.goto(f"{person.origin}/account")
        await sign_out(page)
        assert await violations(page) == []
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(page.locator("main")).to_contain_text("last used")

        await sign_out(page)
    async with device(page):  # another one, which has no passkey
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(page.locator("main [role=alert]")).to_contain_text("No passkey was used.")
    await sign_in_by_password(page, "ada@shop.example")
    await page.get_by_role("link", name="Rename or remove: Ada's phone").click()
    await page.get_by_role("button", name="Remove passkey").click()
    await expect(page.locator("main")).to_contain_text("None yet.")


async def test_staff_add_a_passkey_and_recover_with_a_code(person: Visitor, server: Server) -> None:
    words = ("account", "add", STAFF, "--name", "Grace", "--staff")
    assert server.command(*words, given=f"{PASSWORD}\n").returncode == 0
    page = await person.open("/login?next=/staff/orders")
    await sign_in_by_password(page, STAFF)
    await expect(page.locator("h1")).to_have_text("Add a passkey")
    async with device(page):
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_role("button", name="Make recovery codes").click()
        code = await page.locator(".codes code").first.text_content() or ""
        await page.goto(f"{person.origin}/staff/orders")
        await expect(page.locator("h1")).to_have_text("Orders")

        await page.goto(f"{person.origin}/account")
        await sign_out(page)
        await sign_in_by_password(page, STAFF)
        await page.goto(f"{person.origin}/staff/orders")
        assert await violations(page) == []
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page.locator("h1")).to_have_text("Orders")

    await page.goto(f"{person.origin}/account")
    await sign_out(page)
    await sign_in_by_password(page, STAFF)
    await page.goto(f"{person.origin}/staff/orders")
    await page.get_by_text("I cannot use my passkey").click()
    await page.fill("#password", PASSWORD)
    await page.fill("#code", code)
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(page.locator("h1")).to_have_text("Orders")

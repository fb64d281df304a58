"""The account page, in two browsers."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.visitor import PASSWORD, Visitor
from tests.e2e.server import Server


@pytest_asyncio.fixture(loop_scope="session")
async def other_browser(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Return a second browser that is not signed in yet."""
    context = await browser.new_context()
    visitor = Visitor(context, server.origin)
    yield visitor
    await context.close()
    assert visitor.console_errors == []


async def test_a_new_password_signs_out_the_other_browser_and_keeps_this_one_signed_in(
    visitor: Visitor, other_browser: Visitor
) -> None:
    here, beside = await visitor.open("/account"), await visitor.open("/cart")
    email = await here.input_value("main input[autocomplete=username]")
    there = await other_browser.open("/login?next=/cart")
    await there.fill("main input[name=email]", email)
    await there.fill("main input[name=password]", PASSWORD)
    await there.click("main button[type=submit]")
    await expect(there.locator("h1")).to_contain_text("Your cart")

    await here.fill("#current", PASSWORD)
    await here.fill("#new", "nine purple bricks")
    await here.click("text=Change password")

    await expect(here.locator(".notice")).to_contain_text("Your password is changed,")
    await expect(there.locator("h1")).to_have_text("Sign in")
    await expect(here.locator("text=this browser")).to_have_count(1)
    await expect(beside.locator("h1")).to_contain_text("Your cart")

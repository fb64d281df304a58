"""A forgotten password, with the mail that the shop has really written."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.visitor import Visitor
from tests.e2e.server import Server

NEW = "nine purple bricks"


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    """Return a second browser, in which nobody is signed in."""
    context = await browser.new_context()
    yield Visitor(context, server.origin)
    await context.close()


async def open_newest_mail(page: Page, origin: str, email: str) -> None:
    """Wait until there is a mail to *email*, and open the newest."""
    newest = page.locator("li", has_text=email).first
    async with asyncio.timeout(60):
        while not await newest.is_visible():
            await page.goto(f"{origin}/demo/mail")
    await newest.locator("a").click()


async def test_a_forgotten_password_is_set_by_the_link_in_the_mail(
    visitor: Visitor, stranger: Visitor
) -> None:
    signed_in = await visitor.open("/account")
    email = await signed_in.input_value("#email")
    page = await stranger.open("/login")

    await page.click("text=Forgot your password?")
    await page.fill("#email", email)
    await page.press("#email", "Enter")
    await expect(page.locator("h1")).to_have_text("Look in your mail")
    await open_newest_mail(page, stranger.origin, email)
    await expect(page.locator("h1")).to_have_text("Set a new password")
    link = await page.locator(".mail-text a").first.get_attribute("href")
    await page.locator(".mail-text a").first.click()
    await page.fill("#password", NEW)
    await page.press("#password", "Enter")

    await expect(page.locator(".notice")).to_contain_text("Sign in with it")
    await expect(signed_in.locator("h1")).to_have_text("Sign in")
    await page.fill("#email", email)
    await page.fill("#password", NEW)
    await page.press("#password", "Enter")
    await expect(page.locator("[data-part=to-cart]").first).to_be_visible()
    await page.goto(f"{stranger.origin}{link}")
    await expect(page.locator("h1")).to_have_text("This link was used already")

"""Passkeys on the pages: made in software where a page only shows them, and by Chromium."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.authenticator import Authenticator
from tests.browser.person import Person

PASSKEYS = "/account/passkeys"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A phone or computer that has just been unlocked."""


async def add_passkey(person: Person) -> None:
    """Have a passkey, which was made elsewhere, unless there is one."""
    if await _find_passkey(person):
        return
    origin = f"http://localhost:{urlsplit(person.origin).port}"
    device = Authenticator(origin=origin, credential=uuid4().bytes)
    url, ask = f"{person.origin}{PASSKEYS}/new", person.context.request
    asked = await (await ask.post(f"{url}.json")).text()
    form: dict[str, str | float | bool] = {"credential": device.make(asked), "name": "Old phone"}
    answer = await ask.post(url, form=form, max_redirects=0)
    assert answer.status == 303, await answer.text()


async def open_own_passkey(person: Person) -> str:
    """Have one, and return its page."""
    await add_passkey(person)
    return await _find_passkey(person)


async def need_confirmation(person: Person) -> None:
    """Have a passkey, and a login that was begun with the password alone."""
    if not await _find_passkey(person):
        await add_passkey(person)
        await person.sign_in_again()


async def open_passkey(person: Person, page: Page) -> None:
    """From the page of a passkey that there is not, go to that of a new one."""
    await page.goto(person.origin + await open_own_passkey(person))


async def make_recovery_codes(person: Person, page: Page) -> None:
    """Have a passkey, and recovery codes made."""
    await add_passkey(person)
    await page.reload()
    await page.get_by_role("button", name="Make recovery codes").click()
    await expect(page.locator(".codes li")).to_have_count(10)


async def _find_passkey(person: Person) -> str:
    """Return the page of their passkey, or an empty text."""
    page = await (await person.context.request.get(person.origin + PASSKEYS)).text()
    found = re.search(f'href="({PASSKEYS}/[0-9a-f]+)"', page)
    return found[1] if found else ""


@asynccontextmanager
async def device(page: Page) -> AsyncIterator[None]:
    """Give *page* a virtual authenticator of Chromium."""
    browser = await page.context.new_cdp_session(page)
    await browser.send("WebAuthn.enable")
    await browser.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    try:
        yield
    finally:
        await browser.send("WebAuthn.disable")
        await browser.detach()

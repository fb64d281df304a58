"""Shoppers who ask staff for help, and staff who take it, in windows of their own."""

import re
from uuid import uuid4

from playwright.async_api import Browser, Page, expect

from tests.browser.live_database import LiveDatabase
from tests.browser.person import IN_CART, Person
from tests.browser.visitor import PASSWORD


async def have_help_asked(person: Person) -> None:
    """Have Bob ask for help, whose cart page stays open."""
    await _ask(person)


async def be_helped(person: Person) -> None:
    """Have the cart of *person* be seen by one of staff, who has suggested something."""
    browser = person.context.browser
    assert browser
    asked = await person.context.request.post(
        f"{person.origin}/cart/help", form={"next": "/cart"}, max_redirects=0
    )
    assert asked.status == 303
    sam = await open_window(
        browser, person.origin, person.live_database, "Sam Smith", is_staff=True
    )
    await sam.goto("/staff/help")
    await sam.get_by_role("button", name=re.compile("^Help ")).last.click()
    await sam.wait_for_url(f"**/staff/help/{person.account}")
    await sam.goto(f"/staff/help/{person.account}?q=oat")
    await sam.get_by_role("button", name="Suggest ").first.click()
    await expect(sam.get_by_role("button", name="Take back: ")).to_be_visible()


async def take_help(person: Person) -> str:
    """Have Bob ask for help, take it as staff, and return the page of his cart with a search."""
    bob = await _ask(person)
    account = await bob.evaluate("document.body.dataset.account")
    page = await person.context.new_page()
    await page.goto(f"{person.origin}/staff/help")
    await page.get_by_role("button", name=f"Help {_name_of(person)}").click()
    await page.wait_for_url(f"**/staff/help/{account}")
    await page.close()
    return f"/staff/help/{account}?q=oat"


async def open_helped_cart(person: Person, page: Page) -> None:
    """From the cart of nobody, go to that of Bob, and suggest a line."""
    await page.goto(person.origin + await take_help(person))
    await page.get_by_role("button", name="Suggest ").first.click()
    await expect(page.get_by_role("button", name="Take back: ")).to_be_visible()


async def open_window(
    browser: Browser, origin: str, database: LiveDatabase, name: str, *, is_staff: bool = False
) -> Page:
    """Return a page of somebody called *name*, who has just signed in with a new account."""
    email = f"{uuid4().hex}@browser.example"
    database.add_account(email, name, is_staff=is_staff)
    context = await browser.new_context(base_url=origin)
    signed_in = await context.request.post(
        "/api/session", data={"email": email, "password": PASSWORD}
    )
    assert signed_in.ok
    return await context.new_page()


async def fill_cart_and_ask(page: Page) -> None:
    """Have three products in the cart of *page*, and press *Help me*."""
    ops = [{"n": n, "k": "line.set", "sku": sku, "qty": n} for n, sku in enumerate(IN_CART, 1)]
    body = {"outbox": str(uuid4()), "ops": ops}
    assert (await page.context.request.post("/api/cart/ops", data=body)).ok
    await page.goto("/cart")
    await page.get_by_role("button", name="Help me").click()
    await expect(page.locator("[data-part=help-text]")).to_contain_text("We have told the shop")


async def _ask(person: Person) -> Page:
    browser = person.context.browser
    assert browser
    name = f"{_name_of(person)} Brown"
    bob = await open_window(browser, person.origin, person.live_database, name)
    await fill_cart_and_ask(bob)
    return bob


def _name_of(person: Person) -> str:
    """Return what Bob is called who asks *person*: others may be asking too."""
    return f"Bob-{person.account[-6:]}"

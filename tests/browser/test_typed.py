"""What is typed and not yet sent is kept when the page goes: by thumb, by mouse, on a slow line."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.test_purchase import fill_in_address, wait_for_order
from tests.browser.visitor import PASSWORD, Visitor, connected, settled
from tests.e2e.server import Server

APPLES = "gala-apples-500g"
QTY = f"main [data-rows=lines] > [data-sku={APPLES}] [data-part=qty]"
NOTE = "ring twice"
SLOW = {"offline": False, "latency": 150, "downloadThroughput": -1, "uploadThroughput": -1}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 800},
    "has_touch": True,
    "is_mobile": True,
}


@pytest_asyncio.fixture(loop_scope="session", params=["thumb", "mouse"])
async def shopper(
    browser: Browser, server: Server, request: pytest.FixtureRequest
) -> AsyncIterator[Visitor]:
    """Return a visitor with apples in the cart, on a phone or at a desk."""
    context = await browser.new_context(**(PHONE if request.param == "thumb" else {}))
    visitor = Visitor(context, server.origin)
    await visitor.register(f"{uuid4().hex}@browser.example")
    page = await visitor.open("/shop?q=gala")
    await add_and_wait(visitor, page)
    await page.close()
    yield visitor
    await context.close()
    assert visitor.console_errors == []


async def add_and_wait(visitor: Visitor, page: Page) -> None:
    """Add apples, and wait until they are saved."""
    await visitor.add(page, APPLES)
    await expect(page.locator("body:not([data-waits]) .row").first).to_be_attached()


async def open_slowly(shopper: Visitor, path: str) -> Page:
    """Open *path* on a line where everything takes 150 ms."""
    page = await shopper.open(path)
    cdp = await shopper.context.new_cdp_session(page)
    await cdp.send("Network.enable")
    await cdp.send("Network.emulateNetworkConditions", SLOW)
    return page


async def press(button: Locator) -> None:
    """Tap on a phone; click at a desk."""
    has_touch = await button.evaluate("() => matchMedia('(pointer: coarse)').matches")
    await (button.tap() if has_touch else button.click(delay=10))


async def retype(field: Locator, text: str) -> None:
    """Type *text* in place of what a field has, and stay in it."""
    await field.focus()
    await field.press("Control+a")
    await field.press("Delete")
    if text:
        await field.press_sequentially(text)


async def test_what_was_typed_in_the_cart_is_at_checkout(shopper: Visitor) -> None:
    page = await open_slowly(shopper, "/cart")
    await connected(page)

    await retype(page.locator(QTY), "7")
    await retype(page.locator("#note"), NOTE)
    await press(page.locator("main a[href='/checkout']"))
    await page.wait_for_url("**/checkout")

    assert await page.locator(QTY).input_value() == "7"
    assert await page.locator("#note").input_value() == NOTE
    await connected(page)
    await settled(page)
    await expect(page.locator("[data-part=changed]")).to_be_hidden()
    assert await page.locator(QTY).input_value() == "7"


@pytest.mark.parametrize("leave", ["location.reload()", "history.back()", "location.assign('/')"])
async def test_what_is_being_typed_when_the_page_goes_is_kept(shopper: Visitor, leave: str) -> None:
    page = await shopper.open("/shop")
    await page.goto(f"{shopper.origin}/cart")
    await connected(page)
    await retype(page.locator(QTY), "5")
    await retype(page.locator("#note"), NOTE)

    async with page.expect_navigation():
        await page.evaluate(leave)

    page = await shopper.open("/cart")
    await connected(page)
    await expect(page.locator(QTY)).to_have_value("5")
    await expect(page.locator("#note")).to_have_value(NOTE)


async def test_one_press_places_an_order_with_the_note_and_the_quantity_that_were_just_typed(
    shopper: Visitor,
) -> None:
    page = await open_slowly(shopper, "/checkout")
    await connected(page)
    await fill_in_address(page)

    await retype(page.locator(QTY), "3")
    await retype(page.locator("#note"), NOTE)
    await press(page.locator("[data-part=place]"))

    number = await wait_for_order(page)
    order = await (
        await shopper.context.request.get(f"{shopper.origin}/api/orders/{number}")
    ).json()
    assert order["note"] == NOTE
    assert [line["qty"] for line in order["lines"]] == [3]


async def test_a_code_that_was_typed_and_not_applied_counts_for_the_order(shopper: Visitor) -> None:
    page = await shopper.open("/cart")
    await connected(page)
    await retype(page.locator("#voucher-code"), "WELCOME10")
    await press(page.locator("main a[href='/checkout']"))
    await page.wait_for_url("**/checkout")
    await connected(page)
    await expect(page.locator("#voucher-code")).to_have_value("WELCOME10")
    await fill_in_address(page)

    await press(page.locator("[data-part=place]"))

    number = await wait_for_order(page)
    order = await (
        await shopper.context.request.get(f"{shopper.origin}/api/orders/{number}")
    ).json()
    assert order["totals"]["discount"] > 0


async def test_an_unknown_code_is_said_before_anything_is_ordered(shopper: Visitor) -> None:
    page = await shopper.open("/checkout")
    await connected(page)
    await fill_in_address(page)
    await retype(page.locator("#voucher-code"), "NOSUCHCODE")
    place = page.locator("[data-part=place]")

    await press(place)
    await expect(page.locator("#notices")).to_contain_text("We do not recognise this voucher code.")
    assert page.url.endswith("/checkout")

    await press(place)
    await wait_for_order(page)


@pytest.mark.parametrize(
    ("typed", "kept", "words"),
    [("150", "99", "the most you can have of one product"), ("", "1", "still 1 in your cart")],
)
async def test_a_quantity_that_cannot_be_is_lowered_or_put_back_in_words(
    shopper: Visitor, typed: str, kept: str, words: str
) -> None:
    page = await shopper.open("/cart")
    await connected(page)

    await retype(page.locator(QTY), typed)
    await page.locator("#note").focus()

    await expect(page.locator("#notices")).to_contain_text(words)
    await expect(page.locator(QTY)).to_have_value(kept)
    await settled(page)
    cart = await (await shopper.context.request.get(f"{shopper.origin}/api/cart")).json()
    assert [f"{line['qty']}" for line in cart["cart"]["lines"]] == [kept]


PASTE = "(field, text) => { field.focus(); document.execCommand('insertText', false, text) }"


async def test_a_note_that_is_too_long_is_not_cut_and_neither_sent_nor_left_behind(
    shopper: Visitor,
) -> None:
    page = await shopper.open("/cart")
    await connected(page)
    note, words = page.locator("#note"), "At most 500 characters fit; these are 502."

    await note.evaluate(PASTE, "x" * 501 + "\N{GRINNING FACE}")
    await page.locator(QTY).focus()
    await expect(page.locator("#notices")).to_contain_text(words)
    await press(page.locator("main a[href='/checkout']"))
    await page.wait_for_timeout(300)

    assert page.url.endswith("/cart")
    assert await note.evaluate("note => [note.validationMessage, note.value.length]") == [
        words,
        503,
    ]
    assert await note.evaluate("note => note === document.activeElement")
    await note.press("Backspace")
    await note.press("Backspace")
    await press(page.locator("main a[href='/checkout']"))
    await page.wait_for_url("**/checkout")
    assert await page.locator("#note").input_value() == "x" * 500


async def test_a_typed_address_is_kept_over_a_reload_and_over_signing_in_again(
    visitor: Visitor,
) -> None:
    email = f"{uuid4().hex}@browser.example"
    await visitor.context.clear_cookies()
    await visitor.register(email)
    page = await visitor.open("/shop?q=gala")
    await add_and_wait(visitor, page)
    await page.goto(f"{visitor.origin}/checkout")
    await connected(page)
    await fill_in_address(page)

    await page.reload()
    await expect(page.locator("input[name=line1]")).to_have_value("1 Mill Lane")

    await visitor.context.clear_cookies()
    await page.goto(f"{visitor.origin}/login?next=/checkout")
    await page.fill("main [name=email]", email)
    await page.fill("main [name=password]", PASSWORD)
    await page.click("main [type=submit]")
    await expect(page.locator("input[name=line1]")).to_have_value("1 Mill Lane")
    await page.click("[data-part=place]")
    await wait_for_order(page)

    assert await page.evaluate("Object.keys(sessionStorage)") == []


DENIALS = {
    "session storage": "Object.defineProperty(window, 'sessionStorage', { get() { throw new"
    " DOMException('denied', 'SecurityError') } })",
    "databases": "IDBFactory.prototype.open = () => { throw new"
    " DOMException('denied', 'SecurityError') }",
    "locks": "LockManager.prototype.request = () => Promise.reject(new"
    " DOMException('denied', 'SecurityError'))",
}


@pytest.mark.parametrize("denied", DENIALS)
async def test_a_browser_that_keeps_nothing_still_sends_what_is_added(
    visitor: Visitor, denied: str
) -> None:
    await visitor.context.add_init_script(DENIALS[denied])
    page = await visitor.open("/shop?q=gala")

    await add_and_wait(visitor, page)

    await connected(page)
    cart = await (await visitor.context.request.get(f"{visitor.origin}/api/cart")).json()
    assert [line["qty"] for line in cart["cart"]["lines"]] == [1]

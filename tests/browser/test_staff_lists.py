"""Staff's lists in Chromium: live, and in place while a form in them is sent."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser import actions
from tests.browser.browser_session import BrowserSession
from tests.browser.person import IN_CART, Person, Role
from tests.browser.visitor import connected

COUNT_TONES = """
    window.tones = 0
    const create = AudioContext.prototype.createOscillator
    AudioContext.prototype.createOscillator = function () {
        window.tones++
        return create.call(this)
    }
"""
NEWEST = ".staff-order h2"
NEAR_PX = 2


async def order_again(ada: Person, page: Page) -> str:
    """Place an order as *ada*, and return its number once *page* shows it."""
    before = await page.locator(NEWEST).all_text_contents()
    await ada.submit_ops(*({"k": "line.set", "sku": sku, "qty": 2} for sku in IN_CART))
    await actions.place_order(ada)
    await expect(page.locator(NEWEST)).to_have_count(len(before) + 1)
    return await page.locator(NEWEST).first.text_content() or ""


async def top(element: Locator) -> float:
    """Return the distance of *element* from the upper edge of the window."""
    box = await element.bounding_box()
    assert box
    return box["y"]


async def is_in_view(element: Locator) -> bool:
    """Return whether *element* is in the window."""
    script = (
        "(e) => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight }"
    )
    return bool(await element.evaluate(script))


async def save_price(product: Locator, price: str) -> None:
    """Save another price in the form of a product in the list."""
    await actions.open_row(product)
    await product.locator("[name=price]").fill(price)
    await product.locator("[name=reason]").fill("New price")
    await product.get_by_role("button", name="Save").click()


async def raise_price(product: Locator) -> str:
    """Save a price that is a penny higher, and return it."""
    price = f"{float(await product.locator('[name=price]').input_value()) + 0.01:.2f}"
    await save_price(product, price)
    return f"£{price}"


async def test_a_new_order_appears_in_the_open_list_without_a_sound(
    browser_session: BrowserSession,
) -> None:
    async with (
        browser_session.new_person(Role.SHOPPER) as ada,
        browser_session.new_person(Role.STAFF) as grace,
    ):
        await grace.context.add_init_script(COUNT_TONES)
        page = await grace.open("/staff/orders")
        await page.evaluate("window.sameLoad = true")
        all_orders = page.locator("[data-count=all] .staff-count")
        count = int(await all_orders.text_content() or "")

        first = await order_again(ada, page)
        second = await order_again(ada, page)

        assert (await page.locator(NEWEST).all_text_contents())[:2] == [second, first]
        await expect(all_orders).to_have_text(str(count + 2))
        await expect(page.locator("[data-part=said]")).to_contain_text(f"New order: {second}")
        await expect(page.locator("[data-part=live-status]")).to_contain_text("This list is live")
        assert await page.evaluate("[window.sameLoad, window.tones]") == [True, 0]
        assert ada.console_errors == grace.console_errors == []


async def test_a_new_order_is_heard_if_that_is_wanted_also_after_a_reload(
    browser_session: BrowserSession,
) -> None:
    async with (
        browser_session.new_person(Role.SHOPPER) as ada,
        browser_session.new_person(Role.STAFF) as grace,
    ):
        await grace.context.add_init_script(COUNT_TONES)
        page = await grace.open("/staff/orders")
        await page.get_by_label("Sound for new orders").check()
        assert await page.evaluate("window.tones") == 2

        await page.reload()
        await expect(page.get_by_label("Sound for new orders")).to_be_checked()
        await order_again(ada, page)

        await page.wait_for_function("window.tones === 2")
        assert grace.console_errors == []


async def test_an_order_that_a_colleague_moves_on_follows_in_the_open_list(
    browser_session: BrowserSession,
) -> None:
    async with (
        browser_session.new_person(Role.SHOPPER) as ada,
        browser_session.new_person(Role.STAFF) as grace,
    ):
        page, placed = (
            await grace.open("/staff/orders"),
            await grace.open("/staff/orders?state=placed"),
        )
        number = await order_again(ada, page)
        await expect(placed.locator(f"[id='{number}']")).to_be_visible()

        await page.get_by_role("button", name=f"Mark as packed: {number}").click()

        await expect(page.locator(f"[id='{number}'] .staff-state")).to_have_text("Packed")
        await expect(
            page.get_by_role("button", name=f"Mark as on the way: {number}")
        ).to_be_focused()
        await expect(placed.locator(f"[id='{number}']")).to_have_count(0)


async def test_saving_the_23rd_product_keeps_the_place_the_focus_and_what_is_typed_elsewhere(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/products")
        await page.evaluate("window.sameLoad = true")
        products = page.locator(".staff-product")
        product, other = products.nth(22), products.nth(21)
        await (await actions.open_row(other)).locator("[name=reason]").fill("Not sent yet")
        await product.scroll_into_view_if_needed()
        await actions.open_row(product)
        before = await top(product)

        price = await raise_price(product)

        await expect(page.locator(".notices")).to_contain_text(price)
        await expect(product.locator(".staff-price .hint")).to_have_text(f"now {price}")
        assert abs(await top(product) - before) < NEAR_PX
        await expect(product.get_by_role("button", name="Save")).to_be_focused()
        await expect(other.locator("[name=reason]")).to_have_value("Not sent yet")

        again = await raise_price(product)

        await expect(page.locator(".notices")).to_contain_text(again)
        assert await page.evaluate("window.sameLoad") is True
        assert grace.console_errors == []


async def test_what_is_typed_in_a_row_outlives_a_reload_until_it_is_saved(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/products")
        product = page.locator(".staff-product").nth(6)
        reason = product.locator("[name=reason]")
        await actions.open_row(product)
        await reason.fill("Counted by hand")

        await page.reload()

        await expect(reason).to_be_visible()
        await expect(reason).to_have_value("Counted by hand")
        price = await raise_price(product)
        await expect(page.locator(".notices")).to_contain_text(price)
        await page.reload()
        await expect(page.locator("[data-part=live-status]")).to_be_visible()
        await actions.open_row(product)
        await expect(reason).to_have_value("")


async def test_without_javascript_the_page_comes_back_at_the_product_that_was_saved(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF, java_script_enabled=False) as grace:
        page = await grace.open("/staff/products")
        product = page.locator(".staff-product").nth(22)

        price = await raise_price(product)

        await expect(page.locator(".notices")).to_contain_text(price)
        assert await is_in_view(product)


async def test_a_large_change_in_the_list_is_asked_about_and_comes_back_to_its_place(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/products")
        product = page.locator(".staff-product").nth(20)
        await save_price(product, "999.99")

        await expect(page.locator("main .error")).to_contain_text("Nothing has been changed yet.")
        await page.get_by_role("button", name="Save").click()

        await expect(page.locator(".notices")).to_contain_text("£999.99")
        assert await is_in_view(page.locator(".staff-product").nth(20))


async def test_a_refused_edit_shows_its_page_with_what_was_typed(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/products")
        await save_price(page.locator(".staff-product").nth(3), "a lot")

        await expect(page.locator("main .error")).to_be_visible()
        await expect(page.locator("[name=price]")).to_have_value("a lot")
        await expect(page.locator("[name=price]")).to_be_focused()


async def test_without_a_line_a_form_says_so_and_keeps_what_was_typed(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/products")
        product = page.locator(".staff-product").nth(3)
        await page.route("**/staff/**", lambda route: route.abort())

        price = await raise_price(product)

        await expect(page.locator("[data-part=said]")).to_contain_text("No answer from the shop")
        await expect(product.locator("[name=price]")).to_have_value(price[1:])
        await page.unroute_all()
        await product.get_by_role("button", name="Save").click()
        await expect(page.locator(".notices")).to_contain_text(price)


async def test_after_signing_out_elsewhere_what_was_typed_is_kept_and_can_be_saved(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/products")
        await connected(page)
        product = page.locator(".staff-product").nth(4)
        cookies = await grace.context.cookies()
        await grace.context.clear_cookies()

        price = await raise_price(product)

        await expect(page.locator("[data-part=said]")).to_contain_text("no longer signed in")
        await expect(product.locator("[name=price]")).to_have_value(price[1:])
        await grace.context.add_cookies(cookies)  # type: ignore[arg-type]
        await product.locator("form").evaluate("form => form.requestSubmit()")
        await expect(page.locator(".notices")).to_contain_text(price)


async def test_a_list_that_is_not_live_any_more_says_since_when(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/orders")
        await page.route("**/staff/changes.json", lambda route: route.abort())

        status = page.locator("[data-part=live-status]")
        await expect(status).to_have_text(
            re.compile(
                r"^No answer from the shop: this list is as of \d\d:\d\d:\d\d\. Trying again\.$"
            )
        )
        await page.unroute_all()
        await expect(status).to_contain_text("This list is live")


PRINTED: list[tuple[Role, str, str]] = [
    (Role.SHOPPER, "/orders", ".order-card"),
    (Role.STAFF, "/staff/orders", ".staff-order address"),
    (Role.STAFF, "/staff/products", ".staff-product .price"),
    (Role.STAFF, "/staff/carts", ".staff-table tbody tr"),
    (Role.STAFF, "/staff/log", "h1"),
]


@pytest.mark.parametrize(("role", "path", "content"), PRINTED)
async def test_a_list_is_printed_without_buttons_and_menus(
    browser_session: BrowserSession, role: Role, path: str, content: str
) -> None:
    async with browser_session.new_person(role) as person:
        await actions.place_order(person)
        if role is Role.STAFF:
            await person.submit_ops({"k": "line.set", "sku": IN_CART[0], "qty": 2})
        page = await person.open(path)
        await assert_printed(page, content)


async def test_an_order_is_printed_without_buttons_and_menus(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.SHOPPER) as ada:
        await actions.place_order(ada)
        page = await ada.open("/orders")
        await actions.open_order(ada, page)
        await assert_printed(page, ".order-lines tbody tr", ".totals", "address")


async def assert_printed(page: Page, *contents: str) -> None:
    """Check that the page shows *contents* on paper, and nothing that can be pressed."""
    media: dict[str, Any] = {"media": "print"}
    await page.emulate_media(**media)
    for content in contents:
        await expect(page.locator(content).first).to_be_visible()
    pressable = "button, input, select, nav, form[role=search], .button, .button-quiet, .top, .foot"
    visible = page.locator(pressable).filter(visible=True)
    assert await visible.all_text_contents() == []

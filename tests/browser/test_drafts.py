"""What is typed in a form and not sent is filled in again; what was sent and answered is not."""

from uuid import uuid4

from playwright.async_api import Page, Route, expect

from tests.browser.browser_session import BrowserSession
from tests.browser.person import IN_CART, Person, Role
from tests.browser.test_purchase import HOME, fill_in_address, wait_for_order
from tests.browser.visitor import PASSWORD, Visitor, connected

STREET = "main input[name=line1]"
NEW_ADDRESS = "/account/addresses/new"


async def sign_in(page: Page, email: str) -> None:
    """Sign in on the sign-in page that was led to."""
    await page.fill("main [name=email]", email)
    await page.fill("main [name=password]", PASSWORD)
    await page.click("main [type=submit]")


async def register_anew(visitor: Visitor) -> str:
    """Register another account, and return its e-mail address."""
    email = f"{uuid4().hex}@browser.example"
    await visitor.context.clear_cookies()
    await visitor.register(email)
    return email


async def test_an_address_is_kept_over_a_reload_and_over_signing_in_again_until_it_is_saved(
    visitor: Visitor,
) -> None:
    email = await register_anew(visitor)
    page = await visitor.open(NEW_ADDRESS)
    await fill_in_address(page)
    await page.reload()
    await expect(page.locator(STREET)).to_have_value(HOME["line1"])
    await connected(page)  # without its cookies a page that connects asks for them by itself

    await visitor.context.clear_cookies()
    await page.click("main form [type=submit]")
    await sign_in(page, email)
    await page.wait_for_url(f"**{NEW_ADDRESS}")
    await expect(page.locator(STREET)).to_have_value(HOME["line1"])

    await page.fill("main input[name=postcode]", "NOT A POSTCODE !!")
    await page.click("main form [type=submit]")
    await expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    visitor.console_errors.clear()  # Chromium reports the status 400
    await page.goto(visitor.origin + NEW_ADDRESS)
    await expect(page.locator(STREET)).to_have_value(HOME["line1"])
    await page.fill("main input[name=postcode]", HOME["postcode"])
    await page.click("main form [type=submit]")
    await expect(page.locator(".own-item >> text=1 Mill Lane")).to_have_count(1)

    await page.goto(visitor.origin + NEW_ADDRESS)
    await connected(page)
    await expect(page.locator(STREET)).to_have_value("")
    assert await page.evaluate("Object.keys(sessionStorage)") == []


async def test_a_name_that_was_changed_elsewhere_is_not_hidden_by_one_that_was_typed_before(
    visitor: Visitor,
) -> None:
    page, there = await visitor.open("/account"), await visitor.open("/account")
    await page.fill("#name", "Ada")
    await page.reload()
    await expect(page.locator("#name")).to_have_value("Ada")

    await there.fill("#name", "Grace")
    await there.click("form[action='/account/name'] [type=submit]")
    await expect(there.locator(".notices")).to_contain_text("Your name is changed.")
    await page.reload()

    await connected(page)
    await expect(page.locator("#name")).to_have_value("Grace")


async def test_an_address_outlives_an_order_that_did_not_reach_the_shop(
    browser_session: BrowserSession,
) -> None:
    async def lose(route: Route) -> None:
        is_order = route.request.method == "POST"
        await (route.abort() if is_order else route.continue_())

    async with browser_session.new_person(Role.SHOPPER) as ada:
        await ada.context.route("**/checkout", lose)
        page = await ada.open("/checkout")
        await connected(page)
        await fill_in_address(page)
        async with page.expect_event("requestfailed"):
            await page.click("[data-part=place]")
        await ada.context.unroute("**/checkout")

        await page.goto(f"{ada.origin}/orders")
        await page.goto(f"{ada.origin}/checkout")
        await expect(page.locator(STREET)).to_have_value(HOME["line1"])
        await connected(page)
        await page.click("[data-part=place]")
        await wait_for_order(page)


async def test_an_order_that_the_browser_gave_up_can_be_placed_once_more(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.SHOPPER) as ada:
        await ada.context.clock.install()
        await ada.context.route(
            "**/checkout",
            lambda route: (
                route.fulfill(status=204) if route.request.method == "POST" else route.continue_()
            ),
        )
        page = await ada.open("/checkout")
        await connected(page)
        await fill_in_address(page)
        async with page.expect_response("**/checkout"):
            await page.click("[data-part=place]")
        await expect(page.locator("[data-part=place-why]")).to_contain_text("being placed")
        await ada.context.unroute("**/checkout")

        await page.clock.run_for(10_000)
        await page.click("[data-part=place]")

        await wait_for_order(page)


async def test_a_new_product_is_kept_when_the_login_of_staff_has_ended(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/new-product")
        await page.fill("#description", "Creamy, from Scottish oats")
        await page.select_option("#sold", "no")

        await page.reload()

        await expect(page.locator("#description")).to_have_value("Creamy, from Scottish oats")
        await expect(page.locator("#sold")).to_have_value("no")


async def test_typed_without_the_focus_stays_when_the_cart_changes_elsewhere(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.SHOPPER) as ada:
        page = await ada.open("/cart")
        await connected(page)
        qty = f"main [data-rows=lines] > [data-sku={IN_CART[0]}] [data-part=qty]"
        for field, text in ((qty, "6"), ("#note", "ring twice")):
            await page.locator(field).evaluate(
                "(field, text) => { field.value = text;"
                " field.dispatchEvent(new Event('input', { bubbles: true })) }",
                text,
            )

        await change_elsewhere(ada)
        await expect(page.locator("main .row:nth-child(2) [data-part=qty]")).to_have_value("9")

        await expect(page.locator(qty)).to_have_value("6")
        await expect(page.locator("#note")).to_have_value("ring twice")
        await page.locator("h1").click()
        await expect(page.locator("body:not([data-waits])")).to_be_attached()
        assert (await ada.saved_cart())[IN_CART[0]] == 6


async def change_elsewhere(ada: Person) -> None:
    """Change the first two lines and the note as another device would."""
    await ada.submit_ops(
        {"k": "line.set", "sku": IN_CART[0], "qty": 4},
        {"k": "note.set", "text": "from elsewhere"},
        {"k": "line.set", "sku": IN_CART[1], "qty": 9},
    )

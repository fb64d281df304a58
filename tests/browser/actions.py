"""Actions that bring a page into a state: input, network failures, and changes in the database."""

from dataclasses import replace
from random import randrange
from uuid import uuid4

from playwright.async_api import Locator, Page, Route, WebSocketRoute, expect

from tests.browser.person import IN_CART, Person, Role
from tests.browser.visitor import connected
from tests.e2e.catalog import FEW, FEW_LEFT, PLENTY, price
from tests.e2e.orders import HOME

MORE = "main :is([data-part=add], [data-part=more]):visible"
STATUS = "[data-part=status]"
OK_COUNT = "[data-part=verdict-ok]"
FAILURES = 20
"""So many failed sign-ins make the next wait for a minute."""
RISEN, FALLEN, SOLD_OUT, GONE = PLENTY[60:64]
EDITED = "kidney-beans-400g"
"""Products that no other scene needs at their usual price."""


async def sign_in_with_wrong_password(_: Person, page: Page) -> None:
    """Sign in with a wrong password."""
    await page.fill("main [name=email]", "ada@shop.example")
    await page.fill("main [name=password]", "no password of hers")
    await page.click("main [type=submit]")
    await expect(page.locator("main .error")).to_be_visible()


async def exceed_sign_in_failures(person: Person, page: Page) -> None:
    """Sign in where wrong passwords were tried until the rate limit refuses more."""
    email = f"{uuid4().hex}@browser.example"
    person.live_database.fail_sign_ins(email, FAILURES)
    await page.fill("main [name=email]", email)
    await page.fill("main [name=password]", "nor is this")
    await page.click("main [type=submit]")
    await expect(page.locator("main .error")).to_contain_text("Too many attempts")


async def submit_cross_site_form(person: Person, page: Page) -> None:
    """Submit a form of the shop from a page of another origin."""
    action = f"{person.origin}/cart/add"
    await page.goto("about:blank")
    await page.set_content(f'<form method="post" action="{action}"><button>Win!</button></form>')
    await page.get_by_role("button").click()
    await expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()


async def open_under_wrong_host(person: Person, page: Page) -> None:
    """Open the shop under a host name that is not one of its origins."""
    await page.goto(person.origin.replace("127.0.0.1", "elsewhere.localhost"))
    await expect(page.get_by_role("heading", name="Wrong address")).to_be_visible()


async def save_while_database_locked(person: Person, page: Page) -> None:
    """Save a form while another connection holds the write lock of the database."""
    with person.live_database.write_locked():
        await page.locator("form[action='/account/name'] [type=submit]").click()
        await expect(page.get_by_role("heading", name="Please try again")).to_be_visible()


async def corrupt_cart(person: Person) -> None:
    """Make the cart unreadable, so that every page that shows it fails."""
    person.live_database.corrupt_cart(person.account)


async def reload_with_panel_folded(_: Person, page: Page) -> None:
    """Fold the cart panel, and reload the page."""
    await page.locator("[data-part=fold]").dispatch_event("click")
    await page.reload()
    await connected(page)
    await expect(page.locator("#panel-cart")).to_be_hidden()


async def open_sheet(_: Person, page: Page) -> None:
    """Open the cart sheet, at the width of a phone."""
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.reload()
    await connected(page)
    await page.locator(".bar [data-part=to-cart]").click()
    await expect(page.get_by_role("dialog", name="Cart")).to_be_visible()


async def register_with_weak_password(_: Person, page: Page) -> None:
    """Register with a common password, which is refused."""
    await page.fill("main [name=name]", "Ada")
    await page.fill("main [name=email]", f"{uuid4().hex}@browser.example")
    await page.fill("main [name=password]", "password1")
    await page.click("main [type=submit]")
    await expect(page.locator("main .error")).to_be_visible()


async def cause_line_problems(person: Person) -> None:
    """Prepare a cart in which each line has another problem: price, stock, product gone."""
    live_database = person.live_database
    # The last one's state changes, if this is not the first time: then all others are there too.
    for sku in (RISEN, FALLEN, FEW, SOLD_OUT, GONE):
        live_database.restore_product(sku, FEW_LEFT if sku == FEW else 500)
        await person.wait_for_state(sku, "ok")
    wanted = ((RISEN, 2), (FALLEN, 1), (SOLD_OUT, 1), (GONE, 1), (FEW, 6))
    await person.submit_ops(
        *({"k": "line.set", "sku": sku, "qty": qty} for sku, qty in wanted),
        {"k": "line.save", "sku": IN_CART[0]},
        {"k": "note.set", "text": "Please ring twice."},
        {"k": "voucher.set", "code": "FIVEOFF"},
    )
    live_database.set(RISEN, price(RISEN) + 15)
    live_database.set(FALLEN, price(FALLEN) - 20)
    live_database.set(SOLD_OUT, stock=0)
    live_database.set(FEW, stock=3)
    live_database.withdraw_product(GONE)
    await person.wait_for_state(GONE, "gone")


async def place_order(person: Person, deliver: dict[str, str] = HOME) -> None:
    """Place an order of everything in the cart."""
    cart = await (await person.context.request.get(f"{person.origin}/api/cart")).json()
    total = cart["cart"]["totals"]["total"]
    body = {"key": str(uuid4()), "at": cart["at"], "total": total, "deliver": deliver}
    await person.post("/api/orders", body | {"pay": "on_delivery"})


async def open_order(_: Person, page: Page) -> None:
    """Open the newest order."""
    await page.locator(".order-card a").first.click()
    await expect(page.locator(".timeline")).to_be_visible()


async def open_receipt(person: Person, page: Page) -> None:
    """From the receipt of an order that there is not, go to that of the newest."""
    await page.goto(f"{person.origin}/orders")
    await open_order(person, page)
    await page.locator("a[href$='/receipt']").click()
    await expect(page.locator(".document h2")).to_be_visible()


async def cancel_order(person: Person, page: Page) -> None:
    """Cancel the newest order."""
    await open_order(person, page)
    await page.get_by_role("link", name="Cancel order").click()
    await page.get_by_role("button", name="Cancel order").click()
    await expect(page.locator("main [data-part=state]")).to_have_text("Cancelled")


async def ask_to_cancel(person: Person, page: Page) -> None:
    """From the question about an order that there is not, go to that about the newest."""
    await page.goto(f"{person.origin}/orders")
    await open_order(person, page)
    await page.get_by_role("link", name="Cancel order").click()
    await page.get_by_role("button", name="Cancel order").wait_for()


async def ask_to_cancel_as_staff(person: Person, page: Page) -> None:
    """From the question about an order that there is not, go to that about the newest."""
    await page.goto(f"{person.origin}/staff/orders")
    await page.locator('a[href*="/cancel"]').first.click()
    await page.get_by_role("button", name="Cancel").first.wait_for()


async def ask_to_remove_address(person: Person, page: Page) -> None:
    """From the question about an address that there is not, go to that about a new one."""
    await page.goto(f"{person.origin}/account/addresses/new")
    for name, value in HOME.items():
        await page.locator(f"main [name={name}]").fill(value)
    await page.locator("main form button[type=submit]").first.click()
    await page.locator('a[href$="/remove"]').first.click()
    await page.locator("main form button").first.wait_for()


async def advance_order(_: Person, page: Page) -> None:
    """Mark the newest order as packed, as staff."""
    await page.get_by_role("button", name="Mark as packed").first.click()
    await expect(page.locator(".notices")).to_contain_text(": packed.")


async def open_row(product: Locator) -> Locator:
    """Open the row of *product* in staff's list, and return its form."""
    if not await product.locator("details[open]").count():
        await product.locator("summary").click()
    return product.locator("form")


async def edit_product(_: Person, page: Page) -> None:
    """Change a product's price and stock, as staff."""
    form = await open_row(page.locator(f"#{EDITED}"))
    await form.locator("[name=price]").fill("1.10")
    await form.locator("[name=stock_by]").fill(f"+{randrange(1, 90)}")
    await form.locator("[name=reason]").fill("Delivery")
    await form.get_by_role("button", name="Save").click()
    await expect(page.locator(".notices")).to_contain_text("in stock")


async def edit_with_invalid_values(_: Person, page: Page) -> None:
    """Save a product with invalid values, which is refused."""
    form = await open_row(page.locator(f"#{EDITED}"))
    await form.locator("[name=price]").fill("two pounds")
    await form.locator("[name=stock_by]").fill("some")
    await form.locator("[name=reason]").fill("Delivery")
    await form.get_by_role("button", name="Save").click()
    await expect(page.locator("[aria-invalid=true]").first).to_be_visible()


async def record_product_edit(person: Person) -> None:
    """Edit a product, so that the audit log has an entry."""
    person.live_database.set(EDITED, price(EDITED) + randrange(1, 90))


async def edit_after_another(person: Person, page: Page) -> None:
    """Save a product that was changed after the form was loaded, which is a conflict."""
    await record_product_edit(person)
    form = page.locator(".staff-edit")
    await form.locator("[name=price]").fill("1.05")
    await form.locator("[name=reason]").fill("Offer")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Changed meanwhile")).to_be_visible()


async def add_invalid_product(_: Person, page: Page) -> None:
    """Submit a new product with invalid values, which is refused."""
    for name in ("name", "unit", "slug", "description"):
        await page.locator(f"main [name={name}]").fill("oat drink")
    await page.locator("main [name=sku]").fill("Oat drink")
    await page.locator("main [name=price]").fill("cheap")
    await page.locator("main [name=tax]").fill("twenty")
    await page.locator("main [name=stock]").fill("many")
    await page.get_by_role("button", name="Add product").click()
    await expect(page.locator("[aria-invalid=true]").first).to_be_visible()


async def watch_stats(person: Person, page: Page) -> None:
    """Submit an op, and wait until the statistics of the staff dashboard change."""
    await connected(page)
    before = await _ok_count(page)
    await person.submit_ops({"k": "line.set", "sku": IN_CART[1], "qty": 5})
    await expect(page.locator(OK_COUNT)).not_to_have_text(before)


async def watch_stats_offline(person: Person, page: Page) -> None:
    """Lose the network on the staff dashboard."""
    await person.context.set_offline(True)
    await expect(page.locator("[data-part=news]")).to_contain_text("does not answer")


async def _ok_count(page: Page) -> str:
    return await page.locator(OK_COUNT).inner_text()


async def sell_out(person: Person) -> None:
    """Set the stock of a product to 0."""
    person.live_database.set(SOLD_OUT, stock=0)
    await person.wait_for_state(SOLD_OUT, "sold_out")


async def press_all_buttons(_: Person, page: Page) -> None:
    """Press every button of the page that requests figures."""
    await connected(page)
    for button in await page.locator("main button[name=try]").all():
        await button.click()
    await page.wait_for_load_state("networkidle")


async def submit_plain_form(person: Person) -> None:
    """Submit a cart form as a browser without JavaScript does; the next page shows its notice."""
    form: dict[str, str | float | bool] = {
        "key": str(uuid4()),
        "next": "/cart",
        "sku": IN_CART[0],
        "qty": "5",
    }
    url = f"{person.origin}/cart/set"
    assert (await person.context.request.post(url, form=form, max_redirects=0)).status == 303


async def block_websocket(person: Person) -> None:
    """Accept websockets without answering, and no events: the page stays in “connecting”."""

    def hold(_: WebSocketRoute | Route) -> None:
        """Send nothing."""

    await person.context.route_web_socket("**/ws", hold)
    await person.context.route("**/api/cart/events*", hold)


async def wait_for_status(_: Person, page: Page) -> None:
    """Wait until the page shows its connection status."""
    await expect(page.locator(STATUS).first).to_be_visible()


async def wait_for_http(person: Person, page: Page) -> None:
    """Wait until the page uses HTTP, because no websocket opens."""
    await wait_for_status(person, page)
    await expect(page.locator("body")).to_have_attribute("data-link", "slow")


async def check_out_offline(person: Person, page: Page) -> None:
    """Press “Check out” without a network."""
    await go_offline(person, page)
    await page.locator("main a[href='/checkout']").click()
    await expect(page.get_by_role("button", name="Stay on this page")).to_be_visible()


async def go_offline(person: Person, page: Page) -> None:
    """Lose the network, and make three changes offline."""
    await connected(page)
    await person.context.set_offline(True)
    for _ in range(3):
        await page.locator(MORE).first.click()
    await wait_for_status(person, page)


async def go_offline_and_back(person: Person, page: Page) -> None:
    """Lose the network, make three changes offline, and reconnect."""
    await go_offline(person, page)
    await person.context.set_offline(False)
    await expect(page.locator("#notices > li").first).to_be_visible()


async def remove_line(_: Person, page: Page) -> None:
    """Remove a line: in the cart, or on a product card if the cart is not visible."""
    await connected(page)
    remove = page.locator("[data-part=remove]:visible")
    if await remove.count():
        await remove.first.click()
    else:
        await page.locator("main [data-part=add]:visible").first.click()
        await page.locator("main [data-part=less]:visible").first.click()
    await expect(page.locator(".toast [data-part=rev]").first).to_be_attached()


async def lose_session(person: Person, page: Page) -> None:
    """Delete the cookies and cut the connection: the page shows the sign-in dialog."""
    await connected(page)
    await person.context.clear_cookies()
    person.network_proxy.cut()
    await expect(page.locator("dialog#login")).to_be_visible()


async def change_account(person: Person, page: Page) -> None:
    """Change the login while the page is offline with a change, and let it reconnect."""
    await connected(page)
    assert person.context.browser
    elsewhere = await person.context.browser.new_context()
    other = replace(person, context=elsewhere)
    await other.sign_in_as(Role.NEWCOMER)
    person.network_proxy.go_down()
    await page.locator(MORE).first.click()
    await person.context.clear_cookies()
    await person.context.add_cookies(await elsewhere.cookies())  # type: ignore[arg-type]
    await elsewhere.close()
    person.network_proxy.go_up()
    heading = page.get_by_role("heading", name="Another account is signed in")
    await expect(heading).to_be_visible()


async def open_keyboard_help(_: Person, page: Page) -> None:
    """Open the list of keyboard shortcuts."""
    await connected(page)
    await page.keyboard.press("?")
    await expect(page.locator("dialog:modal")).to_be_visible()


async def type_search(_: Person, page: Page) -> None:
    """Type a word into the search field, and wait for suggestions."""
    await page.locator("#q").press_sequentially("apple")
    await expect(page.locator("#suggestions [role=option]").first).to_be_visible()


async def submit_without_name(_: Person, page: Page) -> None:
    """Save the profile form with an empty name, which is refused."""
    form = page.locator("form[action='/account/name']")
    await form.locator("[name=name]").fill(" ")
    await form.locator("[type=submit]").click()
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()


async def open_an_account(person: Person, page: Page) -> None:
    """From the page of an account that there is not, go to that of a shopper."""
    person.live_database.add_account(f"{uuid4().hex}@browser.example", "Bob")
    await page.goto(f"{person.origin}/staff/accounts?q=bob")
    await page.get_by_role("link", name="Bob").first.click()
    await page.get_by_role("heading", name="Where they are signed in").wait_for()


async def ask_to_disable(person: Person, page: Page) -> None:
    """From the question about an account that there is not, go to that about a shopper's."""
    await open_an_account(person, page)
    await page.get_by_role("link", name="Disable the account").click()
    await page.get_by_role("button", name="Disable the account").wait_for()

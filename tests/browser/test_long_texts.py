"""Long texts without a space, and large letters: nothing is cut, covered or too wide."""

from playwright.async_api import Page, expect
from sqlalchemy import Connection, update

from app.store.catalog import increment_revision
from app.store.engines import connect
from app.store.queries import run_query
from app.store.tables import products
from tests.browser.actions import cause_line_problems, place_order
from tests.browser.browser_session import BrowserSession
from tests.browser.clipping import clipped
from tests.browser.person import IN_CART, Person, Role
from tests.browser.visitor import connected

LONG = "W" * 100
"""The longest name, search and line of an address, in the widest letter."""
ADDRESS = {"name": LONG, "line1": LONG, "line2": LONG, "city": LONG, "postcode": "BA1 1AA"}
NAMED = IN_CART[0]
"""The product whose name and unit are long."""
WIDTHS = (320, 390, 720, 1440)
TEXT_SIZES = (16, 24)
OPEN_PATHS = ("/", f"/shop?q={LONG}", "/login", "/register")
SHOPPER_PATHS = (
    "/",
    "/shop?q=gala",
    "/p/gala-apples",
    "/cart",
    "/checkout",
    "/orders",
    "/account",
    "/account/addresses/new",
    "/how-it-works",
    "/no-such-page",
)
STAFF_PATHS = (
    "/staff/orders",
    "/staff/products?q=gala",
    f"/staff/products?q={LONG}",
    f"/staff/products/{NAMED}",
    "/staff/new-product",
    "/staff/carts",
    "/staff/accounts",
    "/staff/log",
    "/staff/live",
)
FIND_COVERED = """() => [...document.querySelectorAll(".row")].filter((row) => {
  const news = row.querySelector(".row-tinted")
  const line = row.querySelector(".row-form").getBoundingClientRect()
  return news?.checkVisibility() && news.getBoundingClientRect().top < line.bottom
}).map((row) => `covered: ${row.dataset.sku}`)"""

Faults = dict[str, list[str]]


async def faults(page: Page) -> Faults:
    """Return what is cut, covered or too wide on *page*, by width and the browser's text size."""
    browser = await page.context.new_cdp_session(page)
    found = {}
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        for size in TEXT_SIZES:
            await browser.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
            if wrong := [*await clipped(page), *await page.evaluate(FIND_COVERED)]:
                found[f"{width} px, text of {size} px"] = wrong
    return found


async def faults_by_path(person: Person, *paths: str) -> dict[str, Faults]:
    """Return the faults of each of *paths* that has any."""
    page = await person.open("/")
    by_path = {}
    for path in paths:
        await page.goto(person.origin + path)
        by_path[path[:30]] = await faults(page)
    await page.close()
    return {path: found for path, found in by_path.items() if found}


async def write_long_texts(person: Person) -> None:
    """Have the longest texts in an order with its note and address, and in a product."""
    run_query(connect(person.server.database), _name_product, NAMED)
    await person.submit_ops({"k": "note.set", "text": "W" * 500})
    await place_order(person, ADDRESS)


def _name_product(connection: Connection, sku: str) -> None:
    values = {"name": LONG, "unit": LONG[:40], "moved": increment_revision(connection)}
    connection.execute(update(products).where(products.c.sku == sku).values(values))


async def test_nothing_is_cut_covered_or_wider_than_the_screen(
    browser_session: BrowserSession,
) -> None:
    found = {}
    async with browser_session.new_person(Role.SHOPPER) as shopper:
        await write_long_texts(shopper)
        await shopper.submit_ops({"k": "line.set", "sku": NAMED, "qty": 2})
        await cause_line_problems(shopper)
        found["shopper"] = await faults_by_path(shopper, *SHOPPER_PATHS)
        page = await shopper.open("/orders")
        await page.locator(".order-card a").click()
        found["order"] = {"/orders/…": await faults(page)}
        await page.set_viewport_size({"width": 390, "height": 800})
        await page.goto(shopper.origin + "/shop")
        await connected(page)
        await page.locator(".bar [data-part=to-cart]").click()
        await expect(page.get_by_role("dialog", name="Cart")).to_be_visible()
        found["sheet"] = {"/shop": {"390 px": cut}} if (cut := await clipped(page)) else {}
    async with browser_session.new_person(Role.STAFF) as staff:
        found["staff"] = await faults_by_path(staff, *STAFF_PATHS)
    async with browser_session.new_person(Role.SIGNED_OUT) as stranger:
        found["signed out"] = await faults_by_path(stranger, *OPEN_PATHS)

    assert {who: each for who, each in found.items() if any(each.values())} == {}

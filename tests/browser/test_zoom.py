"""Pages at 200 % zoom: half the width and height, and nothing clipped."""

from collections.abc import Iterable
from urllib.parse import urljoin

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.clipping import clipped
from tests.browser.visitor import Visitor, settled
from tests.e2e.server import Server

APPLES = "gala-apples-500g"
ZOOMED = ViewportSize(width=640, height=400)
"""The viewport of a window of 1280 x 800 at 200 %."""
SIGNED_OUT_PATHS = (
    "/",
    "/shop",
    "/how-it-works",
    "/privacy",
    "/login",
    "/register",
    "/nothing-here",
)
SIGNED_IN_PATHS = (
    "/",
    "/shop",
    "/p/gala-apples",
    "/cart",
    "/checkout",
    "/orders",
    "/account",
    "/account/addresses/new",
    "/how-it-works",
)


async def clipped_by_path(page: Page, paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the clipped elements by path, for those of *paths* that have any."""
    found = {}
    for path in paths:
        await page.goto(urljoin(page.url, path))
        found[path] = await clipped(page)
    return {path: each for path, each in found.items() if each}


async def test_at_200_percent_nothing_is_clipped_and_nothing_scrolls_sideways(
    browser: Browser, server: Server
) -> None:
    context = await browser.new_context(viewport=ZOOMED, device_scale_factor=2)
    visitor = Visitor(context, server.origin)
    page = await visitor.open("/")
    assert await clipped_by_path(page, SIGNED_OUT_PATHS) == {}
    await visitor.register("reads.large@browser.example")
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await settled(page)

    assert await clipped_by_path(page, SIGNED_IN_PATHS) == {}

    await page.goto(server.origin + "/shop")
    await page.locator(".bar [data-part=to-cart]").click()
    await expect(page.get_by_role("dialog", name="Cart")).to_be_visible()
    assert await clipped(page) == []
    await page.locator("#sheet").get_by_role("link", name="Check out").click()
    await page.wait_for_url("**/checkout")
    await context.close()


async def test_a_clipped_element_is_found(browser: Browser, server: Server) -> None:
    context = await browser.new_context(viewport=ZOOMED)
    page = await Visitor(context, server.origin).open("/login")
    await page.locator("h1").evaluate(
        "(title) => { title.style.width = '9px'; title.style.overflow = 'hidden' }"
    )

    assert await clipped(page) == ['<h1 class="">']
    await context.close()

"""Measures the layout shift of pages while 20 updates a second arrive."""

import asyncio

from bench.page.result import Result
from tests.browser.browser_session import DISPLAYS, BrowserSession, Display
from tests.browser.layout_shift import NEGLIGIBLE, Shifts, shifts, watch_shifts
from tests.browser.person import IN_CART
from tests.browser.scenes import BY_NAME
from tests.browser.visitor import connected

SCENES = ("home-signed-in", "shop-cart-filled", "product-in-cart", "cart-filled")
UPDATES_PER_S = 20
SECONDS = 5


async def measure_shift(browser_session: BrowserSession) -> Result:
    """Open pages with a cart in both widths, while prices and stock change all the time."""
    results = {
        f"{name}, {display.name}": await _watch(browser_session, name, display)
        for name in SCENES
        for display in (DISPLAYS[0], DISPLAYS[2])
    }
    worst = max(one.alone for one in results.values())
    after_input = max(one.after_input for one in results.values())
    faults = [
        f"{name}: {one.alone:.4f}: {one.moved[:4]}" for name, one in results.items() if one.alone
    ]
    return Result(f"{worst:.2f} (after input {after_input:.2f})", worst < NEGLIGIBLE, faults)


async def _watch(browser_session: BrowserSession, name: str, display: Display) -> Shifts:
    async with browser_session.open_scene(BY_NAME[name], **display.context_options) as opened:
        await connected(opened.page)
        await watch_shifts(opened.page)
        cards = opened.page.locator("main [data-card]")
        on_page = [await card.get_attribute("data-sku") or "" for card in (await cards.all())[:8]]
        await browser_session.live_database.keep_changing(
            (*IN_CART, *on_page), UPDATES_PER_S, SECONDS
        )
        await asyncio.sleep(1)
        return await shifts(opened.page)

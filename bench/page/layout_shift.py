"""Measures the layout shift of pages while 20 updates a second arrive."""

import asyncio

from bench.page.result import Result
from tests.browser.player import IN_CART
from tests.browser.scenes import BY_NAME
from tests.browser.shift import NOTHING, Shifts, shifts, watch_shifts
from tests.browser.stage import LOOKS, Look, Stage
from tests.browser.visitor import connected

SCENES = ("home-signed-in", "shop-cart-filled", "product-in-cart", "cart-filled")
A_SECOND = 20
SECONDS = 5


async def measure_shift(stage: Stage) -> Result:
    """Open pages with a cart in both widths, while prices and stock change all the time."""
    results = {
        f"{name}, {look.name}": await _watch(stage, name, look)
        for name in SCENES
        for look in (LOOKS[0], LOOKS[2])
    }
    worst = max(one.alone for one in results.values())
    after_input = max(one.after_input for one in results.values())
    faults = [
        f"{name}: {one.alone:.4f}: {one.moved[:4]}" for name, one in results.items() if one.alone
    ]
    return Result(f"{worst:.2f} (after input {after_input:.2f})", worst < NOTHING, faults)


async def _watch(stage: Stage, name: str, look: Look) -> Shifts:
    async with stage.play(BY_NAME[name], **look.context) as play:
        await connected(play.page)
        await watch_shifts(play.page)
        cards = play.page.locator("main [data-card]")
        on_page = [await card.get_attribute("data-sku") or "" for card in (await cards.all())[:8]]
        await stage.market.bustle((*IN_CART, *on_page), A_SECOND, SECONDS)
        await asyncio.sleep(1)
        return await shifts(play.page)

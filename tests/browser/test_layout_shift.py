"""Changes of prices and stock cause no layout shift."""

import asyncio

import pytest

from tests.browser.browser_session import DISPLAYS, BrowserSession, Display
from tests.browser.layout_shift import NEGLIGIBLE, shifts, watch_shifts
from tests.browser.person import IN_CART
from tests.browser.scenes import BY_NAME
from tests.browser.visitor import connected

UPDATES_PER_S = 20
SECONDS = 2
NOT_IN_CART = ("granny-smith-apples-1kg", "bramley-apples-1kg", "braeburn-apples-1kg")


@pytest.mark.parametrize("display", [DISPLAYS[0], DISPLAYS[2]], ids=["phone", "desktop"])
async def test_price_and_stock_changes_cause_no_layout_shift(
    browser_session: BrowserSession, display: Display
) -> None:
    async with browser_session.open_scene(
        BY_NAME["shop-cart-filled"], **display.context_options
    ) as opened:
        await connected(opened.page)
        await watch_shifts(opened.page)
        await browser_session.live_database.keep_changing(
            (*IN_CART, *NOT_IN_CART), UPDATES_PER_S, SECONDS
        )
        await asyncio.sleep(0.5)
        seen = await shifts(opened.page)

    assert seen.alone < NEGLIGIBLE, seen

"""Nothing on a page moves while prices and stock do."""

import asyncio

import pytest

from tests.browser.player import IN_CART
from tests.browser.scenes import BY_NAME
from tests.browser.shift import NOTHING, shifts, watch_shifts
from tests.browser.stage import LOOKS, Look, Stage
from tests.browser.visitor import connected

A_SECOND = 20
SECONDS = 2
ON_SHELF = ("gala-apples-500g", "gala-apples-2kg", "braeburn-apples-1kg")


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[2]], ids=["phone", "desktop"])
async def test_nothing_moves_while_prices_and_stock_do(stage: Stage, look: Look) -> None:
    async with stage.play(BY_NAME["shop-cart-filled"], **look.context) as play:
        await connected(play.page)
        await watch_shifts(play.page)
        await stage.market.bustle((*IN_CART, *ON_SHELF), A_SECOND, SECONDS)
        await asyncio.sleep(0.5)
        seen = await shifts(play.page)

    assert seen.alone < NOTHING, seen

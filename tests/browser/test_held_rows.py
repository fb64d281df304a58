"""What two shoppers see of units that are held, in the card of a product and in the cart."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from tests.browser.visitor import Visitor
from tests.e2e.server import Server

PIE = "blackberry-pie-550g"
SEARCH = "/en/shop?q=blackberry+pie"
CHIP = f"main [data-card][data-sku={PIE}] [data-part=chip]"
HOLD = f"[data-rows=lines] > [data-sku={PIE}] [data-part=hold]"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server whose holds last long enough for it to see who is there, and no longer."""
    server = Server(tmp_path_factory.mktemp("shop"), hold_s=8, hold_checkout_s=8)
    server.start()
    yield server
    server.end()


async def test_each_sees_what_is_held_and_the_holder_that_it_is_no_longer(
    visitor: Visitor, browser: Browser, server: Server
) -> None:
    await asyncio.to_thread(
        server.command, "product", "set", PIE, "--stock", "2", "--hold", "always"
    )
    other = Visitor(await browser.new_context(), server.origin)
    await other.register(f"{uuid4().hex}@browser.example")
    here, there = await visitor.open(SEARCH), await other.open(SEARCH)

    await visitor.add(here, PIE)
    await expect(here.locator(HOLD)).to_have_text("Held for you")
    await expect(there.locator(CHIP)).to_have_text("2 left, 1 held")

    await here.close()
    await expect(there.locator(CHIP)).to_have_text("2 left")
    await other.add(there, PIE)
    await expect(there.locator(HOLD)).to_have_text("Held for you")

    back = await visitor.open("/en/cart")
    await expect(back.locator(HOLD)).to_have_text("No longer held for you; 1 left")
    await other.more(there, PIE)
    await expect(back.locator(HOLD)).to_have_text("No longer held for you; 0 left")
    await other.context.close()
    assert other.console_errors == []

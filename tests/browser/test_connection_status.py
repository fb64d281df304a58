"""What a page says about its connection is true, and said in one place."""

import asyncio

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.visitor import Visitor, connected, settled

APPLES = "gala-apples-500g"
TEXT = "[data-part=status-text]"
RECORD_TEXTS = """
  window.said = []
  addEventListener("DOMContentLoaded", () => {
    for (const place of ["#notices", "[data-part=status-text]"]) {
      const shown = document.querySelector(place)
      new MutationObserver(() => said.push(shown.textContent))
        .observe(shown, { subtree: true, childList: true, characterData: true })
    }
  })
"""


async def open_late(visitor: Visitor, is_reachable: asyncio.Event) -> Page:
    """Open the shop with a first connection that is not there until the shop *is_reachable*."""

    async def connect(page: WebSocketRoute) -> None:
        await is_reachable.wait()
        page.connect_to_server()

    page = await visitor.open("/shop?q=gala")
    await connected(page)
    await visitor.refuse()
    await visitor.context.route_web_socket("**/ws", connect)
    await visitor.context.add_init_script(RECORD_TEXTS)
    await page.reload()
    return page


@pytest.mark.parametrize("changes", [0, 1])
async def test_a_slow_first_connection_was_never_offline(visitor: Visitor, changes: int) -> None:
    is_reachable = asyncio.Event()
    page = await open_late(visitor, is_reachable)
    for _ in range(changes):
        await visitor.add(page, APPLES)
    await expect(page.locator(TEXT)).to_contain_text("Connecting")
    is_reachable.set()
    await connected(page)
    await settled(page)

    await expect(page.locator("[data-part=status]")).to_be_hidden()
    said = " ".join(await page.evaluate("said"))
    assert "Back online" not in said
    assert ("Connected: 1 change saved" in said) == bool(changes)


async def test_back_online_is_taken_back_when_the_connection_is_lost_again(
    visitor: Visitor,
) -> None:
    page = await visitor.open("/shop?q=gala")
    await connected(page)
    await visitor.context.set_offline(True)
    await expect(page.locator("[data-part=status-text]")).to_contain_text("Offline")
    await visitor.context.set_offline(False)
    await expect(page.locator("#notices")).to_contain_text("Back online")

    await visitor.context.set_offline(True)

    await expect(page.locator("[data-part=status-text]")).to_contain_text("Offline")
    await expect(page.get_by_text("Back online")).to_be_hidden()


async def test_a_page_that_is_opened_without_a_network_says_offline(visitor: Visitor) -> None:
    await visitor.context.add_init_script(
        "Object.defineProperty(navigator, 'onLine', { get: () => false })"
    )
    page = await visitor.open("/shop?q=gala")

    await expect(page.locator("[data-part=status-text]")).to_contain_text("Offline")

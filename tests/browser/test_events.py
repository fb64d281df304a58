"""A shop whose websockets a proxy blocks: pages stay live, over events and requests."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.browser_session import BrowserSession
from tests.browser.test_purchase import fill_in_address, wait_for_order
from tests.browser.test_slow_link import APPLES, TEXT, saved_lines
from tests.browser.visitor import Visitor, connected, settled
from tests.waiting import wait_until

LIVE = "Live over HTTP: this network blocks websockets"
MANY_TABS = 7
"""More than a browser has connections to a host."""


@pytest_asyncio.fixture(loop_scope="session", params=["refused", "hanging", "swallowed"])
async def blocked(
    browser_session: BrowserSession, request: pytest.FixtureRequest
) -> AsyncIterator[Visitor]:
    """Return a visitor whose websockets are blocked."""
    context = await browser_session.browser.new_context()
    visitor = Visitor(context, browser_session.network_proxy.origin)
    await visitor.register(f"{uuid4().hex}@browser.example")
    browser_session.network_proxy.websockets = request.param
    yield visitor
    browser_session.network_proxy.websockets = "forwarded"
    await context.close()


async def test_without_websockets_a_purchase_is_live(blocked: Visitor) -> None:
    page, other = await blocked.open("/shop?q=gala"), await blocked.open("/cart")
    await connected(page)
    await connected(other)
    await blocked.add(page, APPLES)
    await settled(page)
    await expect(other.locator("main [data-part=qty]")).to_have_value("1")
    await blocked.more(page, APPLES)
    await settled(page)
    assert await saved_lines(blocked) == {APPLES: 2}
    await expect(page.locator("[data-part=status]")).to_be_hidden()
    await expect(page.locator("[data-part=transport]").first).to_have_text(LIVE)
    assert await page.evaluate("localStorage['websockets blocked until'] > Date.now() + 8e7")

    await page.locator(".panel a[href='/checkout']").click()
    await page.wait_for_url("**/checkout")
    await connected(page)
    await fill_in_address(page)
    await page.locator("main #note").fill("ring twice")
    await page.locator("[data-part=place]").click()

    await wait_for_order(page)
    await expect(page.locator(".order-note")).to_have_text("ring twice")
    await expect(other.locator("main [data-part=qty]")).to_have_count(0)


@pytest.mark.parametrize("blocked", ["refused"], indirect=True)
async def test_what_takes_over_in_the_middle_of_twenty_clicks_loses_and_doubles_nothing(
    blocked: Visitor, browser_session: BrowserSession
) -> None:
    page = await blocked.open("/shop?q=gala")
    await blocked.add(page, APPLES)
    await connected(page)
    await expect(page.locator("[data-part=transport]").first).to_have_text(LIVE)
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    browser_session.network_proxy.websockets = "forwarded"
    await page.evaluate("dispatchEvent(new Event('online'))")
    await wait_until(lambda: bool(opened))
    clicking = asyncio.create_task(_click(blocked, page))
    await wait_until(lambda: len(opened) > 1)
    await clicking
    assert {url.rpartition("/")[2] for url in opened} == {"ws"}
    await settled(page)

    assert await saved_lines(blocked) == {APPLES: 21}
    await expect(page.locator("[data-part=transport]").first).to_be_hidden()
    await expect(page.locator("body")).to_have_attribute("data-link", "open")
    assert await page.evaluate("localStorage['websockets blocked until'] ?? null") is None


async def _click(visitor: Visitor, page: Page) -> None:
    for _ in range(20):
        await visitor.more(page, APPLES)
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("blocked", ["refused"], indirect=True)
async def test_more_tabs_than_a_browser_has_connections_all_work(blocked: Visitor) -> None:
    pages = [await blocked.open("/shop?q=gala") for _ in range(MANY_TABS)]
    await connected(pages[-1])
    await blocked.add(pages[0], APPLES)
    await settled(pages[0])
    await blocked.more(pages[-1], APPLES)
    await settled(pages[-1])

    for page in pages:
        row = page.locator(".panel [data-part=qty]").first
        await expect(row).to_have_value("2")
    assert await saved_lines(blocked) == {APPLES: 2}
    await pages[0].reload()
    await connected(pages[0])
    await expect(pages[0].locator(TEXT)).to_be_hidden()

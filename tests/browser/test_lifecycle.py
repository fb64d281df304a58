"""Pages that are hidden, sleep, enter the back/forward cache, or outlive their login."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.browser.visitor import PASSWORD, Visitor, settled, shown
from tests.e2e.server import Server

APPLES, PEARS = "gala-apples-1kg", "gala-apples-2kg"
LINE = "[data-rows=lines] > li"
COUNT = "[data-part=cart-count]"
HEARTBEAT_MS = 100
LOGIN_S = 12
HOUR_S = 3600
SHOW = """(is_shown) => {
  Object.defineProperty(document, "hidden", { configurable: true, value: !is_shown })
  document.dispatchEvent(new Event("visibilitychange"))
}"""
# Chromium keeps no `no-store` page in its back/forward cache, but other browsers do; so the test
# dispatches the events that they would send.
HIDE_IN_BFCACHE = "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))"
RESTORE_FROM_BFCACHE = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a shop whose heartbeats are frequent enough for pages with an accelerated clock."""
    server = Server(tmp_path_factory.mktemp("shop"), heartbeat_ms=HEARTBEAT_MS)
    server.start()
    yield server
    server.end()


@dataclass
class SocketRecorder:
    """Records the frames that pages send; connections up to `dead_connections` forward nothing."""

    sent: list[str] = field(default_factory=list)
    connections: int = 0
    dead_connections: int = 0

    def connect(self, page: WebSocketRoute) -> None:
        """Forward a websocket to the shop."""
        self.connections += 1
        number, shop = self.connections, page.connect_to_server()

        def send(text: str | bytes) -> None:
            self.sent.append(str(text))
            if number > self.dead_connections:
                shop.send(text)

        def on_server_message(text: str | bytes) -> None:
            if number > self.dead_connections:
                page.send(text)

        page.on_message(send)
        shop.on_message(on_server_message)

    @property
    def pings(self) -> int:
        """The number of pings that pages have sent."""
        return sum('"ping"' in text for text in self.sent)


async def wait_for_connection(page: Page, state: str) -> None:
    """Wait until the connection of *page* is in *state*."""
    await expect(page.locator("body")).to_have_attribute("data-link", state, timeout=15_000)


async def run_clock(page: Page, minutes: int) -> None:
    """Advance the clock of *page* by half minutes, with heartbeats of the shop in between."""
    for _ in range(2 * minutes):
        await page.clock.run_for(30_000)
        await asyncio.sleep(3 * HEARTBEAT_MS / 1000)


async def sleep_an_hour(page: Page) -> None:
    """Advance the clock by an hour without running timers, as on a machine that sleeps."""
    now_s = await page.evaluate("Date.now()") / 1000
    await page.clock.set_system_time(datetime.fromtimestamp(now_s + HOUR_S, UTC))
    await page.clock.run_for(15_000)


async def test_a_hidden_tab_disconnects_after_five_minutes_and_reconnects_when_shown(
    visitor: Visitor,
) -> None:
    await visitor.context.clock.install()
    here, there = await visitor.open("/shop?q=gala"), await visitor.open("/shop?q=gala")
    await visitor.add(here, APPLES)
    await expect(there.locator("[data-part=tabs]")).to_have_text("Open in 2 tabs")

    await here.evaluate(SHOW, arg=False)
    await run_clock(here, minutes=4)
    await wait_for_connection(here, "open")
    await run_clock(here, minutes=1)

    await wait_for_connection(here, "resting")
    await expect(here.locator(COUNT).first).to_have_text("…")
    assert not (await here.title()).startswith("(")
    await expect(there.locator("[data-part=tabs]")).to_be_hidden()
    await visitor.more(there, APPLES)
    await settled(there)

    await here.evaluate(SHOW, arg=True)
    await wait_for_connection(here, "open")
    await expect(here.locator(COUNT).first).to_have_text("2")
    assert await shown(here) == await shown(there)


async def test_a_tab_that_slept_pings_first_and_reconnects_if_there_is_no_answer(
    visitor: Visitor,
) -> None:
    recorder = SocketRecorder()
    await visitor.context.route_web_socket("**/ws", recorder.connect)
    await visitor.context.clock.install()
    page = await visitor.open("/shop?q=gala")
    await wait_for_connection(page, "open")
    assert recorder.pings == 0

    await sleep_an_hour(page)
    assert recorder.pings == 1
    await asyncio.sleep(3 * HEARTBEAT_MS / 1000)
    await page.clock.run_for(5_000)
    await wait_for_connection(page, "open")
    assert recorder.connections == 1

    recorder.dead_connections = recorder.connections
    await sleep_an_hour(page)
    await page.clock.run_for(5_000)
    assert recorder.pings == 2
    await wait_for_connection(page, "open")
    assert recorder.connections == 2
    await visitor.add(page, APPLES)
    await settled(page)


async def test_a_page_in_the_bfcache_leaves_its_outbox_to_other_tabs_and_is_resynced_on_return(
    visitor: Visitor,
) -> None:
    here, there = await visitor.open("/shop?q=gala"), await visitor.open("/shop?q=gala")
    await visitor.add(here, APPLES)
    await expect(there.locator(LINE)).to_have_count(1)
    await visitor.context.set_offline(True)
    await visitor.add(here, PEARS)
    await expect(here.locator(f"{LINE}[data-waits]")).to_have_count(1)

    await here.evaluate(HIDE_IN_BFCACHE)
    await wait_for_connection(here, "stopped")
    await expect(here.locator(COUNT).first).to_have_text("…")
    await visitor.context.set_offline(False)
    await expect(there.locator(LINE)).to_have_count(2, timeout=15_000)
    await wait_for_connection(here, "stopped")

    await here.evaluate(RESTORE_FROM_BFCACHE)
    await wait_for_connection(here, "open")
    await expect(here.locator(COUNT).first).to_have_text("2")
    assert (await shown(here)).rows == ((APPLES, "1"), (PEARS, "1"))
    await visitor.more(here, PEARS)
    await expect(there.locator(f"{LINE}[data-sku={PEARS}] [data-part=qty]")).to_have_value("2")


async def test_a_login_that_expires_on_an_open_page_is_renewed_in_a_dialog(
    browser: Browser, tmp_path: Path
) -> None:
    server = Server(tmp_path, login_s=LOGIN_S)
    server.start()
    context = await browser.new_context()
    visitor = Visitor(context, server.origin)
    await visitor.register("stays@browser.example")
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await settled(page)

    dialog = page.get_by_role("dialog", name="Sign in again")
    await expect(dialog).to_be_visible(timeout=2_000 * LOGIN_S)
    assert (await shown(page)).rows == ((APPLES, "1"),)
    await dialog.get_by_label("E-mail").fill("stays@browser.example")
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in").click()

    await expect(dialog).to_be_hidden()
    await visitor.more(page, APPLES)
    await settled(page)
    await context.close()
    server.end()
    assert visitor.console_errors == []

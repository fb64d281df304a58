"""Pages that are hidden, sleep, enter the back/forward cache, or outlive their login."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.async_api import Page, WebSocketRoute, expect
from sqlalchemy import update

from app.store.engines import connect
from app.store.tables import sessions
from tests.browser.visitor import PASSWORD, Visitor, settled, shown
from tests.e2e.server import Server
from tests.waiting import wait_until

APPLES, PEARS = "gala-apples-500g", "gala-apples-2kg"
LINE = "[data-rows=lines] > li"
COUNT = "[data-part=cart-count]"
HEARTBEAT_MS = 100
LEFT_S = 10
"""Long enough for a slow server to see that a login has no more time than this."""
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
    """Records frames; connections up to `dead_connections` forward nothing."""

    sent: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
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
                self.received.append(str(text))

        page.on_message(send)
        shop.on_message(on_server_message)

    async def open(self, visitor: Visitor, path: str) -> Page:
        """Open a page whose websockets are recorded; it has no other way to the shop."""
        page = await visitor.open("/static/img/favicon.svg")
        await visitor.refuse()
        await page.route_web_socket("**/ws", self.connect)
        await page.goto(visitor.origin + path)
        await wait_for_connection(page, "open")
        return page

    @property
    def pings(self) -> int:
        """The number of pings that pages have sent."""
        return sum('"ping"' in text for text in self.sent)

    async def next_heartbeat(self) -> None:
        """Wait until the page has received a heartbeat from now on."""
        known = len(self.received)
        await wait_until(lambda: any('"hb"' in text for text in self.received[known:]))


async def wait_for_connection(page: Page, state: str) -> None:
    """Wait until the connection of *page* is in *state*."""
    await expect(page.locator("body")).to_have_attribute("data-link", state)


async def run_clock(page: Page, recorder: SocketRecorder, minutes: int) -> None:
    """Advance the clock of *page* by half minutes, with heartbeats of the shop in between."""
    for _ in range(2 * minutes):
        await page.clock.run_for(30_000)
        await recorder.next_heartbeat()


async def sleep_an_hour(page: Page) -> None:
    """Advance the clock by an hour without running timers, as on a machine that sleeps."""
    now_s = await page.evaluate("Date.now()") / 1000
    await page.clock.set_system_time(datetime.fromtimestamp(now_s + HOUR_S, UTC))
    await page.clock.run_for(15_000)


async def test_a_hidden_tab_disconnects_after_five_minutes_and_reconnects_when_shown(
    visitor: Visitor,
) -> None:
    recorder = SocketRecorder()
    await visitor.context.clock.install()
    here = await recorder.open(visitor, "/shop?q=gala")
    there = await visitor.open("/shop?q=gala")
    await visitor.add(here, APPLES)
    await expect(there.locator("[data-part=tabs]")).to_have_text("Open in 2 tabs")

    await here.evaluate(SHOW, arg=False)
    await run_clock(here, recorder, minutes=4)
    await wait_for_connection(here, "open")
    for _ in range(2):
        await here.clock.run_for(30_000)

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
    await visitor.context.clock.install()
    page = await recorder.open(visitor, "/shop?q=gala")
    before = recorder.connections
    assert recorder.pings == 0

    await sleep_an_hour(page)
    await wait_until(lambda: recorder.pings == 1)
    await recorder.next_heartbeat()
    await page.clock.run_for(5_000)
    await wait_for_connection(page, "open")
    assert recorder.connections == before

    recorder.dead_connections = before
    await sleep_an_hour(page)
    await wait_until(lambda: recorder.pings == 2)
    await page.clock.run_for(5_000)
    await wait_until(lambda: recorder.connections == before + 1)
    await wait_for_connection(page, "open")
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
    await expect(there.locator(LINE)).to_have_count(2)
    await wait_for_connection(here, "stopped")

    await here.evaluate(RESTORE_FROM_BFCACHE)
    await wait_for_connection(here, "open")
    await expect(here.locator(COUNT).first).to_have_text("2")
    assert (await shown(here)).rows == ((APPLES, "1"), (PEARS, "1"))
    await visitor.more(here, PEARS)
    await expect(there.locator(f"{LINE}[data-sku={PEARS}] [data-part=qty]")).to_have_value("2")


def leave_time(server: Server, account: str, seconds: int) -> None:
    """Have all logins of *account* end in so many seconds."""
    ends_at = int(time.time()) + seconds
    engine = connect(server.database)
    with engine.begin() as connection:
        of_account = sessions.c.account == account
        connection.execute(update(sessions).where(of_account).values(ends_at=ends_at))
    engine.dispose()


async def test_a_login_that_expires_on_an_open_page_is_renewed_in_a_dialog(
    visitor: Visitor, server: Server
) -> None:
    email = f"{uuid4().hex}@browser.example"
    await visitor.context.clear_cookies()
    await visitor.register(email)
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await settled(page)
    leave_time(server, await page.locator("body").get_attribute("data-account") or "", LEFT_S)

    dialog = page.get_by_role("dialog", name="Sign in again")
    await expect(dialog).to_be_visible()
    assert (await shown(page)).rows == ((APPLES, "1"),)
    await dialog.get_by_label("E-mail").fill(email)
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in").click()

    await expect(dialog).to_be_hidden()
    await visitor.more(page, APPLES)
    await settled(page)

"""A shop without websockets and events: a proxy refuses them, or lets nothing of them through."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.browser_session import BrowserSession
from tests.browser.test_purchase import fill_in_address, wait_for_order
from tests.browser.visitor import EVENTS, Visitor, connected, settled

APPLES = "gala-apples-500g"
TEXT = "[data-part=status-text]"


def swallow(_: WebSocketRoute) -> None:
    """Accept a websocket, and let nothing through."""


async def new_visitor(browser_session: BrowserSession) -> Visitor:
    """Return a visitor behind the proxy, who gets no event stream."""
    context = await browser_session.browser.new_context()
    visitor = Visitor(context, browser_session.network_proxy.origin)
    await visitor.refuse(EVENTS)
    await visitor.register(f"{uuid4().hex}@browser.example")
    return visitor


@pytest_asyncio.fixture(loop_scope="session", params=["refused", "hanging", "swallowed"])
async def behind_proxy(
    browser_session: BrowserSession, request: pytest.FixtureRequest
) -> AsyncIterator[Visitor]:
    """Return a visitor whose websockets are blocked."""
    visitor = await new_visitor(browser_session)
    if request.param == "swallowed":
        await visitor.context.route_web_socket("**/ws", swallow)
    else:
        browser_session.network_proxy.websockets = request.param
    yield visitor
    browser_session.network_proxy.websockets = "forwarded"
    await visitor.context.close()


async def saved_lines(visitor: Visitor) -> dict[str, int]:
    """Return the quantities in the saved cart, by SKU."""
    cart = await (await visitor.context.request.get(f"{visitor.origin}/api/cart")).json()
    return {line["sku"]: line["qty"] for line in cart["cart"]["lines"]}


async def add_slowly(visitor: Visitor) -> Page:
    """Open the shop and add a product, and wait until it is saved over HTTP."""
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await expect(page.locator(TEXT)).to_contain_text("Slower connection")
    await settled(page)
    return page


async def test_without_websockets_everything_works_slower(behind_proxy: Visitor) -> None:
    page = await add_slowly(behind_proxy)
    assert await saved_lines(behind_proxy) == {APPLES: 1}
    await behind_proxy.more(page, APPLES)
    await settled(page)
    assert await saved_lines(behind_proxy) == {APPLES: 2}
    await expect(page.locator("dl.totals [data-part=subtotal]").first).to_have_text("£2.50")
    await expect(page.locator("body")).to_have_attribute("data-link", "slow")

    await page.locator(".panel a[href='/checkout']").click()
    await page.wait_for_url("**/checkout")
    await fill_in_address(page)
    await page.locator("main #note").fill("ring twice")
    await page.locator("[data-part=place]").click()

    await wait_for_order(page)
    await expect(page.locator(".order-note")).to_have_text("ring twice")


async def test_once_a_websocket_opens_the_page_says_nothing_of_having_been_offline(
    browser_session: BrowserSession,
) -> None:
    visitor = await new_visitor(browser_session)
    browser_session.network_proxy.websockets = "refused"
    page = await add_slowly(visitor)
    browser_session.network_proxy.websockets = "forwarded"

    await connected(page)

    await expect(page.locator("[data-part=status]")).to_be_hidden()
    await expect(page.locator("#notices")).not_to_contain_text("Back online")
    await visitor.more(page, APPLES)
    await settled(page)
    assert await saved_lines(visitor) == {APPLES: 2}
    await visitor.context.close()


async def test_over_http_too_nothing_is_sent_for_another_account(
    browser_session: BrowserSession,
) -> None:
    visitor = await new_visitor(browser_session)
    browser_session.network_proxy.websockets = "refused"
    page = await add_slowly(visitor)
    other = Visitor(await browser_session.browser.new_context(), visitor.origin)
    await other.register(f"{uuid4().hex}@browser.example")
    await visitor.context.clear_cookies()
    await visitor.context.add_cookies(await other.context.cookies())  # type: ignore[arg-type]

    await visitor.more(page, APPLES)

    heading = page.get_by_role("heading", name="Another account is signed in")
    await expect(heading).to_be_visible()
    await expect(page.locator("[data-part=kept]")).to_contain_text("1 unsaved change")
    assert await saved_lines(other) == {}
    browser_session.network_proxy.websockets = "forwarded"
    await other.context.close()
    await visitor.context.close()


@dataclass
class LossyProxy:
    """A proxy that drops operations, or holds back what the shop sends and delivers it late."""

    loses_ops: bool = False
    is_held: bool = False
    connections: int = 0
    _held: list[tuple[WebSocketRoute, str | bytes]] = field(default_factory=list)

    def connect(self, page: WebSocketRoute) -> None:
        """Forward a websocket, but for what is lost or held back."""
        self.connections += 1
        shop = page.connect_to_server()
        page.on_message(
            lambda text: None if self.loses_ops and '"op"' in str(text) else shop.send(text)
        )
        shop.on_message(
            lambda text: self._held.append((page, text)) if self.is_held else page.send(text)
        )

    def deliver(self) -> None:
        """Deliver what was held back so far."""
        late, self._held = self._held, []
        for page, text in late:
            page.send(text)


@pytest_asyncio.fixture(loop_scope="session")
async def behind_lossy_proxy(
    browser_session: BrowserSession,
) -> AsyncIterator[tuple[LossyProxy, Visitor]]:
    """Return a proxy that loses nothing yet, and a visitor behind it."""
    visitor = await new_visitor(browser_session)
    proxy = LossyProxy()
    await visitor.context.route_web_socket("**/ws", proxy.connect)
    yield proxy, visitor
    await visitor.context.close()


async def test_operations_that_get_lost_on_an_open_websocket_are_sent_over_http(
    behind_lossy_proxy: tuple[LossyProxy, Visitor],
) -> None:
    proxy, visitor = behind_lossy_proxy
    await visitor.context.clock.install()
    page = await visitor.open("/shop?q=gala")
    await connected(page)
    before = proxy.connections
    proxy.loses_ops = True
    await visitor.add(page, APPLES)

    await page.clock.run_for(12_500)
    await expect(page.locator("body")).to_have_attribute("data-link", "slow")
    await settled(page)

    assert await saved_lines(visitor) == {APPLES: 1}
    assert proxy.connections == before
    proxy.loses_ops = False
    await page.clock.run_for(31_000)
    await connected(page)
    await visitor.more(page, APPLES)
    await settled(page)
    assert await saved_lines(visitor) == {APPLES: 2}


async def test_a_welcome_that_is_older_than_what_http_has_saved_takes_nothing_back(
    behind_lossy_proxy: tuple[LossyProxy, Visitor],
) -> None:
    proxy, visitor = behind_lossy_proxy
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await settled(page)
    proxy.is_held = True
    await page.reload()
    await visitor.more(page, APPLES)
    await expect(page.locator("body")).to_have_attribute("data-link", "slow")
    await settled(page)

    proxy.deliver()
    await visitor.more(page, APPLES)
    await settled(page)

    assert await saved_lines(visitor) == {APPLES: 3}
    proxy.is_held = False
    proxy.deliver()
    await connected(page)
    await visitor.more(page, APPLES)
    await settled(page)
    assert await saved_lines(visitor) == {APPLES: 4}


@pytest.mark.parametrize("behind_proxy", ["refused"], indirect=True)
async def test_an_undo_at_checkout_is_not_asked_about_over_http_either(
    behind_proxy: Visitor,
) -> None:
    shop = await add_slowly(behind_proxy)
    await shop.goto(f"{behind_proxy.origin}/checkout")
    await expect(shop.locator("body")).to_have_attribute("data-link", "slow")
    await undo_a_quantity(shop)


async def test_an_undo_at_checkout_is_not_asked_about(
    behind_lossy_proxy: tuple[LossyProxy, Visitor],
) -> None:
    _, visitor = behind_lossy_proxy
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await settled(page)
    await page.goto(f"{visitor.origin}/checkout")
    await connected(page)
    await undo_a_quantity(page)


async def undo_a_quantity(page: Page) -> None:
    """Set a quantity and take it back; the page must not ask about it."""
    qty = page.locator("main [data-rows=lines] [data-part=qty]")
    await qty.fill("4")
    await qty.blur()
    await expect(page.locator("body:not([data-waits])")).to_be_attached()
    await page.keyboard.press("Control+z")
    await expect(qty).to_have_value("1")
    await expect(page.locator("body:not([data-waits])")).to_be_attached()
    await asyncio.sleep(0.1)
    await expect(page.locator("[data-part=changed]")).to_be_hidden()

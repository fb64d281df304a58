"""A page that is reloaded before it receives the verdict of an op."""

import json
from dataclasses import dataclass, field

from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.visitor import Visitor, connected, settled, shown
from tests.waiting import until, wait_until

APPLES, PEARS = "gala-apples-500g", "gala-apples-2kg"


@dataclass
class SocketRecorder:
    """Records the frames that pages send; can drop the shop's messages, or not connect at all."""

    sent: list[str] = field(default_factory=list)
    drops_responses: bool = False
    never_connects: bool = False
    pages: list[WebSocketRoute] = field(default_factory=list)

    def connect(self, page: WebSocketRoute) -> None:
        """Forward a websocket to the shop, unless `never_connects`."""
        shop = None if self.never_connects else page.connect_to_server()
        self.pages.append(page)

        def send(text: str | bytes) -> None:
            self.sent.append(str(text))
            if shop:
                shop.send(text)

        def on_server_message(text: str | bytes) -> None:
            if not self.drops_responses:
                page.send(text)

        page.on_message(send)
        if shop:
            shop.on_message(on_server_message)

    def frames_of(self, kind: str) -> list[dict[str, object]]:
        """Return the frames of type *kind* that pages have sent."""
        return [frame for frame in map(json.loads, self.sent) if frame["t"] == kind]

    async def hello(self) -> dict[str, object]:
        """Wait until a page sends hello, and return it; the page has then loaded its outbox."""
        await wait_until(lambda: bool(self.frames_of("hello")))
        return self.frames_of("hello")[-1]


async def wait_until_saved(page: Page, origin: str, lines: int) -> None:
    """Wait until the saved cart has so many *lines*."""

    async def are_saved() -> bool:
        cart = await (await page.context.request.get(f"{origin}/api/cart")).json()
        return len(cart["cart"]["lines"]) == lines

    await until(are_saved)


async def test_a_change_whose_verdict_was_lost_is_shown_once_after_a_reload(
    visitor: Visitor,
) -> None:
    recorder = SocketRecorder()
    await visitor.refuse()
    await visitor.context.route_web_socket("**/ws", recorder.connect)
    page = await visitor.open("/shop?q=gala")
    await connected(page)
    recorder.drops_responses = True
    await visitor.add(page, APPLES)
    await wait_until_saved(page, visitor.origin, 1)

    recorder.sent.clear()
    recorder.never_connects = True
    await page.reload()

    assert (await recorder.hello())["pend"] == [1]
    await visitor.add(page, PEARS)
    pears = page.locator(f"[data-rows=lines] > [data-sku={PEARS}]")
    await expect(pears).to_have_attribute("data-waits", "")
    now = await shown(page)
    assert (now.rows, now.count) == (((APPLES, "1"), (PEARS, "1")), "2")
    await expect(page.locator("[data-rows=lines] > li[data-waits]")).to_have_count(1)
    await expect(page.locator("[data-part=status-text]")).to_contain_text("1 change waiting")

    recorder.sent.clear()
    recorder.drops_responses = recorder.never_connects = False
    await recorder.pages[-1].close()
    await connected(page)
    await settled(page)
    assert [frame["n"] for frame in recorder.frames_of("op")] == [2]
    assert (await shown(page)).rows == ((APPLES, "1"), (PEARS, "1"))

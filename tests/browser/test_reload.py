"""A page that is loaded again in the very moment of an answer."""

import asyncio
import json
from dataclasses import dataclass, field

from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.visitor import Visitor, connected, settled, shown

APPLES, PEARS = "gala-apples-1kg", "gala-apples-2kg"
POLLS = 500


@dataclass
class Line:
    """A line on which the shop can be made silent, and one to it can lead nowhere at all."""

    sent: list[str] = field(default_factory=list)
    is_silent: bool = False
    is_dead: bool = False
    ends: list[WebSocketRoute] = field(default_factory=list)

    def connect(self, page: WebSocketRoute) -> None:
        """Put a line through to the shop, or to nowhere."""
        shop = None if self.is_dead else page.connect_to_server()
        self.ends.append(page)

        def send(text: str | bytes) -> None:
            self.sent.append(str(text))
            if shop:
                shop.send(text)

        def hear(text: str | bytes) -> None:
            if not self.is_silent:
                page.send(text)

        page.on_message(send)
        if shop:
            shop.on_message(hear)

    def said(self, word: str) -> list[dict[str, object]]:
        """Return the frames of one kind that pages have sent."""
        return [frame for frame in map(json.loads, self.sent) if frame["t"] == word]

    async def hello(self) -> dict[str, object]:
        """Wait until a page says hello, and return it; it has then found what waited."""
        for _ in range(POLLS):
            if said := self.said("hello"):
                return said[-1]
            await asyncio.sleep(0.02)
        raise AssertionError("no page said hello")


async def saved(page: Page, origin: str, lines: int) -> None:
    """Wait until so many lines are saved, as the shop tells anybody who asks."""
    for _ in range(POLLS):
        cart = await (await page.context.request.get(f"{origin}/api/cart")).json()
        if len(cart["cart"]["lines"]) == lines:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never were {lines} lines saved")


async def test_a_change_whose_verdict_was_lost_is_shown_once_after_a_reload(
    visitor: Visitor,
) -> None:
    line = Line()
    await visitor.context.route_web_socket("**/ws", line.connect)
    page = await visitor.open("/shop?q=gala")
    await connected(page)
    line.is_silent = True
    await visitor.add(page, APPLES)
    await saved(page, visitor.origin, 1)

    line.sent.clear()
    line.is_dead = True
    await page.reload()

    assert (await line.hello())["pend"] == [1]
    await visitor.add(page, PEARS)
    pears = page.locator(f"[data-rows=lines] > [data-sku={PEARS}]")
    await expect(pears).to_have_attribute("data-waits", "")
    now = await shown(page)
    assert (now.rows, now.count) == (((APPLES, "1"), (PEARS, "1")), "2")
    await expect(page.locator("[data-rows=lines] > li[data-waits]")).to_have_count(1)
    await expect(page.locator("[data-part=status-text]")).to_contain_text("1 change waiting")

    line.sent.clear()
    line.is_silent = line.is_dead = False
    await line.ends[-1].close()
    await connected(page)
    await settled(page)
    assert [frame["n"] for frame in line.said("op")] == [2]
    assert (await shown(page)).rows == ((APPLES, "1"), (PEARS, "1"))

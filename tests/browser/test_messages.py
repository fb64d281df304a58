"""Messages that an open page has to understand: patches of several ops, and unknown types."""

import json
from typing import Any

from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.visitor import Visitor, connected, settled, shown

APPLES, PEARS = "gala-apples-500g", "gala-apples-2kg"
ROW = "[data-rows=lines] > [data-sku={}]"
WATCH_TINTS = """
  window.tinted = new Set()
  new MutationObserver((changes) => {
    for (const { target } of changes) if ("tinted" in target.dataset) tinted.add(target.dataset.sku)
  }).observe(document, { subtree: true, attributeFilter: ["data-tinted"] })
"""


class Relay:
    """Forwards a page's websocket, and can merge the next patches into one, as a commit would."""

    def __init__(self) -> None:
        self._page: WebSocketRoute | None = None
        self._wanted = 0
        self._patches: list[dict[str, Any]] = []

    async def open(self, visitor: Visitor, path: str) -> Page:
        """Open a page of *visitor* whose websocket goes through this relay."""
        page = await visitor.open("/static/img/favicon.svg")
        await visitor.refuse()
        await page.route_web_socket("**/ws", self._connect)
        await page.add_init_script(WATCH_TINTS)
        await page.goto(visitor.origin + path)
        await connected(page)
        return page

    def merge_next(self, patches: int) -> None:
        """Hold the next *patches* back, and deliver them as one."""
        self._wanted, self._patches = patches, []

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the page, as the shop would."""
        assert self._page
        self._page.send(json.dumps(message))

    def _connect(self, page: WebSocketRoute) -> None:
        self._page = page
        shop = page.connect_to_server()
        page.on_message(shop.send)
        shop.on_message(self._on_server_message)

    def _on_server_message(self, text: str | bytes) -> None:
        assert self._page
        message = json.loads(text)
        if message["t"] != "patch" or not self._wanted:
            self._page.send(text)
            return
        self._patches.append(message)
        if len(self._patches) == self._wanted:
            self._wanted = 0
            self.send(merged(self._patches))


def merged(patches: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one patch for all of *patches*, which follow each other."""
    lines = {sku: line for patch in patches for sku, line in patch["lines"].items()}
    by = [one for patch in patches for one in patch["by"]]
    return {**patches[-1], "prev": patches[0]["prev"], "by": by, "lines": lines}


async def test_of_a_commit_with_ops_of_two_tabs_only_the_other_tabs_line_is_announced(
    visitor: Visitor,
) -> None:
    relay = Relay()
    here = await relay.open(visitor, "/shop?q=gala")
    there = await visitor.open("/shop?q=gala")
    await connected(there)
    relay.merge_next(2)

    await visitor.add(here, APPLES)
    await expect(there.locator(ROW.format(APPLES))).to_be_visible()
    await visitor.add(there, PEARS)

    await expect(here.locator(ROW.format(PEARS))).to_be_visible()
    await settled(here)
    assert (await shown(here)) == (await shown(there))
    await expect(here.locator("#polite")).to_contain_text("changed elsewhere.")
    assert await here.evaluate("[...tinted]") == [PEARS]


async def test_of_a_commit_with_several_ops_of_this_tab_nothing_is_announced(
    visitor: Visitor,
) -> None:
    relay = Relay()
    page = await relay.open(visitor, "/shop?q=gala")
    relay.merge_next(2)

    await visitor.add(page, APPLES)
    await visitor.add(page, PEARS)

    await settled(page)
    assert (await shown(page)).rows == ((APPLES, "1"), (PEARS, "1"))
    assert await page.evaluate("[...tinted]") == []
    await expect(page.locator("[data-part=status]")).to_be_hidden()


async def test_a_message_of_an_unknown_type_is_ignored(visitor: Visitor) -> None:
    relay = Relay()
    page = await relay.open(visitor, "/shop?q=gala")
    await visitor.add(page, APPLES)
    await settled(page)
    before = await shown(page)

    relay.send({"t": "substitute", "n": 1, "rev": 99, "at": "x", "lines": {APPLES: None}})
    await visitor.more(page, APPLES)

    await settled(page)
    assert before.rows == ((APPLES, "1"),)
    assert (await shown(page)).rows == ((APPLES, "2"),)
    await expect(page.locator("[data-part=status]")).to_be_hidden()

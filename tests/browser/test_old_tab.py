"""A page that speaks the first version of the protocol, while the shop goes over to the second."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.browser.test_offline import APPLES, PEARS, wait_until_stored
from tests.browser.visitor import Visitor, connected, settled, shown
from tests.protocol.samples import SAID_BY_THE_SHOP

STATUS = "[data-part=status-text]"
LONGER_THAN_A_RETRY_S = 1.5


@dataclass
class OldShop:
    """The shop of the first version: its scripts, and its end of the websocket.

    It never answers an op. `is_open`: it accepts connections. `is_replaced`: today's server does.
    """

    scripts_are_old: bool = True
    is_open: bool = True
    is_replaced: bool = False
    ops: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    outbox: str = ""
    navigations: int = 0
    _socket: WebSocketRoute | None = None

    async def send_script(self, route: Route) -> None:
        """Send the script that connects, with the version that it offers."""
        response = await route.fetch()
        script = await response.text()
        assert "shop.cart.v2" in script
        if self.scripts_are_old:
            script = script.replace("shop.cart.v2", "shop.cart.v1")
        await route.fulfill(response=response, body=script)

    async def connect(self, socket: WebSocketRoute) -> None:
        """Answer a connection as the server that is there now."""
        if self.is_replaced:
            socket.connect_to_server()
        elif self.is_open:
            self._socket = socket
            socket.on_message(lambda text: self._receive(socket, json.loads(text)))
        else:
            await socket.close(code=1013)

    async def close(self) -> None:
        """Shut down: the connection is closed, and others are closed as they come."""
        self.is_open = False
        assert self._socket
        await self._socket.close(code=1012)

    async def open(self, visitor: Visitor) -> Page:
        """Open the catalogue with the old scripts, connected to the old server."""
        page = await visitor.open("/shop?q=gala")
        page.on("framenavigated", self._on_navigation)
        return page

    def _on_navigation(self, _: object) -> None:
        self.navigations += 1

    def _receive(self, socket: WebSocketRoute, message: dict[str, Any]) -> None:
        if message["t"] == "hello":
            self.outbox = message["outbox"]
            welcome = SAID_BY_THE_SHOP["welcome_first"] | {"v": 1, "account": message["account"]}
            socket.send(json.dumps(welcome))
        elif message["t"] == "op":
            self.ops.put_nowait(message)


@pytest_asyncio.fixture(loop_scope="session")
async def old_shop(visitor: Visitor) -> OldShop:
    """Return the old shop, which serves all pages that *visitor* opens."""
    shop = OldShop()
    await visitor.refuse()
    await visitor.context.route("**/main.js", shop.send_script)
    await visitor.context.route_web_socket("**/ws", shop.connect)
    return shop


async def add_one_sent_and_one_unsent(visitor: Visitor, shop: OldShop) -> Page:
    """Make a change whose verdict is lost with the old server, and one when it has gone."""
    page = await shop.open(visitor)
    await connected(page)
    await visitor.add(page, APPLES)
    await wait_until_stored(page, 1)
    op = await shop.ops.get()
    del op["t"]
    applied = await visitor.context.request.post(
        f"{visitor.origin}/api/cart/ops", data={"outbox": shop.outbox, "ops": [op]}
    )
    assert [verdict["t"] for verdict in (await applied.json())["verdicts"]] == ["ok"]
    await shop.close()
    await visitor.add(page, PEARS)
    await wait_until_stored(page, 2)
    return page


async def saved(visitor: Visitor) -> dict[str, int]:
    """Return the saved cart: the quantity of each product."""
    answer = await visitor.context.request.get(f"{visitor.origin}/api/cart")
    return {line["sku"]: line["qty"] for line in (await answer.json())["cart"]["lines"]}


async def test_it_loads_itself_again_once_and_all_that_it_kept_is_applied_once(
    visitor: Visitor, old_shop: OldShop
) -> None:
    page = await add_one_sent_and_one_unsent(visitor, old_shop)

    old_shop.scripts_are_old, old_shop.is_replaced = False, True

    await connected(page)
    await settled(page)
    await wait_until_stored(page, 0)
    assert old_shop.navigations == 1
    assert (await shown(page)).rows == ((APPLES, "1"), (PEARS, "1"))
    assert await saved(visitor) == {APPLES: 1, PEARS: 1}
    await visitor.more(page, APPLES)
    await settled(page)
    assert await saved(visitor) == {APPLES: 2, PEARS: 1}


async def test_a_page_that_is_still_old_after_that_says_so_keeps_its_changes_and_does_not_loop(
    visitor: Visitor, old_shop: OldShop
) -> None:
    page = await add_one_sent_and_one_unsent(visitor, old_shop)

    old_shop.is_replaced = True

    await expect(page.locator(STATUS)).to_have_text("There is a newer version of this page")
    await asyncio.sleep(LONGER_THAN_A_RETRY_S)
    assert old_shop.navigations == 1
    await wait_until_stored(page, 2)
    assert await saved(visitor) == {APPLES: 1}

    old_shop.scripts_are_old = False
    await page.get_by_role("button", name="Reload").click()
    await connected(page)
    await settled(page)
    assert await saved(visitor) == {APPLES: 1, PEARS: 1}

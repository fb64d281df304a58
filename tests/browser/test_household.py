"""Two people fill one cart, each with a login and in a window of their own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.visitor import PASSWORD, Visitor, connected
from tests.e2e.orders import HOME
from tests.e2e.server import Server

APPLES, CARROTS, MILK = "gala-apples-500g", "carrots-500g", "milk-2l"


@dataclass
class Member(Visitor):
    """A visitor with an account that has a name."""

    account: str = ""

    async def send(self, path: str, **body: Any) -> Any:
        """Send JSON, as a script would; return the JSON of the response."""
        answer = await self.context.request.post(self.origin + path, data=body)
        assert answer.ok, await answer.text()
        return await answer.json()

    async def cart(self) -> Any:
        """Return the own cart."""
        return await (await self.context.request.get(f"{self.origin}/api/cart")).json()

    async def own_skus(self) -> list[str]:
        """Return what is in the own cart."""
        return [line["sku"] for line in (await self.cart())["cart"]["lines"]]

    async def fill(self, sku: str) -> None:
        """Put a product into the own cart."""
        op = {"n": 1, "k": "line.add", "sku": sku, "qty": 1}
        await self.send("/api/cart/ops", outbox=str(uuid4()), ops=[op])

    async def order(self) -> None:
        """Order what is in the own cart."""
        cart = await self.cart()
        seen = {"at": cart["at"], "total": cart["cart"]["totals"]["total"]}
        await self.send("/api/orders", key=str(uuid4()), deliver=HOME, pay="on_delivery", **seen)


@pytest_asyncio.fixture(loop_scope="session")
async def pair(browser: Browser, server: Server) -> AsyncIterator[tuple[Member, Member]]:
    """Return Ada, and Ben, who may edit her cart."""
    ada, ben = [await _registered(browser, server, name) for name in ("Ada", "Ben")]
    invited = await ada.send("/api/household/invitations", role="edit")
    await ben.send("/api/household/join", token=invited["token"])
    yield ada, ben
    for one in (ada, ben):
        await one.context.close()
        assert one.console_errors == []


async def _registered(browser: Browser, server: Server, name: str) -> Member:
    one = Member(await browser.new_context(), server.origin)
    email = f"{uuid4().hex}@browser.example"
    registered = await one.send("/api/accounts", email=email, password=PASSWORD, name=name)
    one.account = registered["account"]
    return one


LINES, SUGGESTED = "[data-rows=lines] > li", "[data-rows=suggested] > li"


async def test_two_people_fill_one_cart_and_see_who_does_what(pair: tuple[Member, Member]) -> None:
    ada, ben = pair
    bens_own = await ben.open("/shop?q=milk")
    bens = await _open_shared(ben, ada)
    adas = await ada.open("/shop?q=gala")
    for page in (bens_own, adas):
        await connected(page)
    await expect(_part(adas, "presence")).to_have_text("Ben is looking, on a computer.")
    await expect(_part(bens, "cart-head")).to_have_text("The cart of Ada")

    # Each tab goes on with its own cart, whatever was chosen in the other.
    await ben.add(bens_own, MILK)
    await expect(bens_own.locator(f"{LINES}:not([data-waits])")).to_have_count(1)
    await bens_own.reload()
    await expect(bens_own.locator(LINES)).to_have_attribute("data-sku", MILK)
    await bens.reload()
    await connected(bens)
    assert await ben.own_skus() == [MILK]

    # A change says whose it is, and can be taken back by another.
    await ben.add(bens, CARROTS)
    await expect(_part(adas, "by")).to_have_text("Added by Ben")
    await expect(_part(bens, "by")).to_have_text("Added by you")
    toast = adas.locator("#notices > li")
    await expect(toast).to_contain_text("Ben added")
    await toast.get_by_role("button").click()
    for page in (adas, bens):
        await expect(page.locator(LINES)).to_have_count(0)

    # A role that changes changes the page; what is suggested is added once it is accepted.
    await ada.send("/api/household/role", account=ben.account, role="suggest")
    add = bens.locator(f"main [data-sku={CARROTS}] [data-part=add]")
    await expect(add).to_have_accessible_name("Suggest Carrots, 500 g")
    await add.click()
    await expect(adas.locator(SUGGESTED)).to_contain_text("Suggested by Ben")
    await expect(bens.locator(f"{SUGGESTED} [data-part=accept-suggestion]")).to_be_hidden()
    await adas.click(f"{SUGGESTED} [data-part=accept-suggestion]")
    await expect(bens.locator(LINES)).to_contain_text("Added by you")
    await expect(bens.locator(SUGGESTED)).to_have_count(0)


async def test_a_member_is_told_who_ordered_and_loses_nothing_to_another_cart_when_removed(
    pair: tuple[Member, Member],
) -> None:
    ada, ben = pair
    await ada.fill(APPLES)
    await ben.fill(MILK)
    bens = await _open_shared(ben, ada, "/checkout")
    await expect(_part(bens, "presence")).to_be_hidden()

    # Who is about to order is told who was faster, also by the page that comes next.
    await ada.order()
    await expect(bens.locator("#notices")).to_contain_text("Ada placed an order")
    await expect(_part(bens, "place")).to_have_attribute("aria-disabled", "true")
    await bens.goto(f"{ben.origin}/shop?q=carrots")
    await expect(bens.locator("#notices")).to_contain_text("Ada placed an order")
    await expect(bens.locator(LINES)).to_have_count(0)

    # What waits when the cart is shared no longer goes to no other cart.
    await ben.context.set_offline(True)
    await ben.add(bens, CARROTS)
    await expect(bens.locator(LINES)).to_have_count(1)
    await ada.send("/api/household/remove", cart=ada.account, account=ben.account)
    await ben.context.set_offline(False)
    await expect(bens.locator("#notices")).to_contain_text("no longer shared with you")
    await expect(bens.locator("#notices")).to_contain_text("Perhaps not saved: Carrots.")
    await expect(bens.locator("body")).not_to_have_attribute("data-cart", ada.account)
    await expect(bens.locator(LINES)).to_have_attribute("data-sku", MILK)
    assert (await ben.own_skus(), await ada.own_skus()) == ([MILK], [])


async def _open_shared(ben: Member, ada: Member, path: str = "/shop?q=carrots") -> Page:
    """Have Ben choose Ada's cart, and open *path* with it."""
    page = await ben.open("/cart")
    await page.click(f"[name=choose][value='{ada.account}']")
    await expect(page.locator("body")).to_have_attribute("data-cart", ada.account)
    await page.goto(ben.origin + path)
    await connected(page)
    return page


def _part(page: Page, name: str) -> Locator:
    """Return a part of the page, where it is shown first."""
    return page.locator(f"[data-part={name}]:visible").first

"""A live cart, and all that is around it."""

import asyncio
from collections.abc import Iterable

from app.domain.cart import Account, Cart
from app.domain.catalog import Product, Shelf
from app.domain.limits import Limits
from app.domain.orders import Deal
from app.domain.outbox import Pushed
from app.live.cart import LiveCart
from app.live.catalog import LiveShelf
from app.live.context import Shop
from app.live.hub import Hub
from app.live.price_broadcaster import Rounds
from tests.examples import ADA, EMPTY, SHELF, shelf_of
from tests.live.fakes import FakeClock, FakeDisk, FakeNodes, FakeTab, FakeWriter


def shop_with(
    writer: FakeWriter, clock: FakeClock, nodes: FakeNodes, limits: Limits | None = None
) -> Shop:
    """Return a shop that sells what is on the examples' shelf."""
    shelf = LiveShelf()
    shelf.update(1, SHELF)
    return Shop(shelf, writer, limits or Limits(), clock.now_s, clock.steady_s, nodes)


class Around:
    """Ada's live cart, its shop, its clock and its writer, who saves when the test says so."""

    def __init__(self, saved: Cart = EMPTY, limits: Limits | None = None):
        self.clock = FakeClock()
        self.writer, self.nodes = FakeWriter(), FakeNodes()
        self.shop = shop_with(self.writer, self.clock, self.nodes, limits)
        self.cart = LiveCart(saved, self.shop, None)
        self.deals: tuple[Deal, ...] = ()

    def let_in(self, *tabs: FakeTab) -> None:
        """Let *tabs* look at the cart."""
        for tab in tabs:
            assert self.cart.tabs.enter(tab)

    def takes(self) -> tuple[Cart, tuple[Pushed, ...]]:
        """Take the cart, which must have been marked; `deals` are the orders beside it."""
        ((cart, pushed, self.deals),) = self.writer.takes()
        return cart, pushed

    def saves(self) -> Cart:
        """Take the cart, save it, and tell; return it as it is on disk."""
        cart, _ = self.takes()
        self.cart.announce()
        return cart._replace(version=cart.version + 1)

    def restocks(self, shelf: Shelf) -> None:
        """Change the shelf to *shelf*, and tell the tabs."""
        today = self.shop.shelf.today.products
        changed = {sku: one for sku, one in shelf.products.items() if one != today.get(sku)}
        vouchers = shelf.vouchers != self.shop.shelf.today.vouchers
        skus = self.shop.shelf.update(self.shop.shelf.moved + 1, shelf._replace(products=changed))
        if self.cart.window.owe(self.cart.saved, skus, vouchers=vouchers):
            Rounds(self.shop).tell([self.cart])


class AroundHub:
    """A hub, its disk, its clock and its writer, who saves when the test says so."""

    def __init__(self, limits: Limits | None = None, clock: FakeClock | None = None) -> None:
        self.disk, self.writer, self.clock = FakeDisk(), FakeWriter(), clock or FakeClock()
        self.nodes = FakeNodes()
        self.hub = Hub(self.disk, shop_with(self.writer, self.clock, self.nodes, limits))

    async def enters(self, tab: FakeTab, account: Account = ADA) -> LiveCart:
        """Let *tab* in, as its connection does."""
        async with self.hub.borrow(account, tab.outbox) as cart:
            assert cart.tabs.enter(tab)
        return cart

    async def restocks(self, *changed: Product) -> None:
        """Put what *changed* on the shelf, and tell the tabs whose turn it is."""
        shelf = self.hub.shop.shelf
        self.hub.restock(
            shelf.moved + 1, shelf_of(*changed)._replace(vouchers=shelf.today.vouchers)
        )
        await self.hub.rounds.tell_due()

    def saves(self) -> None:
        """Save everything that waits, and tell."""
        for cart, *_ in self.writer.takes():
            self.disk.carts[cart.account] = cart._replace(version=cart.version + 1)
            self.hub.announce([cart.account])


async def until_it_waits() -> None:
    """Let everything that can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


def told(news: Iterable[object]) -> list[str]:
    """Return what kinds of news these are, in order."""
    return [type(one).__name__ for one in news]

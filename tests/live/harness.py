"""A live cart with the fakes around it."""

import asyncio
from collections.abc import Iterable

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog, Product
from app.domain.limits import Limits
from app.domain.ops import Op
from app.domain.outbox import EvictedOutbox
from app.domain.rules import rule
from app.domain.saved_beside import SavedBeside
from app.live.cart import LiveCart
from app.live.catalog import LiveCatalog
from app.live.context import CartContext
from app.live.hub import Hub
from app.live.price_broadcaster import PriceBroadcaster
from tests.examples import ADA, CATALOG, EMPTY, NOON, TERMS, THERE, catalog_of, ref
from tests.live.fakes import FakeClock, FakeDisk, FakePeers, FakeTab, FakeWriter, body_of


def context_with(
    writer: FakeWriter, clock: FakeClock, peers: FakePeers, limits: Limits | None = None
) -> CartContext:
    """Return a context with the catalogue of the examples."""
    catalog = LiveCatalog(TERMS)
    catalog.update(1, CATALOG)
    return CartContext(catalog, writer, limits or Limits(), clock.now_s, clock.steady_s, peers)


class CartHarness:
    """Ada's live cart, with a clock and a writer that the test controls."""

    def __init__(self, saved: Cart = EMPTY, limits: Limits | None = None):
        self.clock = FakeClock()
        self.writer, self.peers = FakeWriter(), FakePeers()
        self.context = context_with(self.writer, self.clock, self.peers, limits)
        self.cart = LiveCart(saved, self.context)
        self.changes: tuple[SavedBeside, ...] = ()

    def let_in(self, *tabs: FakeTab) -> None:
        """Connect *tabs*."""
        for tab in tabs:
            assert self.cart.tabs.enter(tab)

    def takes(self) -> tuple[Cart, tuple[EvictedOutbox, ...]]:
        """Take the cart, which must be marked, as the writer does; its orders are `changes`."""
        ((cart, evicted, self.changes),) = self.writer.takes()
        return cart, evicted

    def saves(self) -> Cart:
        """Take the cart, and announce it as saved; return it as in the database."""
        cart, _ = self.takes()
        self.cart.announce()
        return replace(cart, version=cart.version + 1)

    def updates_catalog(self, catalog: Catalog) -> None:
        """Change the catalogue to *catalog*, and send the tabs what changed."""
        if self.edits_catalog(catalog):
            self.sends_pending_prices()

    def edits_catalog(self, catalog: Catalog) -> bool:
        """Change the catalogue to *catalog*; say whether the tabs have to be sent what changed."""
        today = self.context.catalog.today.products
        changed = {sku: one for sku, one in catalog.products.items() if one != today.get(sku)}
        vouchers = catalog.vouchers != self.context.catalog.today.vouchers
        skus = self.context.catalog.update(
            self.context.catalog.revision + 1, catalog._replace(products=changed)
        )
        return self.cart.view.mark_pending(self.cart.saved, skus, vouchers=vouchers)

    def sends_pending_prices(self) -> None:
        """Send the tabs what changed in the catalogue and was not sent yet."""
        PriceBroadcaster(self.context).tell([self.cart])


class HubHarness:
    """A hub, with a disk, a clock and a writer that the test controls."""

    def __init__(self, limits: Limits | None = None, clock: FakeClock | None = None) -> None:
        self.disk, self.writer, self.clock = FakeDisk(), FakeWriter(), clock or FakeClock()
        self.peers = FakePeers()
        self.hub = Hub(self.disk, context_with(self.writer, self.clock, self.peers, limits))

    async def enters(self, tab: FakeTab, account: AccountId = ADA) -> LiveCart:
        """Connect *tab*, as its connection does."""
        async with self.hub.borrow(account, tab.outbox) as cart:
            assert cart.tabs.enter(tab)
        return cart

    async def updates_catalog(self, *changed: Product) -> None:
        """Update the catalogue with *changed*, and send the tabs what is due."""
        catalog = self.hub.context.catalog
        self.hub.update_catalog(
            catalog.revision + 1, catalog_of(*changed)._replace(vouchers=catalog.today.vouchers)
        )
        await self.hub.broadcaster.send_due()

    def saves(self) -> None:
        """Save everything that waits, and announce it."""
        for cart, *_ in self.writer.takes():
            self.disk.carts[cart.account] = replace(cart, version=cart.version + 1)
            self.hub.announce([cart.account])


def saved_elsewhere(cart: Cart, *ops: Op) -> Cart:
    """Return *cart* after another node has saved *ops*, sent there from another outbox."""
    for op in ops:
        cart = rule(cart, ref(cart, THERE, body_of(op)), op, CATALOG, NOON).cart
    return replace(cart, version=cart.version + 1)


async def until_it_waits() -> None:
    """Run the event loop until all tasks wait."""
    for _ in range(5):
        await asyncio.sleep(0)


def kinds_of(messages: Iterable[object]) -> list[str]:
    """Return the types of *messages*, in order."""
    return [type(one).__name__ for one in messages]

"""The open carts of this server: loaded when needed, kept in step, and let go when idle."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import islice

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog
from app.domain.errors import DatabaseUnavailable
from app.domain.members import OWNER
from app.domain.outbox import OutboxId, sender_of
from app.domain.waitlist import moved_offers, offer_of
from app.live.cart import LiveCart
from app.live.context import CartContext
from app.live.divergence_log import DivergenceLog
from app.live.open_carts import OpenCarts
from app.live.ports import Disk, Tab
from app.live.price_broadcaster import PriceBroadcaster
from app.live.sync_state import SyncState
from app.protocol.changes import CommittedChange

MOST_READ = 256


class Hub(OpenCarts):
    """The carts that tabs show or requests use: read when first needed, forgotten when idle."""

    def __init__(self, disk: Disk, context: CartContext):
        super().__init__(context.limits)
        self.context = context
        self.divergences = DivergenceLog()
        self.broadcaster = PriceBroadcaster(context)
        self._disk = disk
        self._stale: set[AccountId] = set()
        self._after_commit = asyncio.Event()
        self._stale_found = asyncio.Event()

    @asynccontextmanager
    async def borrow(self, account: AccountId, outbox: OutboxId | None) -> AsyncIterator[LiveCart]:
        """Hold *account*'s cart, ready for ops of *outbox*.

        Raises `DatabaseUnavailable` if it cannot be read.
        """
        cart = await self._load_and_hold(account)
        try:
            if outbox is not None:
                await self._prepare(cart, outbox)
            if cart.sync_state is SyncState.LOST:
                raise DatabaseUnavailable
            yield cart
        finally:
            cart.holds -= 1
            self._close_if_idle(cart)

    async def catch_up(self, account: AccountId) -> None:
        """Bring a cart, if it is open here, up to what is saved. Raises `DatabaseUnavailable`."""
        if self.is_open(account):
            async with self.borrow(account, None):
                pass

    def leave(self, cart: LiveCart, tab: Tab) -> None:
        """Remove *tab*, which entered *cart* while it was borrowed."""
        cart.tabs.leave(tab)
        if tab.by:
            self.end_visit(tab)
        self._close_if_idle(cart)

    def announce(self, saved: Iterable[AccountId]) -> None:
        """Handle that what was taken of these carts is saved."""
        for account in saved:
            if cart := self._carts.get(account):
                cart.announce()
                if not cart.is_shown_as_saved:
                    self._catch_up(cart)
                    self._close_if_idle(cart)

    def refuse(self, refused: Iterable[AccountId]) -> None:
        """Handle that the database refused an order of these carts: rule again."""
        for account in refused:
            if cart := self._carts.get(account):
                cart.refuse()
                self._catch_up(cart)
                self._close_if_idle(cart)

    def mark_stale(self, stale: Iterable[AccountId]) -> None:
        """Have these carts reloaded, since another node has saved them."""
        for cart in self._mark_stale(stale):
            cart.mark_stale()

    def mark_unknown(self, unknown: Iterable[AccountId]) -> None:
        """Have these carts reloaded, since it is not known whether they are saved."""
        for cart in self._mark_stale(unknown):
            cart.mark_unknown()

    def recheck(self) -> None:
        """Have all carts reloaded, since the database may have lost what was committed last."""
        self.mark_stale(tuple(self._carts))

    def lose(self, broken: Iterable[AccountId]) -> None:
        """Give up carts that cannot be saved; their tabs reconnect and get a snapshot."""
        for account in broken:
            if cart := self._carts.pop(account, None):
                cart.lose()
                self.context.peers.on_cart_closed(account)

    def on_remote_commit(
        self, account: AccountId, version: int, change: CommittedChange | None = None
    ) -> None:
        """Handle that another node saved a cart under *version*, with what that changed."""
        if cart := self._carts.get(account):
            cart.on_remote_commit(version, change)
            self._catch_up(cart)

    def settle(self) -> None:
        """Wake the requests that wait for the end of a commit."""
        self._after_commit.set()
        self._after_commit = asyncio.Event()

    async def resync(self) -> None:
        """Wait for stale carts and reload them.

        Raises `DatabaseUnavailable`; the carts are still stale then, and the next call tries again.
        """
        await self._stale_found.wait()
        while self._stale:
            await self._reload([*islice(self._stale, MOST_READ)])
        self._stale_found.clear()

    def update_catalog(self, revision: int, changed: Catalog) -> None:
        """Take what *changed* in the catalogue; `broadcaster` sends it to the tabs that show it."""
        vouchers = changed.vouchers != self.context.catalog.today.vouchers
        before = self.context.catalog.today.offers
        skus = self.context.catalog.update(revision, changed)
        skus |= self.context.catalog.follow_promotions(self.context.now_s())
        today = self.context.catalog.today
        if before or today.offers:
            moved, now_s = moved_offers(before, today.offers, skus), self.context.now_s()
            self.publish((one.account, offer_of(one, today, now_s)) for one in moved)
        for cart in self._carts.values():
            if cart.view.mark_pending(cart.saved, skus, vouchers=vouchers):
                self.broadcaster.mark_pending(cart)

    def request_refresh(self) -> None:
        """Have all nodes load at once what changed of the catalogue on disk."""
        self.context.request_refresh()

    async def _load_and_hold(self, account: AccountId) -> LiveCart:
        """Hold a cart that is no older than this call, as far as other nodes may have saved it."""
        is_fresh = not self.context.peers.are_any
        while (cart := self._carts.get(account)) is None or not is_fresh:
            if cart is None:
                is_fresh |= await self._load(account)
            else:
                await self._check_version(account)
                is_fresh = True
        cart.holds += 1
        return cart

    async def _prepare(self, cart: LiveCart, outbox: OutboxId) -> None:
        """Have *cart* know how far *outbox* got, and what its sender may still send.

        The outboxes of a member leave the cart with the member, however few there are.
        """
        by = sender_of(outbox)
        if by and by not in cart.tokens:
            self._restore_tokens(cart, by)
        if (by or cart.has_evicted) and not cart.knows(outbox):
            cart.remember(outbox, await self._disk.last(cart.saved.account, outbox))

    async def _check_version(self, account: AccountId) -> None:
        """Bring an open cart up to the version in the database.

        A tab that comes from another node has seen that version, and must not see an older one.
        """
        self.on_remote_commit(account, await self._disk.version(account))
        while (cart := self._carts.get(account)) and cart.is_saving_over:
            await self._after_commit.wait()
        while (cart := self._carts.get(account)) and not cart.is_in_sync:
            await self._reload([account])

    async def _load(self, account: AccountId) -> bool:
        """Read the cart, once for all requests at the same time; say whether this one read it.

        Those that waited check again: what they waited for may have been read before they came.
        """
        if (loading := self._loading.get(account)) is not None:
            await asyncio.wait([loading])
            return False
        loading = self._loading[account] = asyncio.get_running_loop().create_future()
        try:
            saved = await self._disk.cart(account)
            self._carts[account] = cart = LiveCart(saved, self.context)
            self._restore_tokens(cart, OWNER)
            self.context.peers.on_cart_opened(account)
        finally:
            del self._loading[account]
            loading.set_result(None)
        return True

    async def _reload(self, accounts: Iterable[AccountId]) -> None:
        """Reload stale carts with one query; carts that cannot be read are given up.

        One that turned stale again during the query stays on the list.
        """
        stale = [cart for one in accounts if (cart := self._carts.get(one))]
        known = {cart.saved.account: cart.saved.version for cart in stale if not cart.is_in_sync}
        found = await self._disk.carts_of(known) if known else ()
        self.lose(known.keys() - {saved.account for saved in found})
        for saved in found:
            self._take_saved(saved, known[saved.account])
        here = (self._carts.get(account) for account in self._stale)
        self._stale = {cart.saved.account for cart in here if cart and not cart.is_in_sync}

    def _take_saved(self, found: Cart, known: int) -> None:
        """Reload a cart from *found*, or give it up if the database has gone back.

        It was restored then, or a server was promoted which lacked the newest commits.
        """
        account = found.account
        if (cart := self._carts.get(account)) is None:
            return
        if not cart.is_continued_by(found, known):
            self.divergences.compare(cart.saved, found, self.context.steady_s())
            self.lose([account])
        else:
            cart.reload(found)
            self._catch_up(cart)
            self._close_if_idle(cart)

    def _catch_up(self, cart: LiveCart) -> None:
        """Have *cart* reloaded if another node has saved it."""
        if cart.is_behind:
            self.mark_stale([cart.saved.account])

    def _mark_stale(self, accounts: Iterable[AccountId]) -> list[LiveCart]:
        stale = [account for account in accounts if account in self._carts]
        self._stale.update(stale)
        if stale:
            self._stale_found.set()
        return [self._carts[account] for account in stale]

    def _close_if_idle(self, cart: LiveCart) -> None:
        account = cart.saved.account
        if cart.idle and self._carts.get(account) is cart:
            del self._carts[account]
            self._keep_tokens(cart, self.context.steady_s())
            self.context.peers.on_cart_closed(account)

"""The open carts of this server: loaded when needed, kept in step, and let go when idle."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import islice

from app.domain.cart import AccountId, Cart
from app.domain.catalog import Catalog
from app.domain.errors import DatabaseUnavailable
from app.domain.outbox import OutboxId
from app.domain.token_bucket import TokenBucket, without_full
from app.live.cart import LiveCart
from app.live.context import CartContext
from app.live.divergence_log import DivergenceLog
from app.live.ports import CommittedChange, Disk, Tab
from app.live.price_broadcaster import PriceBroadcaster
from app.live.sync_state import SyncState
from app.protocol.messages import OrderMoved

MOST_BUCKETS = 10_000
MOST_READ = 256


class Hub:
    """The carts that tabs show or requests use, by account.

    A cart is read from the database when it is first needed, and forgotten when it is idle.
    """

    def __init__(self, disk: Disk, context: CartContext):
        self.context = context
        self.divergences = DivergenceLog()
        self.broadcaster = PriceBroadcaster(context)
        self._disk = disk
        self._carts: dict[AccountId, LiveCart] = {}
        self._loading: dict[AccountId, asyncio.Future[None]] = {}
        self._token_buckets: dict[AccountId, TokenBucket] = {}
        self._stale: set[AccountId] = set()
        self._after_commit = asyncio.Event()
        self._stale_found = asyncio.Event()

    @property
    def open_carts(self) -> int:
        """How many carts are open."""
        return len(self._carts)

    @property
    def waiting(self) -> int:
        """How many ops and orders were ruled on and are not answered yet, in all open carts."""
        return sum(cart.waiting for cart in self._carts.values())

    @asynccontextmanager
    async def borrow(self, account: AccountId, outbox: OutboxId | None) -> AsyncIterator[LiveCart]:
        """Hold *account*'s cart, ready for ops of *outbox*.

        Raises `DatabaseUnavailable` if it cannot be read.
        """
        cart = await self._load_and_hold(account)
        try:
            if outbox is not None and not cart.knows(outbox):
                cart.remember(outbox, await self._disk.last(account, outbox))
            if cart.sync_state is SyncState.LOST:
                raise DatabaseUnavailable
            yield cart
        finally:
            cart.holds -= 1
            self._close_if_idle(cart)

    def leave(self, cart: LiveCart, tab: Tab) -> None:
        """Remove *tab*, which entered *cart* while it was borrowed."""
        cart.tabs.leave(tab)
        self._close_if_idle(cart)

    def announce(self, saved: Iterable[AccountId]) -> None:
        """Handle that what was taken of these carts is saved."""
        for account in saved:
            if cart := self._carts.get(account):
                cart.announce()
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

    def lose(self, broken: Iterable[AccountId]) -> None:
        """Give up carts that cannot be saved; their tabs reconnect and get a snapshot."""
        for account in broken:
            if cart := self._carts.pop(account, None):
                cart.lose()

    def on_remote_commit(
        self, account: AccountId, version: int, made: Iterable[CommittedChange] = ()
    ) -> None:
        """Handle that another node saved a cart under *version*, with what it did to it."""
        if cart := self._carts.get(account):
            cart.on_remote_commit(version, made)
            self._catch_up(cart)

    def on_remote_tabs(self, account: AccountId, node: str, tabs: int) -> None:
        """Handle that so many tabs show a cart on another node."""
        if cart := self._carts.get(account):
            cart.tabs.on_remote_count(node, tabs)

    def renew_presence(self) -> tuple[AccountId, ...]:
        """Repeat to the other nodes how many tabs are here; return the accounts of open carts."""
        for cart in self._carts.values():
            cart.tabs.renew()
        return tuple(self._carts)

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
        skus = self.context.catalog.update(revision, changed)
        for cart in self._carts.values():
            if cart.view.mark_pending(cart.saved, skus, vouchers=vouchers):
                self.broadcaster.mark_pending(cart)

    def request_refresh(self) -> None:
        """Have all nodes load at once what changed of the catalogue on disk."""
        self.context.request_refresh()

    def publish_orders(self, moved: Iterable[tuple[AccountId, OrderMoved]]) -> None:
        """Send the new states of orders to the tabs of their accounts."""
        for account, message in moved:
            if cart := self._carts.get(account):
                cart.tabs.tell(message)

    async def _load_and_hold(self, account: AccountId) -> LiveCart:
        if account in self._carts and self.context.peers.are_any:
            await self._check_version(account)
        while (cart := self._carts.get(account)) is None:
            await self._load(account)
        cart.holds += 1
        return cart

    async def _check_version(self, account: AccountId) -> None:
        """Bring an open cart up to the version in the database.

        A tab that comes from another node has seen that version, and must not see an older one.
        """
        self.on_remote_commit(account, await self._disk.version(account))
        while (cart := self._carts.get(account)) and cart.is_saving_over:
            await self._after_commit.wait()
        while (cart := self._carts.get(account)) and not cart.is_in_sync:
            await self._reload([account])

    async def _load(self, account: AccountId) -> None:
        """Read the cart, once for all requests at the same time; those that waited check again."""
        if (loading := self._loading.get(account)) is not None:
            await asyncio.wait([loading])
            return
        loading = self._loading[account] = asyncio.get_running_loop().create_future()
        try:
            saved = await self._disk.cart(account)
            tokens = self._token_buckets.pop(account, None)
            self._carts[account] = LiveCart(saved, self.context, tokens)
        finally:
            del self._loading[account]
            loading.set_result(None)

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
        """Reload a cart from *found*; give it up if that is older than the version known before.

        Versions only grow: an older one means that another database was restored.
        """
        account = found.account
        if (cart := self._carts.get(account)) is None:
            return
        if found.version < known:
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
            self._keep_tokens(account, cart.tokens)

    def _keep_tokens(self, account: AccountId, tokens: TokenBucket) -> None:
        """Keep the token bucket of a closed cart: reconnecting must not refill it."""
        ops, now_s = self.context.limits.ops, self.context.steady_s()
        if len(self._token_buckets) >= MOST_BUCKETS:
            self._token_buckets = without_full(self._token_buckets, ops, now_s)
        self._token_buckets[account] = tokens

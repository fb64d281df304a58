"""The open carts: hands them out, tells them what was saved, lets them go."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import islice

from app.domain.cart import AccountId, Cart
from app.domain.catalog import Catalog
from app.domain.errors import DatabaseUnavailable
from app.domain.outbox import OutboxId
from app.domain.token_bucket import TokenBucket, refill
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
    """The carts that somebody looks at or asks for, by account.

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
        """How many ops and orders were ruled on and are not told yet, in all open carts."""
        return sum(cart.waiting for cart in self._carts.values())

    @asynccontextmanager
    async def borrow(self, account: AccountId, outbox: OutboxId | None) -> AsyncIterator[LiveCart]:
        """Hold *account*'s cart, ready for ops of *outbox*; or raise `DatabaseUnavailable`."""
        cart = await self._hold(account)
        try:
            if outbox is not None and not cart.knows(outbox):
                cart.remember(outbox, await self._disk.last(account, outbox))
            if cart.sync_state is SyncState.LOST:
                raise DatabaseUnavailable
            yield cart
        finally:
            cart.holds -= 1
            self._let_go(cart)

    def leave(self, cart: LiveCart, tab: Tab) -> None:
        """Take *tab*, which entered *cart* while it was borrowed, out again."""
        cart.tabs.leave(tab)
        self._let_go(cart)

    def announce(self, saved: Iterable[AccountId]) -> None:
        """Tell that what was taken of these carts is on disk."""
        for account in saved:
            if cart := self._carts.get(account):
                cart.announce()
                self._catch_up(cart)
                self._let_go(cart)

    def refuse(self, refused: Iterable[AccountId]) -> None:
        """Have these carts ruled on again: an order of theirs could not be saved."""
        for account in refused:
            if cart := self._carts.get(account):
                cart.refuse()
                self._catch_up(cart)
                self._let_go(cart)

    def mark_stale(self, stale: Iterable[AccountId]) -> None:
        """Have these carts read again, for somebody else has saved them."""
        for cart in self._mark_stale(stale):
            cart.mark_stale()

    def mark_unknown(self, unknown: Iterable[AccountId]) -> None:
        """Have these carts read again, for nobody knows whether they are saved."""
        for cart in self._mark_stale(unknown):
            cart.mark_unknown()

    def lose(self, broken: Iterable[AccountId]) -> None:
        """Forget carts that cannot be saved; their tabs come back for the truth."""
        for account in broken:
            if cart := self._carts.pop(account, None):
                cart.lose()

    def on_remote_commit(
        self, account: AccountId, version: int, made: Iterable[CommittedChange] = ()
    ) -> None:
        """Learn that a cart is saved under *version*, and what another node did to it."""
        if cart := self._carts.get(account):
            cart.on_remote_commit(version, made)
            self._catch_up(cart)

    def on_remote_tabs(self, account: AccountId, node: str, tabs: int) -> None:
        """Learn that so many tabs look at a cart on another node."""
        if cart := self._carts.get(account):
            cart.tabs.on_remote_count(node, tabs)

    def renew_presence(self) -> tuple[AccountId, ...]:
        """Have the nodes told that ours still look; return which carts are open."""
        for cart in self._carts.values():
            cart.tabs.renew()
        return tuple(self._carts)

    def settle(self) -> None:
        """Let those go on who waited for what became of a commit."""
        self._after_commit.set()
        self._after_commit = asyncio.Event()

    async def resync(self) -> None:
        """Wait for stale carts and reload them; `DatabaseUnavailable` leaves them stale."""
        await self._stale_found.wait()
        while self._stale:
            await self._read_again([*islice(self._stale, MOST_READ)])
        self._stale_found.clear()

    def update_catalog(self, revision: int, changed: Catalog) -> None:
        """Put what changed on the shelf; `broadcaster` tell the tabs that show it."""
        vouchers = changed.vouchers != self.context.catalog.today.vouchers
        skus = self.context.catalog.update(revision, changed)
        for cart in self._carts.values():
            if cart.view.mark_pending(cart.saved, skus, vouchers=vouchers):
                self.broadcaster.mark_pending(cart)

    def request_refresh(self) -> None:
        """Have all nodes load at once what changed of the catalogue on disk."""
        self.context.request_refresh()

    def publish_orders(self, moved: Iterable[tuple[AccountId, OrderMoved]]) -> None:
        """Tell the tabs whose orders are in another state now."""
        for account, news in moved:
            if cart := self._carts.get(account):
                cart.tabs.tell(news)

    async def _hold(self, account: AccountId) -> LiveCart:
        if account in self._carts and self.context.peers.are_any:
            await self._look_at(account)
        while (cart := self._carts.get(account)) is None:
            await self._load(account)
        cart.holds += 1
        return cart

    async def _look_at(self, account: AccountId) -> None:
        """Bring an open cart up to what is on disk: who comes from another node has seen that."""
        self.on_remote_commit(account, await self._disk.version(account))
        while (cart := self._carts.get(account)) and cart.is_saving_over:
            await self._after_commit.wait()
        while (cart := self._carts.get(account)) and not cart.is_in_sync:
            await self._read_again([account])

    async def _load(self, account: AccountId) -> None:
        """Read the cart, once for all who want it; whoever waited looks again afterwards."""
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

    async def _read_again(self, accounts: Iterable[AccountId]) -> None:
        """Read carts, all in one go; those that were saved meanwhile stay ill.

        What cannot be read is lost.
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
        """Take what is on disk for the truth; if it is older than what was known, lose the cart."""
        account = found.account
        if (cart := self._carts.get(account)) is None:
            return
        if found.version < known:
            self.lose([account])
        else:
            cart.reload(found)
            self._catch_up(cart)
            self._let_go(cart)

    def _catch_up(self, cart: LiveCart) -> None:
        """Have *cart* read again if another node has moved it on."""
        if cart.is_behind:
            self.mark_stale([cart.saved.account])

    def _mark_stale(self, accounts: Iterable[AccountId]) -> list[LiveCart]:
        stale = [account for account in accounts if account in self._carts]
        self._stale.update(stale)
        if stale:
            self._stale_found.set()
        return [self._carts[account] for account in stale]

    def _let_go(self, cart: LiveCart) -> None:
        account = cart.saved.account
        if cart.idle and self._carts.get(account) is cart:
            del self._carts[account]
            self._keep_tokens(account, cart.tokens)

    def _keep_tokens(self, account: AccountId, tokens: TokenBucket) -> None:
        """Nobody gets a new allowance by leaving and coming back."""
        ops, now_s = self.context.limits.ops, self.context.steady_s()
        if len(self._token_buckets) >= MOST_BUCKETS:
            self._token_buckets = {
                owner: left
                for owner, left in self._token_buckets.items()
                if refill(left, ops, now_s).left < ops.size
            }
        self._token_buckets[account] = tokens

"""The open carts: hands them out, tells them what was saved, lets them go."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import islice

from app.domain.allowance import Allowance, refill
from app.domain.cart import Account, Cart
from app.domain.outbox import OutboxId
from app.domain.shelf import Shelf
from app.live.alarms import Alarms
from app.live.cart import LiveCart, Trust
from app.live.ports import Away, Disk, Made, Tab
from app.live.rounds import Rounds
from app.live.shop import Shop
from app.protocol.messages import OrderMoved

MOST_ALLOWANCES = 10_000
MOST_READ = 256


class Hub:
    """The carts that somebody looks at or asks for, by account.

    A cart is read from disk by the first who wants it, and forgotten when nobody does; *kind* is
    what it becomes.
    """

    def __init__(self, disk: Disk, shop: Shop, kind: type[LiveCart] = LiveCart):
        self.shop = shop
        self._kind = kind
        self.alarms = Alarms()
        self.rounds = Rounds(shop)
        self._disk = disk
        self._carts: dict[Account, LiveCart] = {}
        self._loading: dict[Account, asyncio.Future[None]] = {}
        self._allowances: dict[Account, Allowance] = {}
        self._ill: set[Account] = set()
        self._after_commit = asyncio.Event()
        self._falling_ill = asyncio.Event()

    @property
    def open_carts(self) -> int:
        """How many carts are open."""
        return len(self._carts)

    @property
    def waiting(self) -> int:
        """How many ops and orders were ruled on and are not told yet, in all open carts."""
        return sum(cart.waiting for cart in self._carts.values())

    @asynccontextmanager
    async def borrow(self, account: Account, outbox: OutboxId | None) -> AsyncIterator[LiveCart]:
        """Hold *account*'s cart for a while, ready to rule on ops of *outbox*; or raise `Away`."""
        cart = await self._hold(account)
        try:
            if outbox is not None and not cart.knows(outbox):
                cart.remember(outbox, await self._disk.last(account, outbox))
            if cart.trust is Trust.LOST:
                raise Away
            yield cart
        finally:
            cart.holds -= 1
            self._let_go(cart)

    def leave(self, cart: LiveCart, tab: Tab) -> None:
        """Take *tab*, which entered *cart* while it was borrowed, out again."""
        cart.tabs.leave(tab)
        self._let_go(cart)

    def announce(self, saved: Iterable[Account]) -> None:
        """Tell that what was taken of these carts is on disk."""
        for account in saved:
            if cart := self._carts.get(account):
                cart.announce()
                self._catch_up(cart)
                self._let_go(cart)

    def refuse(self, refused: Iterable[Account]) -> None:
        """Have these carts ruled on again: an order of theirs could not be saved."""
        for account in refused:
            if cart := self._carts.get(account):
                cart.refuse()
                self._catch_up(cart)
                self._let_go(cart)

    def outrun(self, stale: Iterable[Account]) -> None:
        """Have these carts read again, for somebody else has saved them."""
        for cart in self._fall_ill(stale):
            cart.outrun()

    def doubt(self, unknown: Iterable[Account]) -> None:
        """Have these carts read again, for nobody knows whether they are saved."""
        for cart in self._fall_ill(unknown):
            cart.doubt()

    def lose(self, broken: Iterable[Account]) -> None:
        """Forget carts that cannot be saved; their tabs come back for the truth."""
        for account in broken:
            if cart := self._carts.pop(account, None):
                cart.lose()

    def overhear(self, account: Account, version: int, made: Iterable[Made] = ()) -> None:
        """Learn that a cart is saved under *version*, and what another node did to it."""
        if cart := self._carts.get(account):
            cart.overhear(version, made)
            self._catch_up(cart)

    def hear_tabs(self, account: Account, node: str, tabs: int) -> None:
        """Learn that so many tabs look at a cart on another node."""
        if cart := self._carts.get(account):
            cart.tabs.hear(node, tabs)

    def go_round(self) -> tuple[Account, ...]:
        """Have the nodes told that ours still look; return which carts are open."""
        for cart in self._carts.values():
            cart.tabs.go_round()
        return tuple(self._carts)

    def settle(self) -> None:
        """Let those go on who waited for what became of a commit."""
        self._after_commit.set()
        self._after_commit = asyncio.Event()

    async def mend(self) -> None:
        """Wait until carts have to be read again, and read them; `Away` leaves them for later."""
        await self._falling_ill.wait()
        while self._ill:
            await self._read_again([*islice(self._ill, MOST_READ)])
        self._falling_ill.clear()

    def restock(self, moved: int, changed: Shelf) -> None:
        """Put what changed on the shelf; `rounds` tell the tabs that show it."""
        vouchers = changed.vouchers != self.shop.shelf.today.vouchers
        skus = self.shop.shelf.update(moved, changed)
        for cart in self._carts.values():
            if cart.window.owe(cart.saved, skus, vouchers=vouchers):
                self.rounds.owe(cart)

    def tell_orders(self, moved: Iterable[tuple[Account, OrderMoved]]) -> None:
        """Tell the tabs whose orders are in another state now."""
        for account, news in moved:
            if cart := self._carts.get(account):
                cart.tabs.tell(news)

    async def _hold(self, account: Account) -> LiveCart:
        if account in self._carts and self.shop.nodes.are_any:
            await self._look_at(account)
        while (cart := self._carts.get(account)) is None:
            await self._load(account)
        cart.holds += 1
        return cart

    async def _look_at(self, account: Account) -> None:
        """Bring an open cart up to what is on disk: who comes from another node has seen that."""
        self.overhear(account, await self._disk.version(account))
        while (cart := self._carts.get(account)) and cart.is_saving_over:
            await self._after_commit.wait()
        while (cart := self._carts.get(account)) and not cart.is_sound:
            await self._read_again([account])

    async def _load(self, account: Account) -> None:
        """Read the cart, once for all who want it; whoever waited looks again afterwards."""
        if (loading := self._loading.get(account)) is not None:
            await asyncio.wait([loading])
            return
        loading = self._loading[account] = asyncio.get_running_loop().create_future()
        try:
            saved = await self._disk.cart(account)
            allowance = self._allowances.pop(account, None)
            self._carts[account] = self._kind(saved, self.shop, allowance)
        finally:
            del self._loading[account]
            loading.set_result(None)

    async def _read_again(self, accounts: Iterable[Account]) -> None:
        """Read carts, all in one go; those that were saved meanwhile stay ill.

        What cannot be read is lost.
        """
        ill = [cart for one in accounts if (cart := self._carts.get(one))]
        known = {cart.saved.account: cart.saved.version for cart in ill if not cart.is_sound}
        found = await self._disk.carts_of(known) if known else ()
        self.lose(known.keys() - {saved.account for saved in found})
        for saved in found:
            self._mend(saved, known[saved.account])
        here = (self._carts.get(account) for account in self._ill)
        self._ill = {cart.saved.account for cart in here if cart and not cart.is_sound}

    def _mend(self, found: Cart, known: int) -> None:
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
            self.outrun([cart.saved.account])

    def _fall_ill(self, accounts: Iterable[Account]) -> list[LiveCart]:
        ill = [account for account in accounts if account in self._carts]
        self._ill.update(ill)
        if ill:
            self._falling_ill.set()
        return [self._carts[account] for account in ill]

    def _let_go(self, cart: LiveCart) -> None:
        account = cart.saved.account
        if cart.idle and self._carts.get(account) is cart:
            del self._carts[account]
            self._keep_allowance(account, cart.allowance)

    def _keep_allowance(self, account: Account, allowance: Allowance) -> None:
        """Nobody gets a new allowance by leaving and coming back."""
        ops, now_s = self.shop.limits.ops, self.shop.steady_s()
        if len(self._allowances) >= MOST_ALLOWANCES:
            self._allowances = {
                owner: left
                for owner, left in self._allowances.items()
                if refill(left, ops, now_s).left < ops.size
            }
        self._allowances[account] = allowance

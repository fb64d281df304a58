"""The carts in memory, by account, and what their tabs are told of other than ops."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

from app.domain.accounts import AccountId
from app.domain.limits import Limits
from app.domain.members import NOBODY, People
from app.domain.outbox import OutboxId, outbox_of
from app.domain.token_bucket import KeptBuckets
from app.domain.waitlist import Offer
from app.live.cart import LiveCart
from app.live.ports import DisconnectReason, Subscriber, Tab
from app.protocol.messages import OrderMoved

MOST_BUCKETS = 100_000


class OpenCarts:
    """The carts that tabs show or requests use; `Hub` opens, saves and closes them."""

    def __init__(self, limits: Limits) -> None:
        self._carts: dict[AccountId, LiveCart] = {}
        self._token_buckets = KeptBuckets[str](limits.ops, MOST_BUCKETS)
        self._loading: dict[AccountId, asyncio.Future[None]] = {}
        self._visits = defaultdict[AccountId, set[Tab]](set)
        self._visitors = defaultdict[AccountId, set[Subscriber]](set)

    @property
    def open_carts(self) -> int:
        """How many carts are open."""
        return len(self._carts)

    def is_open(self, account: AccountId) -> bool:
        """Say whether a cart is in memory here, or being read."""
        return account in self._carts or account in self._loading

    @property
    def waiting(self) -> int:
        """How many ops and orders were ruled on and are not answered yet, in all open carts."""
        return sum(cart.waiting for cart in self._carts.values())

    def attended(self, accounts: Iterable[AccountId]) -> frozenset[AccountId]:
        """Return those of *accounts* whose carts are shown by a shopper's tab here."""
        carts = self._carts
        return frozenset([one for one in accounts if one in carts and carts[one].tabs.shoppers])

    def helped(self, accounts: Iterable[AccountId]) -> frozenset[AccountId]:
        """Return those of *accounts* whose carts are shown by a tab of a helper here."""
        return frozenset(
            one for one in accounts if (cart := self._carts.get(one)) and cart.tabs.has_helper
        )

    def connected(self, accounts: Iterable[AccountId]) -> frozenset[AccountId]:
        """Return those of *accounts* who have a tab here, in whichever cart."""
        carts, visits = self._carts, self._visits
        return frozenset(
            [one for one in accounts if one in visits or (one in carts and carts[one].tabs.has_own)]
        )

    def on_remote_tabs(
        self, account: AccountId, node: str, tabs: int, people: People = NOBODY
    ) -> None:
        """Handle that so many tabs show a cart on another node, and whose they are."""
        if cart := self._carts.get(account):
            cart.tabs.on_remote_count(node, tabs, people)

    def renew_presence(self) -> tuple[AccountId, ...]:
        """Repeat to the other nodes how many tabs are here; return the accounts of open carts."""
        for cart in self._carts.values():
            cart.tabs.renew()
        return tuple(self._carts)

    def publish(self, messages: Iterable[tuple[AccountId, OrderMoved | Offer]]) -> None:
        """Send accounts what concerns them: to all of their tabs, in whichever cart."""
        for account, message in messages:
            for tab in self._tabs_of(account):
                tab.tell(message)

    def begin_visit(self, tab: Tab) -> None:
        """Note that *tab* of a member shows a cart that is another's."""
        self._visits[tab.by].add(tab)

    def end_visit(self, tab: Tab) -> None:
        """Note that *tab* shows it no longer."""
        self._visits[tab.by].discard(tab)
        if not self._visits[tab.by]:
            del self._visits[tab.by]

    def expect_visit(self, owner: AccountId, socket: Subscriber) -> None:
        """Note that *socket*, which is not let in yet, is to show the cart of *owner*, another."""
        self._visitors[owner].add(socket)

    def forget_visit(self, owner: AccountId, socket: Subscriber) -> None:
        """Note that *socket* is closed."""
        self._visitors[owner].discard(socket)
        if not self._visitors[owner]:
            del self._visitors[owner]

    @property
    def visited(self) -> frozenset[AccountId]:
        """The owners whose carts sockets of others here show, or are to show."""
        return frozenset(self._visitors)

    def on_remote_visits_end(self, owner: AccountId) -> None:
        """Disconnect all others who show the cart of *owner* here, as if they were removed."""
        for socket in tuple(self._visitors.get(owner, ())):
            socket.disconnect(DisconnectReason.REMOVED)

    def hand_over(self, account: AccountId) -> None:
        """Have a cart's tabs leave once their ops are answered: another node is to serve it."""
        if cart := self._carts.get(account):
            cart.tabs.hand_over()

    def _tabs_of(self, account: AccountId) -> tuple[Tab, ...]:
        cart = self._carts.get(account)
        own = (tab for tab in cart.tabs if not tab.by) if cart else ()
        return *own, *self._visits.get(account, ())

    def _restore_tokens(self, cart: LiveCart, by: AccountId) -> None:
        """Give *by* the token bucket that was kept when *cart* was closed, if there is one."""
        if kept := self._token_buckets.take(_bucket_of(cart, by)):
            cart.tokens[by] = kept

    def _keep_tokens(self, cart: LiveCart, now_s: float) -> None:
        """Keep the token buckets of a closed cart: reconnecting must not refill them."""
        for by, tokens in cart.tokens.items():
            self._token_buckets.keep(_bucket_of(cart, by), tokens, now_s)


def _bucket_of(cart: LiveCart, by: AccountId) -> str:
    """Return what the token bucket of *by* is kept under; the owner's by the account alone."""
    return outbox_of(by, OutboxId(cart.saved.account))

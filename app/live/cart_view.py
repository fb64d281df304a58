"""What the tabs of one cart are sent: the cart as saved, at today's prices and stock."""

from collections.abc import Sequence
from functools import partial

from app.domain.cart import Cart, Patch
from app.domain.catalog import Sku
from app.domain.totals import price_cart
from app.live.context import CartContext
from app.live.ports import CommittedChange, OpTrace, Tab
from app.live.presence import Presence
from app.protocol.messages import By, Prices, Snapshot, Untouched
from app.protocol.projections import (
    all_prices_message,
    moved_prices_message,
    patch_message,
    snapshot_message,
    voucher_message,
    with_items,
)

NOTHING: frozenset[Sku] = frozenset()

Views = dict[frozenset[Sku], list[Tab]]
"""Tabs by the products whose prices they get, where nothing else is to be sent."""


class CartView:
    """The tabs of a cart, and what they know of it; the cart itself is handed in each time.

    Products whose price or stock changed are pending until `send_pending`. A patch that goes out
    before brings their lines along, so that its totals follow from what the tab shows.
    """

    def __init__(self, saved: Cart, context: CartContext, trace: OpTrace | None):
        self.tabs = Presence(
            context.limits.sockets, partial(context.peers.publish_tabs, saved.account)
        )
        self.last_sent_s = float("-inf")
        self._context = context
        self._trace = trace
        self._sent_voucher, _ = price_cart(saved, context.catalog.today, context.now_s())
        self._unsent = NOTHING
        self._is_voucher_pending = False

    def snapshot(self, saved: Cart) -> Snapshot:
        """Return the whole of *saved*."""
        self.refresh_voucher(saved)
        return snapshot_message(saved, self._context.catalog.today, self._context.now_s())

    def prices(self, saved: Cart) -> Prices:
        """Return today's prices and stock of everything in *saved*."""
        self.refresh_voucher(saved)
        return all_prices_message(saved, self._context.catalog.today, self._context.now_s())

    def mark_pending(self, saved: Cart, skus: frozenset[Sku], *, vouchers: bool) -> bool:
        """Note that *skus*, and maybe vouchers, changed; say whether a message is due."""
        pending = _held(saved, skus)
        for tab in self.tabs:
            pending |= skus & tab.watched
        self._unsent |= pending
        self._is_voucher_pending |= vouchers and bool(saved.voucher)
        return bool(self._unsent) or self._is_voucher_pending

    def send_pending(self, saved: Cart, views: Views) -> None:
        """Send what is pending; if it does not touch the cart, add the tabs to *views* instead.

        Tabs of many carts show the same products: the caller sends one message to all of them.
        """
        pending, self._unsent, self.last_sent_s = self._unsent, NOTHING, self._context.steady_s()
        mine = _held(saved, pending)
        if mine or self._is_voucher_pending:
            self._is_voucher_pending = False
            self._tell_prices(saved, pending, mine)
            return
        for tab in self.tabs:
            if shown := pending & tab.watched:
                views.setdefault(shown, []).append(tab)

    def publish(self, cart: Cart, change: CommittedChange) -> None:
        """Send the tabs the *change* that made *cart*, and the order that it placed."""
        self._tell_patch(cart, change.patch, change.by)
        if change.order:
            self.tabs.tell(change.order)
        if self._trace:
            self._trace.patched(change.by, len(self.tabs))

    def tell_steps(self, steps: Sequence[tuple[Cart, CommittedChange]] | None, saved: Cart) -> None:
        """Send the changes that led to *saved*, or the whole of it if they are not known."""
        if steps is None:
            self.tabs.tell(self.snapshot(saved))
            return
        for cart, change in steps:
            self.publish(cart, change)

    def _tell_patch(self, cart: Cart, patch: Patch, by: By) -> None:
        catalog, now_s = self._context.catalog.today, self._context.now_s()
        change = patch_message(cart, patch, by, self._sent_voucher, catalog, now_s, self._unsent)
        if not isinstance(change.voucher, Untouched):
            self._sent_voucher = change.voucher
        self.tabs.tell(change)

    def refresh_voucher(self, saved: Cart) -> None:
        """Send the voucher's state if it has changed, as it does with time and with orders.

        It goes out before anything that shows the new state.
        """
        voucher, totals = price_cart(saved, self._context.catalog.today, self._context.now_s())
        if voucher != self._sent_voucher:
            self._sent_voucher = voucher
            self.tabs.tell(
                voucher_message(saved, self._unsent, voucher, totals, self._context.catalog.today)
            )

    def _tell_prices(self, saved: Cart, pending: frozenset[Sku], mine: frozenset[Sku]) -> None:
        catalog, now_s = self._context.catalog, self._context.now_s()
        prices = moved_prices_message(saved, pending, self._sent_voucher, catalog.today, now_s)
        sent: dict[frozenset[Sku], Prices] = {}
        for tab in self.tabs:
            shown = mine | (pending & tab.watched)
            if shown not in sent:
                sent[shown] = with_items(prices, catalog.items(shown))
            if shown or prices:
                tab.tell(sent[shown])
        if prices and not isinstance(prices.voucher, Untouched):
            self._sent_voucher = prices.voucher


def _held(cart: Cart, skus: frozenset[Sku]) -> frozenset[Sku]:
    """Return those of *skus* that have a line in *cart*, saved lines included."""
    return frozenset((cart.lines.keys() & skus) | (cart.saved.keys() & skus))

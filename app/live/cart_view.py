"""What the tabs of one cart are sent: the cart as saved, at today's prices and stock."""

from collections.abc import Sequence
from functools import partial

from msgspec import UNSET, UnsetType

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Sku
from app.domain.help import helper_of
from app.domain.members import OWNER, hides_saved
from app.domain.totals import moved_sums, price_cart, sum_up
from app.domain.vouchers import ShownVoucher
from app.live.context import CartContext
from app.live.ports import OpTrace, Tab
from app.live.presence import Presence
from app.live.remote_commits import Step
from app.protocol.changes import CommittedChange
from app.protocol.messages import BY_ORDER, PatchMessage, Prices, Snapshot
from app.protocol.projections import (
    T,
    all_prices_message,
    for_helper,
    moved_prices_message,
    patch_message,
    snapshot_message,
    voucher_message,
    with_items,
    without_saved,
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
            context.limits.sockets,
            saved.account,
            partial(context.peers.publish_tabs, saved.account),
        )
        self.tabs.household, self.tabs.help = saved.household, saved.help
        self._take_rights(saved)
        self.last_sent_s = float("-inf")
        self._context = context
        self._trace = trace
        # The sums of the lines that were priced last, at the prices of that day: a patch moves
        # them on, so that a long cart costs no more than a short one.
        self._summed, self._summed_at = saved.lines, context.catalog.edition
        today, now_s = context.catalog.today, context.now_s()
        self._sums = sum_up(saved.lines, today)
        self._sent_voucher, _ = price_cart(saved, today, now_s, self._sums)
        self._unsent = NOTHING
        self._is_voucher_pending = False

    def snapshot(self, saved: Cart, by: AccountId) -> Snapshot:
        """Return the whole of *saved*, as far as *by* may see it."""
        self.refresh_voucher(saved)
        message = snapshot_message(saved, self._context.catalog.today, self._context.now_s())
        return self._seen_by(by, message)

    def prices(self, saved: Cart, by: AccountId) -> Prices:
        """Return today's prices and stock of everything in *saved* that *by* may see."""
        self.refresh_voucher(saved)
        message = all_prices_message(saved, self._context.catalog.today, self._context.now_s())
        return self._seen_by(by, message)

    def take_sharing(self, before: Cart, saved: Cart) -> None:
        """Let go of those who may not see the cart any longer, and tell the others who may.

        Members get the whole cart again if what is saved for later is shown, or shown no longer.
        """
        if before.household == saved.household and before.help == saved.help:
            return
        hid_saved = self._hides_saved
        self._take_rights(saved)
        self.tabs.take_sharing(saved)
        if hid_saved != self._hides_saved:
            self._tell_snapshot(saved)

    def mark_pending(self, saved: Cart, skus: frozenset[Sku], *, vouchers: bool) -> bool:
        """Note that *skus*, and maybe vouchers, changed; say whether a message is due."""
        pending = _held(saved, skus)
        if pending != skus:
            for tab in self.tabs:
                pending |= skus & tab.watched
        self._unsent |= pending
        self._is_voucher_pending |= vouchers and bool(saved.voucher)
        return bool(self._unsent) or self._is_voucher_pending

    def send_pending(self, saved: Cart, views: Views) -> None:
        """Send what is pending; if it does not touch the cart, add the tabs to *views* instead.

        Tabs of many carts show the same products: the caller sends one message to all of them.
        """
        if not self._unsent and not self._is_voucher_pending:
            return
        pending, self._unsent, self.last_sent_s = self._unsent, NOTHING, self._context.steady_s()
        mine = _held(saved, pending)
        if mine or self._is_voucher_pending:
            self._is_voucher_pending = False
            self._tell_prices(saved, pending, mine)
            return
        for tab in self.tabs:
            if shown := pending & tab.watched:
                views.setdefault(shown, []).append(tab)

    def publish(self, before: Cart, saved: Cart, change: CommittedChange) -> None:
        """Send the tabs the *change* that made *before* to *saved*, and the orders placed by it."""
        catalog, patch = self._context.catalog.today, change.patch
        edition = self._context.catalog.edition  # a kept catalogue would stay in memory
        if self._summed is not before.lines or self._summed_at != edition:
            self._sums = sum_up(before.lines, catalog)
        self._sums = moved_sums(self._sums, before.lines, patch.lines, catalog)
        self._summed, self._summed_at = saved.lines, edition
        voucher, totals = price_cart(saved, catalog, self._context.now_s(), self._sums)
        moved: ShownVoucher | UnsetType | None = UNSET
        if voucher != self._sent_voucher:
            self._sent_voucher = moved = voucher
        message = patch_message(saved, patch, change.by, moved, totals, catalog, self._unsent)
        if self._tells_apart:
            self._tell_apart(message)
        else:
            self.tabs.tell(message)
        if self._unsent:
            self._unsent = self._not_told_by_a_patch(saved)
        if change.orders:
            self._tell_orders(change)
        if self._trace:
            for by in change.by:
                self._trace.patched(by, len(self.tabs))

    def tell_steps(self, steps: Sequence[Step] | None, saved: Cart) -> None:
        """Send the changes that led to *saved*, or the whole of it if they are not known."""
        if steps is None:
            self._tell_snapshot(saved)
            return
        for before, after, change in steps:
            self.publish(before, after, change)

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

    def _tell_snapshot(self, saved: Cart) -> None:
        """Send all tabs the whole of *saved*, voucher included.

        Not by `snapshot`, which would first send totals of lines that no tab shows yet.
        """
        today, now_s = self._context.catalog.today, self._context.now_s()
        self._sent_voucher, _ = price_cart(saved, today, now_s)
        message = snapshot_message(saved, today, now_s)
        self._tell_apart(message)

    def _tell_apart(self, message: PatchMessage | Snapshot) -> None:
        """Send every tab what it may see of *message*; one is made for all that see the same."""
        if not self._tells_apart:
            self.tabs.tell(message)
            return
        seen: dict[AccountId, PatchMessage | Snapshot] = {}
        for tab in self.tabs:
            if tab.by not in seen:
                seen[tab.by] = self._seen_by(tab.by, message)
            tab.tell(seen[tab.by])

    def _not_told_by_a_patch(self, saved: Cart) -> frozenset[Sku]:
        """Return what of the pending products is still to be told after a patch to all tabs.

        It told the lines of the cart, but neither what is saved or suggested, nor what tabs watch.
        """
        beside = self._unsent & (saved.saved.keys() | saved.suggested.keys())
        for tab in self.tabs:
            beside |= self._unsent & tab.watched
        return beside

    def _take_rights(self, saved: Cart) -> None:
        self._hides_saved, self._helper = hides_saved(saved.household), helper_of(saved.help)
        self._tells_apart = self._hides_saved or bool(self._helper)

    def _seen_by(self, by: AccountId, message: T) -> T:
        """Return what *by* may see of *message*."""
        if by and by == self._helper:
            return for_helper(message)
        return without_saved(message) if by and self._hides_saved else message

    def _tell_orders(self, change: CommittedChange) -> None:
        """Send the orders that *change* placed to those who placed them, and to nobody else."""
        placed = (by.account or OWNER for by in change.by if by.kind == BY_ORDER.kind)
        for order, orderer in zip(change.orders, placed, strict=False):
            for tab in self.tabs:
                if tab.by == orderer:
                    tab.tell(order)

    def _tell_prices(self, saved: Cart, pending: frozenset[Sku], mine: frozenset[Sku]) -> None:
        catalog, now_s = self._context.catalog, self._context.now_s()
        prices = moved_prices_message(saved, pending, self._sent_voucher, catalog.today, now_s)
        sent: dict[frozenset[Sku], Prices] = {}
        for tab in self.tabs:
            shown = mine | (pending & tab.watched)
            if shown not in sent:
                sent[shown] = with_items(prices, catalog.items(shown))
            if shown or prices:
                message = sent[shown]
                tab.tell(self._seen_by(tab.by, message))
        if prices and prices.voucher is not UNSET:
            self._sent_voucher = prices.voucher


def _held(cart: Cart, skus: frozenset[Sku]) -> frozenset[Sku]:
    """Return those of *skus* that have a line in *cart*, saved lines included."""
    suggested = cart.suggested.keys() & skus if cart.suggested else NOTHING
    return frozenset((cart.lines.keys() & skus) | (cart.saved.keys() & skus) | suggested)

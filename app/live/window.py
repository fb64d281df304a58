"""What the tabs of one cart see of it: told as it is saved, beside the shelf of today."""

from functools import partial

from app.domain.cart import Cart, Patch
from app.domain.shelf import Sku
from app.domain.totals import price_cart
from app.live.ports import Tab
from app.live.shop import Shop
from app.live.tabs import Audience
from app.protocol.messages import By, Prices, Snapshot, Untouched
from app.protocol.projections import (
    tell_all_prices,
    tell_change,
    tell_moved_prices,
    tell_snapshot,
    tell_voucher,
    with_items,
)

NOTHING: frozenset[Sku] = frozenset()

Views = dict[frozenset[Sku], list[Tab]]
"""Tabs by the products that they have to hear of, and nothing else."""


class Window:
    """The tabs, and how they know the cart, which itself is always handed in.

    What moved on the shelf is owed to them until `tell_moved`; whatever they are told before that
    brings what it says beside the shelf of today.
    """

    def __init__(self, saved: Cart, shop: Shop):
        self.tabs = Audience(shop.limits.sockets, partial(shop.nodes.tell_tabs, saved.account))
        self.told_s = float("-inf")
        self._shop = shop
        self._told_voucher, _ = price_cart(saved, shop.shelf.today, shop.now_s())
        self._owed = NOTHING
        self._doubts_voucher = False

    def snapshot(self, saved: Cart) -> Snapshot:
        """Return the whole cart."""
        self.look_at_voucher(saved)
        return tell_snapshot(saved, self._shop.shelf.today, self._shop.now_s())

    def prices(self, saved: Cart) -> Prices:
        """Return how everything in the cart stands today."""
        self.look_at_voucher(saved)
        return tell_all_prices(saved, self._shop.shelf.today, self._shop.now_s())

    def owe(self, saved: Cart, skus: frozenset[Sku], *, vouchers: bool) -> bool:
        """Learn that *skus* moved, and maybe vouchers; say whether that is news for a tab."""
        owed = _held(saved, skus)
        for tab in self.tabs:
            owed |= skus & tab.watched
        self._owed |= owed
        self._doubts_voucher |= vouchers and bool(saved.voucher)
        return bool(self._owed) or self._doubts_voucher

    def tell_moved(self, saved: Cart, views: Views) -> None:
        """Tell what is owed; tabs whose cart it leaves alone are put into *views* instead."""
        owed, self._owed, self.told_s = self._owed, NOTHING, self._shop.steady_s()
        mine = _held(saved, owed)
        if mine or self._doubts_voucher:
            self._doubts_voucher = False
            self._tell_prices(saved, owed, mine)
            return
        for tab in self.tabs:
            if shown := owed & tab.watched:
                views.setdefault(shown, []).append(tab)

    def tell_change(self, cart: Cart, patch: Patch, by: By) -> None:
        """Tell the tabs that *patch* made *cart*."""
        shelf, now_s = self._shop.shelf.today, self._shop.now_s()
        change = tell_change(cart, patch, by, self._told_voucher, shelf, now_s, self._owed)
        if not isinstance(change.voucher, Untouched):
            self._told_voucher = change.voucher
        self.tabs.tell(change)

    def look_at_voucher(self, saved: Cart) -> None:
        """Vouchers come and go with time: tell the tabs before somebody is told otherwise."""
        voucher, totals = price_cart(saved, self._shop.shelf.today, self._shop.now_s())
        if voucher != self._told_voucher:
            self._told_voucher = voucher
            self.tabs.tell(tell_voucher(saved, self._owed, voucher, totals, self._shop.shelf.today))

    def _tell_prices(self, saved: Cart, owed: frozenset[Sku], mine: frozenset[Sku]) -> None:
        shelf, now_s = self._shop.shelf, self._shop.now_s()
        prices = tell_moved_prices(saved, owed, self._told_voucher, shelf.today, now_s)
        told: dict[frozenset[Sku], Prices] = {}
        for tab in self.tabs:
            shown = mine | (owed & tab.watched)
            if shown not in told:
                told[shown] = with_items(prices, shelf.items(shown))
            if shown or prices:
                tab.tell(told[shown])
        if prices and not isinstance(prices.voucher, Untouched):
            self._told_voucher = prices.voucher


def _held(cart: Cart, skus: frozenset[Sku]) -> frozenset[Sku]:
    """Return those of *skus* that *cart* holds, now or for later."""
    return frozenset((cart.lines.keys() & skus) | (cart.saved.keys() & skus))

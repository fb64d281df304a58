"""What the tabs of one cart see of it: told as it is saved, beside the shelf of today."""

from app.domain.cart import Cart, Patch
from app.domain.news import By, Prices, Snapshot, Untouched
from app.domain.shelf import Sku
from app.domain.telling import (
    tell_all_prices,
    tell_change,
    tell_moved_prices,
    tell_snapshot,
    tell_voucher,
    with_items,
)
from app.domain.totals import price_cart
from app.live.shop import Shop
from app.live.tabs import Audience


class Window:
    """The tabs, and how they know the voucher of the cart; the cart itself is always handed in."""

    def __init__(self, saved: Cart, shop: Shop):
        self.tabs = Audience(shop.limits.sockets)
        self._shop = shop
        self._told_voucher, _ = price_cart(saved, shop.shelf.today, shop.now_s())

    def snapshot(self, saved: Cart) -> Snapshot:
        """Return the whole cart."""
        self.look_at_voucher(saved)
        return tell_snapshot(saved, self._shop.shelf.today, self._shop.now_s())

    def prices(self, saved: Cart) -> Prices:
        """Return how everything in the cart stands today."""
        self.look_at_voucher(saved)
        return tell_all_prices(saved, self._shop.shelf.today, self._shop.now_s())

    def shelf_moved(self, saved: Cart, skus: frozenset[Sku]) -> None:
        """Tell the tabs that *skus* have another price or stock, each what it shows of them."""
        shelf, now_s = self._shop.shelf, self._shop.now_s()
        prices = tell_moved_prices(saved, skus, self._told_voucher, shelf.today, now_s)
        mine = skus & (saved.lines.keys() | saved.saved.keys())
        told: dict[frozenset[Sku], Prices] = {}
        for tab in self.tabs:
            shown = mine | (skus & tab.watched)
            if shown not in told:
                told[shown] = with_items(prices, shelf.items(shown))
            if shown or prices:
                tab.tell(told[shown])
        if prices and not isinstance(prices.voucher, Untouched):
            self._told_voucher = prices.voucher

    def tell_change(self, cart: Cart, patch: Patch, by: By) -> None:
        """Tell the tabs that *patch* made *cart*."""
        shelf, now_s = self._shop.shelf.today, self._shop.now_s()
        change = tell_change(cart, patch, by, self._told_voucher, shelf, now_s)
        if not isinstance(change.voucher, Untouched):
            self._told_voucher = change.voucher
        self.tabs.tell(change)

    def look_at_voucher(self, saved: Cart) -> None:
        """Vouchers come and go with time: tell the tabs before somebody is told otherwise."""
        voucher, totals = price_cart(saved, self._shop.shelf.today, self._shop.now_s())
        if voucher != self._told_voucher:
            self._told_voucher = voucher
            self.tabs.tell(tell_voucher(voucher, totals))

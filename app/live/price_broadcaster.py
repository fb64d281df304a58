"""News of the shelf: gathered, so that no tab hears more than four times a second."""

import asyncio
from collections.abc import Iterable
from itertools import islice

from app.live.cart import LiveCart
from app.live.cart_view import Views
from app.live.context import CartContext
from app.protocol.messages import Prices

PAUSE_S = 0.25
CARTS_AT_ONCE = 250


class PriceBroadcaster:
    """Tells the tabs of open carts what moved on the shelf.

    A cart that heard nothing lately hears at once; all that moves within `PAUSE_S` after that is
    told together. Between so many carts, others have their turn.
    """

    def __init__(self, context: CartContext):
        self._context = context
        self._due_s: dict[LiveCart, float] = {}
        self._owing = asyncio.Event()

    def mark_pending(self, cart: LiveCart) -> None:
        """Have the tabs of *cart* told, as soon as they may be."""
        self._due_s.setdefault(cart, cart.view.last_sent_s + PAUSE_S)
        self._owing.set()

    async def go(self) -> None:
        """Wait until tabs are owed news, and tell those whose turn it is."""
        await self._owing.wait()
        self._owing.clear()
        await self.send_due()
        if self._due_s:
            wait_s = min(self._due_s.values()) - self._context.steady_s()
            asyncio.get_running_loop().call_later(wait_s, self._owing.set)

    async def send_due(self) -> None:
        """Tell those whose turn it is now."""
        now_s = self._context.steady_s()
        due = iter([cart for cart, due_s in self._due_s.items() if due_s <= now_s])
        while some := list(islice(due, CARTS_AT_ONCE)):
            self.tell(some)
            await asyncio.sleep(0)

    def tell(self, carts: Iterable[LiveCart]) -> None:
        """Tell the tabs of *carts*; those with the same view one after the other, from one text."""
        views: Views = {}
        for cart in carts:
            self._due_s.pop(cart, None)
            cart.view.send_pending(cart.saved, views)
        for view, tabs in views.items():
            prices = Prices(self._context.catalog.items(view))
            for tab in tabs:
                tab.tell(prices)

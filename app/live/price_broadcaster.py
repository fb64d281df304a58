"""Fan-out of price and stock changes: at most four messages a second for each tab."""

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
    """Sends the tabs of open carts what changed in the catalogue.

    The first change goes out at once; those in the `PAUSE_S` after it are sent together. Between
    `CARTS_AT_ONCE` carts, other tasks of the event loop have their turn.
    """

    def __init__(self, context: CartContext):
        self._context = context
        self._due_s: dict[LiveCart, float] = {}
        self._is_pending = asyncio.Event()

    def mark_pending(self, cart: LiveCart) -> None:
        """Have the pending changes of *cart* sent once its pause is over."""
        self._due_s.setdefault(cart, cart.view.last_sent_s + PAUSE_S)
        self._is_pending.set()

    async def go(self) -> None:
        """Wait until changes are pending, and send those that are due."""
        await self._is_pending.wait()
        self._is_pending.clear()
        await self.send_due()
        if self._due_s:
            wait_s = min(self._due_s.values()) - self._context.steady_s()
            asyncio.get_running_loop().call_later(wait_s, self._is_pending.set)

    async def send_due(self) -> None:
        """Send the pending changes of all carts whose pause is over."""
        now_s = self._context.steady_s()
        due = iter([cart for cart, due_s in self._due_s.items() if due_s <= now_s])
        while some := list(islice(due, CARTS_AT_ONCE)):
            self.tell(some)
            await asyncio.sleep(0)

    def tell(self, carts: Iterable[LiveCart]) -> None:
        """Send the pending changes of *carts*.

        Tabs that get the same message get it one after the other, so that it is encoded once.
        """
        views: Views = {}
        for cart in carts:
            self._due_s.pop(cart, None)
            cart.view.send_pending(cart.saved, views)
        for view, tabs in views.items():
            prices = Prices(self._context.catalog.items(view))
            for tab in tabs:
                tab.tell(prices)

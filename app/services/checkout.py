"""Place and cancel orders; the order key is an idempotency key.

A request that is sent again under its key finds the order that the first one placed.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.addresses import Address
from app.domain.cart import AccountId
from app.domain.catalog import Money
from app.domain.orders import NUMBERS, Order, OrderKey, OrderNumber, OrderState, Pay, format_number
from app.domain.placing import OrderRequest, Rejected
from app.live.hub import Hub
from app.live.pending_order import PendingOrder
from app.live.ports import Outcome, Unresolved
from app.services.errors import ServiceError
from app.services.payments import Payment
from app.services.submit import VERDICT_TIMEOUT_S
from app.store.database import Database
from app.store.orders import find_order, find_order_by_key, order_number_exists


class KeyReused(ServiceError):
    """The order key belongs to another order, with another address or payment."""


class OutcomeUnknown(ServiceError):
    """The order is not saved, or not yet; the same request may be sent again."""


class TooLate(ServiceError):
    """The order has been packed, so its customer cannot cancel it any more."""


class CheckoutRequest(NamedTuple):
    """What a customer orders: the cart as they saw it, at position `at` and for `total`."""

    key: OrderKey
    at: str
    total: Money
    deliver: Address
    pay: Pay


class PlacedOrder(NamedTuple):
    """The order under a key; `is_new` if this request placed it, not an earlier one."""

    order: Order
    is_new: bool


class PendingOutcome:
    """An observer of a pending order that waits for its outcome."""

    def __init__(self) -> None:
        self._outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def settle(self, outcome: Outcome) -> None:
        """Take *outcome*; only the first one counts."""
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    async def wait(self) -> Outcome:
        """Return the outcome; after `VERDICT_TIMEOUT_S` seconds, `Unresolved.LATER`."""
        await asyncio.wait([self._outcome], timeout=VERDICT_TIMEOUT_S)
        self.settle(Unresolved.LATER)
        return self._outcome.result()


@dataclass(frozen=True, slots=True)
class Checkout:
    """Places and cancels orders. `draw` returns a random number from 0 to below its argument.

    Its methods raise DatabaseUnavailable, or OutcomeUnknown if an order was submitted already.
    """

    database: Database
    hub: Hub
    payments: Mapping[Pay, Payment]
    draw: Callable[[int], int]

    async def place(self, account: AccountId, request: CheckoutRequest) -> PlacedOrder | Rejected:
        """Place an order, or find the one that was placed under its key before.

        Raises KeyReused if that one has another address or payment.
        """
        if earlier := await self._find_earlier(account, request):
            return earlier
        payment = self.payments[request.pay]
        await payment.secure(request.key, request.total)
        number = await self._draw_number()
        outcome = await self._submit_purchase(account, request, number)
        if isinstance(outcome, Order):
            return PlacedOrder(outcome, outcome.number == number)
        if outcome is Unresolved.REUSED:
            raise KeyReused
        if not isinstance(outcome, Rejected):
            raise OutcomeUnknown
        # The same request may have placed the order meanwhile, and so have emptied the cart.
        if earlier := await self._find_earlier(account, request):
            return earlier
        await payment.release(request.key)
        return outcome

    async def cancel(self, order: Order) -> bool:
        """Cancel *order*, and return whether it was still in the state that it has here."""
        outcome = PendingOutcome()
        pending = PendingOrder.cancellation(order, outcome)
        cancelled = await self._submit(order.account, pending, outcome)
        if isinstance(cancelled, Order):
            await self.payments[order.pay].release(order.key)
            return True
        if cancelled is Unresolved.OVERTAKEN:
            return False
        raise OutcomeUnknown

    async def cancel_while_placed(self, order: Order) -> Order:
        """Cancel *order* for its customer, and return it as it is then.

        Raises TooLate if it has been packed. An order that is cancelled already is returned.
        """
        while order.state is OrderState.PLACED:
            if await self.cancel(order):
                return order._replace(state=OrderState.CANCELLED)
            found = await self.database.read(find_order, order.account, order.number)
            order = found or order
        if order.state is OrderState.CANCELLED:
            return order
        raise TooLate

    async def _find_earlier(
        self, account: AccountId, request: CheckoutRequest
    ) -> PlacedOrder | None:
        order = await self.database.read(find_order_by_key, account, request.key)
        if order is None:
            return None
        if (order.deliver, order.pay) != (request.deliver, request.pay):
            raise KeyReused
        return PlacedOrder(order, is_new=False)

    async def _draw_number(self) -> OrderNumber:
        while True:
            number = format_number(self.draw(NUMBERS))
            if not await self.database.read(order_number_exists, number):
                return number

    async def _submit_purchase(
        self, account: AccountId, request: CheckoutRequest, number: OrderNumber
    ) -> Outcome:
        key, at, total, deliver, pay = request
        outcome = PendingOutcome()
        order = OrderRequest(key, number, at, total, deliver, pay)
        return await self._submit(account, PendingOrder.purchase(order, outcome), outcome)

    async def _submit(
        self, account: AccountId, pending: PendingOrder, outcome: PendingOutcome
    ) -> Outcome:
        async with self.hub.borrow(account, None) as cart:
            cart.submit_order(pending)
            settled = await outcome.wait()
        # Even if it was rejected: the stock or the order's state may have changed on disk.
        self.hub.request_refresh()
        return settled

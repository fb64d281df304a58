"""Placing and cancelling an order, whichever door is used."""

import asyncio
from typing import NamedTuple

from app.domain.addresses import Address
from app.domain.cart import AccountId
from app.domain.catalog import Money
from app.domain.orders import NUMBERS, Order, OrderKey, OrderNumber, OrderState, Pay, format_number
from app.domain.placing import OrderRequest, Rejected
from app.http.core.context import HttpContext
from app.http.core.problems import Problem, busy
from app.live.pending_order import PendingOrder
from app.live.ports import Outcome, Unresolved
from app.services.payments import WAYS
from app.services.submit import PATIENCE_S
from app.store.orders import find_order, find_order_by_key, has_number


class Checkout(NamedTuple):
    """What somebody wants to buy: the cart that they saw, at `at` and for `total`."""

    key: OrderKey
    at: str
    total: Money
    deliver: Address
    pay: Pay


class Bought(NamedTuple):
    """The order under a key, and whether it was this request that placed it."""

    order: Order
    is_new: bool


class _Receipt:
    """A buyer that waits."""

    def __init__(self) -> None:
        self._told: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def settle(self, outcome: Outcome) -> None:
        """Take *outcome* at once; whoever waited for it may have gone."""
        if not self._told.done():
            self._told.set_result(outcome)

    async def hear(self) -> Outcome:
        """Wait for what becomes of it; after a while, that is not known."""
        await asyncio.wait([self._told], timeout=PATIENCE_S)
        self.settle(Unresolved.LATER)
        return self._told.result()


async def buy(context: HttpContext, account: AccountId, checkout: Checkout) -> Bought | Rejected:
    """Place an order, or find the one that was placed under its key before."""
    if earlier := await _earlier(context, account, checkout):
        return earlier
    payment = WAYS[checkout.pay]
    await payment.secure(checkout.key, checkout.total)
    request = _request(checkout, await _draw_number(context))
    receipt = _Receipt()
    outcome = await _bargain(context, account, PendingOrder.purchase(request, receipt), receipt)
    if isinstance(outcome, Order):
        return Bought(outcome, outcome.number == request.number)
    if outcome is Unresolved.REUSED:
        raise _key_reused()
    if not isinstance(outcome, Rejected):
        raise busy()
    if earlier := await _earlier(context, account, checkout):
        return earlier
    await payment.release(checkout.key)
    return outcome


async def cancel(context: HttpContext, order: Order) -> bool:
    """Cancel *order*, and say so; false if it is in another state by now than it has here."""
    receipt = _Receipt()
    bargain = PendingOrder.cancellation(order, receipt)
    outcome = await _bargain(context, order.account, bargain, receipt)
    if isinstance(outcome, Order):
        await WAYS[order.pay].release(order.key)
        return True
    if outcome is Unresolved.OVERTAKEN:
        return False
    raise busy()


async def cancel_while_placed(context: HttpContext, order: Order) -> Order:
    """Cancel *order* if nobody has begun with it; return it as it is then, or refuse."""
    while order.state is OrderState.PLACED:
        if await cancel(context, order):
            return order._replace(state=OrderState.CANCELLED)
        again = await context.database.read(find_order, order.account, order.number)
        order = again or order
    if order.state is OrderState.CANCELLED:
        return order
    detail = "This order has been packed already, so it cannot be cancelled any more."
    raise Problem(409, "not_placed", detail)


async def _earlier(context: HttpContext, account: AccountId, checkout: Checkout) -> Bought | None:
    order = await context.database.read(find_order_by_key, account, checkout.key)
    if order is None:
        return None
    if (order.deliver, order.pay) != (checkout.deliver, checkout.pay):
        raise _key_reused()
    return Bought(order, is_new=False)


async def _draw_number(context: HttpContext) -> OrderNumber:
    while await context.database.read(has_number, number := format_number(context.draw(NUMBERS))):
        continue
    return number


def _request(checkout: Checkout, number: OrderNumber) -> OrderRequest:
    key, at, total, deliver, pay = checkout
    return OrderRequest(key, number, at, total, deliver, pay)


async def _bargain(
    context: HttpContext, account: AccountId, bargain: PendingOrder, receipt: _Receipt
) -> Outcome:
    async with context.hub.borrow(account, None) as cart:
        cart.submit_order(bargain)
        outcome = await receipt.hear()
    context.request_refresh()
    return outcome


def _key_reused() -> Problem:
    detail = "This key belongs to another order. Use a new one."
    return Problem(409, "key_reused", detail)

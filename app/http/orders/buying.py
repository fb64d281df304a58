"""Placing and cancelling an order, whichever door is used."""

import asyncio
from typing import NamedTuple

from app.domain.addresses import Address
from app.domain.cart import Account
from app.domain.catalog import Money
from app.domain.orders import NUMBERS, Order, OrderKey, OrderNumber, OrderState, Pay, spell_number
from app.domain.placing import NotPlaced, Wanted
from app.http.core.context import Desk
from app.http.core.problems import Problem, busy
from app.live.pending_order import Bargain
from app.live.ports import Outcome, Unsettled
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
        self.settle(Unsettled.LATER)
        return self._told.result()


async def buy(desk: Desk, account: Account, checkout: Checkout) -> Bought | NotPlaced:
    """Place an order, or find the one that was placed under its key before."""
    if earlier := await _earlier(desk, account, checkout):
        return earlier
    payment = WAYS[checkout.pay]
    await payment.secure(checkout.key, checkout.total)
    wanted = _wanted(checkout, await _draw_number(desk))
    receipt = _Receipt()
    outcome = await _bargain(desk, account, Bargain.purchase(wanted, receipt), receipt)
    if isinstance(outcome, Order):
        return Bought(outcome, outcome.number == wanted.number)
    if outcome is Unsettled.REUSED:
        raise _key_reused()
    if not isinstance(outcome, NotPlaced):
        raise busy()
    if earlier := await _earlier(desk, account, checkout):
        return earlier
    await payment.release(checkout.key)
    return outcome


async def cancel(desk: Desk, order: Order) -> bool:
    """Cancel *order*, and say so; false if it is in another state by now than it has here."""
    receipt = _Receipt()
    bargain = Bargain.cancellation(order, receipt)
    outcome = await _bargain(desk, order.account, bargain, receipt)
    if isinstance(outcome, Order):
        await WAYS[order.pay].release(order.key)
        return True
    if outcome is Unsettled.OVERTAKEN:
        return False
    raise busy()


async def cancel_while_placed(desk: Desk, order: Order) -> Order:
    """Cancel *order* if nobody has begun with it; return it as it is then, or refuse."""
    while order.state is OrderState.PLACED:
        if await cancel(desk, order):
            return order._replace(state=OrderState.CANCELLED)
        again = await desk.database.read(find_order, order.account, order.number)
        order = again or order
    if order.state is OrderState.CANCELLED:
        return order
    detail = "This order has been packed already, so it cannot be cancelled any more."
    raise Problem(409, "not_placed", detail)


async def _earlier(desk: Desk, account: Account, checkout: Checkout) -> Bought | None:
    order = await desk.database.read(find_order_by_key, account, checkout.key)
    if order is None:
        return None
    if (order.deliver, order.pay) != (checkout.deliver, checkout.pay):
        raise _key_reused()
    return Bought(order, is_new=False)


async def _draw_number(desk: Desk) -> OrderNumber:
    while await desk.database.read(has_number, number := spell_number(desk.draw(NUMBERS))):
        continue
    return number


def _wanted(checkout: Checkout, number: OrderNumber) -> Wanted:
    key, at, total, deliver, pay = checkout
    return Wanted(key, number, at, total, deliver, pay)


async def _bargain(desk: Desk, account: Account, bargain: Bargain, receipt: _Receipt) -> Outcome:
    async with desk.hub.borrow(account, None) as cart:
        cart.bargain(bargain)
        outcome = await receipt.hear()
    desk.hub.shop.stir()
    return outcome


def _key_reused() -> Problem:
    detail = "This key belongs to another order. Use a new one."
    return Problem(409, "key_reused", detail)

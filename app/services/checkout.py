"""Place and cancel orders; the order key is an idempotency key.

A request that is sent again under its key finds the order that the first one placed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.accounts import AccountId, is_guest
from app.domain.addresses import Address
from app.domain.catalog import Money
from app.domain.languages import ENGLISH, Language
from app.domain.members import OWNER
from app.domain.order_limits import OrderTotals
from app.domain.orders import (
    NUMBERS,
    HostedPage,
    Order,
    OrderKey,
    OrderNumber,
    OrderState,
    Pay,
    format_number,
)
from app.domain.placing import OrderRequest, Rejected
from app.live.hub import Hub
from app.live.pending_order import PendingOrder
from app.live.ports import Outcome, Unresolved
from app.services.errors import ServiceError
from app.services.order_limiter import OrderLimiter
from app.services.payments.cards import Cards
from app.services.submit import VERDICT_TIMEOUT_S
from app.store.database import Database
from app.store.email_addresses import is_confirmed
from app.store.orders import find_order, find_order_by_key, order_number_exists


class KeyReused(ServiceError):
    """The order key belongs to another order, with another address or payment."""


class OutcomeUnknown(ServiceError):
    """The order is not saved, or not yet; the same request may be sent again."""


class TooLate(ServiceError):
    """The order has been packed, so its customer cannot cancel it any more."""


class GuestCannotOrder(ServiceError):
    """A guest of the demo looks around: the account is removed with all that it has."""


class Unconfirmed(ServiceError):
    """The account's e-mail address has to be confirmed before it can order."""


class CardsNotTaken(ServiceError):
    """No provider of card payments is configured."""


class CheckoutRequest(NamedTuple):
    """What a customer orders: the cart as they saw it, at position `at` and for `total`.

    A page to pay on, and mails about the order, are in their `language`. `member_of` is the owner
    of the cart, if that is another.
    """

    key: OrderKey
    at: str
    total: Money
    deliver: Address
    pay: Pay
    language: Language = ENGLISH
    member_of: AccountId = OWNER


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

    `cards` is None if the shop takes no cards. Money of a cancelled order is given back by the
    reconciler (`app/services/payments/reconciler.py`), which needs no word from here.
    Its methods raise DatabaseUnavailable, or OutcomeUnknown if an order was submitted already.
    """

    database: Database
    hub: Hub
    cards: Cards | None
    limiter: OrderLimiter
    draw: Callable[[int], int]
    needs_confirmed: bool = True

    async def place(self, account: AccountId, request: CheckoutRequest) -> PlacedOrder | Rejected:
        """Place an order, or find the one that was placed under its key before.

        One that is paid by card awaits payment; if the page to pay on cannot be had, the cart
        stays as it is. Raises KeyReused if the earlier one has another address or payment,
        OrderLimitReached, GuestCannotOrder, Unconfirmed, CardsNotTaken, and what a provider raises.
        """
        if is_guest(account):
            raise GuestCannotOrder
        if earlier := await self._find_earlier(account, request):
            return earlier
        if self.needs_confirmed and not await self.database.read(is_confirmed, account):
            raise Unconfirmed
        cart = request.member_of or account
        order = OrderTotals(request.total, await self._count_items(cart))
        async with self.limiter.admit(account, request.key, order):
            return await self._place_new(account, request)

    async def _place_new(
        self, account: AccountId, request: CheckoutRequest
    ) -> PlacedOrder | Rejected:
        number = await self._draw_number()
        page = await self._open_page(number, request)
        outcome = await self._submit_purchase(account, request, number, page)
        if isinstance(outcome, Order):
            return PlacedOrder(outcome, outcome.number == number)
        if outcome is Unresolved.REUSED:
            raise KeyReused
        if not isinstance(outcome, Rejected):
            raise OutcomeUnknown
        # The same request may have placed the order meanwhile, and so have emptied the cart.
        return await self._find_earlier(account, request) or outcome

    async def _open_page(self, number: OrderNumber, request: CheckoutRequest) -> HostedPage | None:
        """Return where the order is to be paid, if it is to be paid now.

        This comes before the order, so that a provider that is away costs nobody their cart.
        """
        if request.pay is not Pay.CARD:
            return None
        if self.cards is None:
            raise CardsNotTaken
        return await self.cards.open_page(number, request.total, request.language)

    async def cancel(self, order: Order) -> bool:
        """Cancel *order*, and return whether it was still in the state that it has here."""
        outcome = PendingOutcome()
        pending = PendingOrder.cancellation(order, outcome)
        cancelled = await self._submit(order.cart, pending, outcome)
        if isinstance(cancelled, Order):
            return True
        if cancelled is Unresolved.OVERTAKEN:
            return False
        raise OutcomeUnknown

    async def cancel_while_placed(self, order: Order) -> Order:
        """Cancel *order* for its customer, and return it as it is then.

        Raises TooLate if it has been packed. An order that is cancelled already is returned.
        """
        while order.state in {OrderState.AWAITING_PAYMENT, OrderState.PLACED}:
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
        order = await self.database.read_durable(find_order_by_key, account, request.key)
        if order is None:
            return None
        if (order.deliver, order.pay) != (request.deliver, request.pay):
            raise KeyReused
        return PlacedOrder(order, is_new=False)

    async def _count_items(self, account: AccountId) -> int:
        """Return how many items are in the cart; if it changes meanwhile, the order is stale."""
        async with self.hub.borrow(account, None) as cart:
            return sum(line.qty for line in cart.latest.lines.values())

    async def _draw_number(self) -> OrderNumber:
        while True:
            number = format_number(self.draw(NUMBERS))
            if not await self.database.read(order_number_exists, number):
                return number

    async def _submit_purchase(
        self,
        account: AccountId,
        request: CheckoutRequest,
        number: OrderNumber,
        page: HostedPage | None,
    ) -> Outcome:
        outcome = PendingOutcome()
        by = account if request.member_of else OWNER
        wanted = (request.at, request.total, request.deliver, request.pay)
        order = OrderRequest(request.key, number, *wanted, page, request.language, by)
        cart = request.member_of or account
        return await self._submit(cart, PendingOrder.purchase(order, outcome), outcome)

    async def _submit(
        self, account: AccountId, pending: PendingOrder, outcome: PendingOutcome
    ) -> Outcome:
        async with self.hub.borrow(account, None) as cart:
            cart.submit_order(pending)
            settled = await outcome.wait()
        # Even if it was rejected: the stock or the order's state may have changed on disk.
        self.hub.request_refresh()
        return settled

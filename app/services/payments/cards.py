"""Payment by card as shoppers meet it: the page to pay on, and what became of it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.catalog import Money
from app.domain.languages import Language
from app.domain.orders import HostedPage, OrderNumber
from app.domain.payments import PAYABLE_S, Payment, PaymentState, is_paid
from app.services.payments.guarded import CallCounts
from app.services.payments.provider import PageRequest, Provider, ProviderEvent
from app.store.database import Database
from app.store.payment_status import take_status
from app.store.payments import find_order_by_reference, find_payment, note_event

log = logging.getLogger(__name__)

PAID, BACK = "paid", "back"
"""The last parts of the addresses that a hosted page leads to."""


@dataclass(frozen=True, slots=True)
class Cards:
    """Payment by card, where a provider is configured. Provider errors are raised as they are.

    `origin` is where the shop's pages are; `currency` is the code of what it sells in; `now_s` is
    the time since 1970; `on_paid` is called after an order was paid. `calls` counts the calls of
    the provider.
    """

    database: Database
    provider: Provider
    origin: str
    currency: str
    now_s: Callable[[], float]
    on_paid: Callable[[], None]
    calls: CallCounts = field(default_factory=CallCounts)

    async def open_page(self, number: OrderNumber, amount: Money, language: Language) -> HostedPage:
        """Return a page on which the order that is going to have *number* can be paid.

        If the order is not placed after all, nobody learns the page's address, so nobody pays.
        """
        address = f"{self.origin}/orders/{number}"
        expires_at_s = int(self.now_s()) + PAYABLE_S
        return await self.provider.begin(
            PageRequest(
                *(number, amount, self.currency, language, expires_at_s),
                paid_url=f"{address}/{PAID}",
                back_url=f"{address}/{BACK}",
            )
        )

    async def take_event(self, body: bytes, signature: str) -> None:
        """Note what the provider tells of a payment; the reconciler asks for the rest.

        Raises `BadEvent`, and `DatabaseUnavailable`: the provider tells it again then.
        """
        event = self.provider.read_event(body, signature)
        if event is None or (number := await self._order_of(event)) is None:
            log.info("the provider told of a payment that belongs to no order")
            return
        now_s = int(self.now_s())
        is_new = await self.database.write(note_event, event.id, number, event.kind, now_s)
        log.info("the provider told %s of order %s", event.kind, number, extra={"is_new": is_new})

    async def _order_of(self, event: ProviderEvent) -> OrderNumber | None:
        if event.order is not None:
            return event.order
        return await self.database.read(find_order_by_reference, event.reference)

    async def ask(self, number: OrderNumber) -> Payment | None:
        """Return the payment of an order; if it was not paid yet, after asking the provider."""
        payment = await self.database.read(find_payment, number)
        if payment is None or payment.state is not PaymentState.CREATED:
            return payment
        status = await self.provider.status(payment)
        learned = await self.database.write(take_status, payment, status, int(self.now_s()))
        if is_paid(learned):
            self.on_paid()
        return learned

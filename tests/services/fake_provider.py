"""A provider of card payments that remembers, and fails where a test wants it to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from app.domain.catalog import Money
from app.domain.orders import HostedPage, OrderNumber
from app.domain.payments import Payment, PaymentState, ProviderStatus
from app.services.payments.provider import (
    BadEvent,
    PageRequest,
    ProviderEvent,
    ProviderRefused,
    ProviderUnavailable,
)

SIGNATURE = "signed by the fake"


@dataclass
class FakeProvider:
    """What it knows of each page, under the page's id, which is that of its order.

    While it `is_away`, nothing is done. If it `loses_answers`, it is done and nobody learns of it.
    `calls` has what was asked for. `interlude` is awaited once, within the next call.
    """

    page_origin: str = "https://pay.example"
    is_test: bool = True
    pages: dict[str, PageRequest] = field(default_factory=dict)
    known: dict[str, ProviderStatus] = field(default_factory=dict)
    refund_keys: dict[str, Money] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    is_away: bool = False
    loses_answers: bool = False
    interlude: Callable[[], Awaitable[object]] | None = None

    def pay(self, number: OrderNumber) -> bool:
        """Pay an order on its page; say whether the page was still open."""
        if self.known[number].state is not PaymentState.CREATED:
            return False
        amount = self.pages[number].amount
        self.known[number] = ProviderStatus(PaymentState.AUTHORISED, f"pi-{number}", amount)
        return True

    def lapse(self, number: OrderNumber) -> None:
        """Have what is held for an order be released, if something is."""
        if self.known[number].state is PaymentState.AUTHORISED:
            self.known[number] = self.known[number]._replace(state=PaymentState.VOIDED)

    def fail_refund(self, number: OrderNumber, key: str) -> bool:
        """Have the refund of *key* fail; return False if there is none that has not."""
        known = self.known[number]
        if key not in self.refund_keys or key in known.failed_keys:
            return False
        amount = self.refund_keys[key]
        self.known[number] = known._replace(
            state=PaymentState.CAPTURED,
            refunded=Money(known.refunded - amount),
            refunds_failed=Money(known.refunds_failed + amount),
            failed_keys=known.failed_keys | {key},
        )
        return True

    def read_event(self, body: bytes, signature: str) -> ProviderEvent | None:
        """Return an event of which *body* is the id, the kind and the order; it may be signed."""
        if signature != SIGNATURE:
            raise BadEvent
        told, kind, number = body.decode().split()
        if number.startswith("pi-"):
            return ProviderEvent(told, kind, None, number)
        return ProviderEvent(told, kind, OrderNumber(number)) if "-" in number else None

    async def begin(self, request: PageRequest) -> HostedPage:
        """Make a page."""
        await self._called("begin", request.number)
        self.pages[request.number] = request
        self.known.setdefault(request.number, ProviderStatus(PaymentState.CREATED))
        self._answer()
        return HostedPage(request.number, f"{self.page_origin}/{request.number}")

    async def status(self, payment: Payment) -> ProviderStatus:
        """Return what is known."""
        await self._called("status", payment.page.id)
        return self._answered(payment)

    async def close(self, payment: Payment) -> ProviderStatus:
        """End a page that was not paid on."""
        await self._called("close", payment.page.id)
        if self.known[payment.page.id].state is PaymentState.CREATED:
            self._set(payment, state=PaymentState.EXPIRED)
        return self._answered(payment)

    async def capture(self, payment: Payment, amount: Money) -> ProviderStatus:
        """Take *amount*."""
        await self._called("capture", payment.page.id)
        self._refuse_unless(payment, PaymentState.AUTHORISED)
        self._set(payment, state=PaymentState.CAPTURED, captured=amount)
        return self._answered(payment)

    async def void(self, payment: Payment) -> ProviderStatus:
        """Release what is held."""
        await self._called("void", payment.page.id)
        self._refuse_unless(payment, PaymentState.AUTHORISED)
        self._set(payment, state=PaymentState.VOIDED)
        return self._answered(payment)

    async def refund(self, payment: Payment, amount: Money, key: str) -> ProviderStatus:
        """Give *amount* back, once for each key."""
        await self._called("refund", payment.page.id)
        known = self.known[payment.page.id]
        if key not in self.refund_keys:
            refunded = Money(known.refunded + amount)
            if refunded > known.captured:
                raise ProviderRefused("more than was captured")
            self.refund_keys[key] = amount
            is_all = refunded == known.captured
            state = PaymentState.REFUNDED if is_all else PaymentState.CAPTURED
            self._set(payment, state=state, refunded=refunded)
        return self._answered(payment)

    async def disconnect(self) -> None:
        """Note that it is over."""
        self.calls.append(("disconnect", ""))

    def _set(self, payment: Payment, **changes: Any) -> None:
        self.known[payment.page.id] = self.known[payment.page.id]._replace(**changes)

    def _refuse_unless(self, payment: Payment, state: PaymentState) -> None:
        if (found := self.known[payment.page.id].state) is not state:
            raise ProviderRefused(f"it is {found}")

    async def _called(self, name: str, number: str) -> None:
        self.calls.append((name, number))
        interlude, self.interlude = self.interlude, None
        if interlude:
            await interlude()
        if self.is_away:
            raise ProviderUnavailable

    def _answered(self, payment: Payment) -> ProviderStatus:
        self._answer()
        return self.known[payment.page.id]

    def _answer(self) -> None:
        if self.loses_answers:
            raise ProviderUnavailable

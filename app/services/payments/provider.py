"""What a provider of card payments does for the shop.

The card's number is typed on a page of the provider, so neither our pages nor our servers see it.
"""

from typing import NamedTuple, Protocol

from app.domain.catalog import Money
from app.domain.languages import Language
from app.domain.orders import HostedPage, OrderNumber
from app.domain.payments import Payment, ProviderStatus
from app.services.errors import ServiceError


class ProviderUnavailable(ServiceError):
    """No answer, or none that tells what was done; the same call may be made again."""


class ProviderRefused(ServiceError):
    """The provider understood and did nothing; `why` is for the log. Its status tells more."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


class PageRequest(NamedTuple):
    """What is to be paid on a hosted page, by when, and where it leads to afterwards.

    `paid_url` is for a shopper who has paid, `back_url` for one who has not.
    """

    number: OrderNumber
    amount: Money
    currency: str
    language: Language
    expires_at_s: int
    paid_url: str
    back_url: str


class BadEvent(Exception):
    """The provider did not sign it, or not lately, or it is no event. No person is told of it."""


class ProviderEvent(NamedTuple):
    """That something happened to a payment, which may be unknown.

    If it does not name the `order`, as events of refunds and disputes do not, `reference` is the
    provider's id of the payment.
    """

    id: str
    kind: str
    order: OrderNumber | None
    reference: str = ""


class Provider(Protocol):
    """A provider. All calls raise `ProviderUnavailable` or `ProviderRefused`.

    Each call has an idempotency key that is derived from the order (`idempotency_key`), so one
    that is made again, after a time-out or a crash, does nothing a second time. The money is only
    held when it is paid; it is taken by `capture`.
    """

    @property
    def page_origin(self) -> str:
        """Where hosted pages are, as `https://pay.example`: forms of ours may lead there."""

    @property
    def is_test(self) -> bool:
        """Say whether no money is moved, since this only tries things out."""

    def read_event(self, body: bytes, signature: str) -> ProviderEvent | None:
        """Return what the provider tells by itself; None if it is about no order.

        Raises `BadEvent`.
        """

    async def begin(self, request: PageRequest) -> HostedPage:
        """Make the page on which an order is paid."""

    async def status(self, payment: Payment) -> ProviderStatus:
        """Return what became of a payment."""

    async def close(self, payment: Payment) -> ProviderStatus:
        """End the hosted page, unless it has been paid on, and return what became of it."""

    async def capture(self, payment: Payment, amount: Money) -> ProviderStatus:
        """Take *amount* of what is authorised, and release the rest."""

    async def void(self, payment: Payment) -> ProviderStatus:
        """Release what is authorised."""

    async def refund(self, payment: Payment, amount: Money, key: str) -> ProviderStatus:
        """Give *amount* of what was captured back, once for each *key*."""

    async def disconnect(self) -> None:
        """Close the connections to the provider, after the last call."""


def idempotency_key(number: OrderNumber, act: str) -> str:
    """Return the key of a call that is made once for an order; refunds have their own."""
    return f"{number}:{act}"

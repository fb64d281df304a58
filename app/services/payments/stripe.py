"""Stripe as the provider of card payments: hosted Checkout, held first and captured later.

A payment is known by the id of its checkout session until it has been paid, and by the id of its
payment intent from then on. https://docs.stripe.com/api is the source of all states.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from stripe import Charge, InvalidRequestError, PaymentIntent, Refund
from stripe.params.checkout import SessionCreateParams

from app.domain.catalog import Money
from app.domain.orders import HostedPage
from app.domain.payments import Dispute, Payment, PaymentState, ProviderStatus
from app.i18n.translate import translator_of
from app.services.payments.provider import (
    PageRequest,
    ProviderEvent,
    ProviderRefused,
    idempotency_key,
)
from app.services.payments.stripe_amounts import StripeAmounts
from app.services.payments.stripe_calls import (
    USUAL_ADDRESSES,
    USUAL_LIMITS,
    CallLimits,
    StripeAccount,
    StripeAddresses,
    StripeCalls,
    insist,
    unless_in_another_state,
)
from app.services.payments.stripe_events import ORDER, read_event
from app.services.payments.stripe_status import (
    MARK,
    dispute_of,
    mark_of,
    status_of_captured,
    status_of_held,
)

SHORTEST_PAGE_S: Final = 30 * 60
"""A session of Stripe lasts for this time at least; the shop ends its pages earlier."""
MOST_REFUNDS: Final = 100
LIVE_KEYS: Final = ("sk_live_", "rk_live_")

_LOCALES: Final[Mapping[str, str]] = {"en": "en-GB", "zh-Hant": "zh-TW"}


class Stripe:
    """A `Provider`: one account at Stripe."""

    def __init__(
        self,
        account: StripeAccount,
        amounts: StripeAmounts,
        addresses: StripeAddresses = USUAL_ADDRESSES,
        limits: CallLimits = USUAL_LIMITS,
    ):
        self.page_origin = addresses.page_origin
        self.is_test = not account.key.startswith(LIVE_KEYS)
        self._webhook_secret = account.webhook_secret
        self._amounts = amounts
        self._calls = StripeCalls(account.key, addresses.api, limits)

    def read_event(self, body: bytes, signature: str) -> ProviderEvent | None:
        """Return the event in *body*; without a secret, none is believed."""
        return read_event(body, signature, self._webhook_secret)

    async def begin(self, request: PageRequest) -> HostedPage:
        """Make a checkout session that holds the order's total on the card."""
        async with self._calls.answered():
            session = await insist(
                idempotency_key(request.number, "begin"),
                lambda key: self._calls.sessions.create_async(
                    self._session(request), {"idempotency_key": key}
                ),
            )
        return HostedPage(session.id, session.url or "")

    async def status(self, payment: Payment) -> ProviderStatus:
        """Ask for the payment intent, or for the session if that is not known yet."""
        async with self._calls.answered():
            return await self._ask(payment)

    async def close(self, payment: Payment) -> ProviderStatus:
        """Expire the session; one that was completed in the same moment stays as it is."""
        async with self._calls.answered():
            with suppress(InvalidRequestError):
                await insist(
                    idempotency_key(payment.order, "close"),
                    lambda key: self._calls.sessions.expire_async(
                        payment.page.id, options={"idempotency_key": key}
                    ),
                )
            return await self._ask(payment)

    async def capture(self, payment: Payment, amount: Money) -> ProviderStatus:
        """Capture the payment intent; one that is not held any more stays as it is."""
        wanted = self._amounts.to_stripe(amount)
        async with self._calls.answered():
            with unless_in_another_state():
                await insist(
                    idempotency_key(payment.order, "capture"),
                    lambda key: self._calls.intents.capture_async(
                        _known(payment), {"amount_to_capture": wanted}, {"idempotency_key": key}
                    ),
                )
            return await self._ask(payment)

    async def void(self, payment: Payment) -> ProviderStatus:
        """Cancel the payment intent; one that is not held any more stays as it is."""
        async with self._calls.answered():
            with unless_in_another_state():
                await insist(
                    idempotency_key(payment.order, "void"),
                    lambda key: self._calls.intents.cancel_async(
                        _known(payment), options={"idempotency_key": key}
                    ),
                )
            return await self._ask(payment)

    async def refund(self, payment: Payment, amount: Money, key: str) -> ProviderStatus:
        """Refund a part of the payment, unless a refund with the mark of *key* exists.

        Stripe forgets its keys after a day, so they alone do not prevent a second refund.
        """
        wanted = self._amounts.to_stripe(amount)

        async def once(attempt: str) -> None:
            if not any(mark_of(each) == key for each in await self._list_refunds(_known(payment))):
                await self._calls.refunds.create_async(
                    {"payment_intent": _known(payment), "amount": wanted, "metadata": {MARK: key}},
                    {"idempotency_key": attempt},
                )

        async with self._calls.answered():
            await insist(key, once)
            return await self._ask(payment)

    async def disconnect(self) -> None:
        """Close the connections to Stripe."""
        await self._calls.disconnect()

    def _session(self, request: PageRequest) -> SessionCreateParams:
        """Return a session that outlasts the time for paying: the shop ends it earlier."""
        title = translator_of(request.language).gettext("Order %(number)s", number=request.number)
        return {
            "mode": "payment",
            "client_reference_id": request.number,
            "expires_at": request.expires_at_s + SHORTEST_PAGE_S,
            "locale": _LOCALES.get(request.language, "auto"),
            "allowed_payment_method_types": ["card"],
            "payment_intent_data": {
                "capture_method": "manual",
                "description": title,
                "metadata": {ORDER: request.number},
            },
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.currency.lower(),
                        "unit_amount": self._amounts.to_stripe(request.amount),
                        "product_data": {"name": title},
                    },
                }
            ],
            "success_url": request.paid_url,
            "cancel_url": request.back_url,
        }

    async def _ask(self, payment: Payment) -> ProviderStatus:
        if payment.reference:
            return await self._status_of(
                payment,
                await self._calls.intents.retrieve_async(
                    payment.reference, {"expand": ["latest_charge"]}
                ),
            )
        session = await self._calls.sessions.retrieve_async(
            payment.page.id, {"expand": ["payment_intent.latest_charge"]}
        )
        intent = session.payment_intent
        if session.status == "expired":
            return ProviderStatus(PaymentState.EXPIRED)
        if session.status == "open" or not isinstance(intent, PaymentIntent):
            return ProviderStatus(PaymentState.CREATED)
        return await self._status_of(payment, intent)

    async def _status_of(self, payment: Payment, intent: PaymentIntent) -> ProviderStatus:
        if intent.status != "succeeded":
            return status_of_held(payment, intent, self._amounts)
        refunds = await self._list_refunds(intent.id)
        return status_of_captured(intent, refunds, await self._dispute(intent), self._amounts)

    async def _dispute(self, intent: PaymentIntent) -> Dispute:
        """Return how far the cardholder's objection is, if there is one."""
        charge = intent.latest_charge
        if not (isinstance(charge, Charge) and getattr(charge, "disputed", False)):
            return Dispute.NONE
        found = await self._calls.disputes.list_async({"payment_intent": intent.id})
        return dispute_of(each.status for each in found.data)

    async def _list_refunds(self, intent: str) -> list[Refund]:
        found = await self._calls.refunds.list_async(
            {"payment_intent": intent, "limit": MOST_REFUNDS}
        )
        return found.data


def _known(payment: Payment) -> str:
    if not payment.reference:
        raise ProviderRefused("it has not been paid yet")
    return payment.reference

"""What an account at Stripe holds: checkout sessions, payment intents and refunds.

Sources: https://docs.stripe.com/api/checkout/sessions, /api/payment_intents, /api/refunds, and
https://docs.stripe.com/testing for the numbers of cards.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import count
from typing import Any

from tests.stripe_api.parameters import ApiError, check_known, integer, text

Object = dict[str, Any]

SHORTEST_SESSION_S, LONGEST_SESSION_S = 30 * 60, 24 * 3600
SMALLEST_AMOUNT = {"gbp": 30, "eur": 50, "usd": 50, "jpy": 50, "twd": 1000}
"""The smallest amount that is charged, by currency: https://docs.stripe.com/currencies."""
CANCELABLE = ("requires_payment_method", "requires_action", "requires_capture", "processing")
SESSION_PARAMETERS = {
    "allowed_payment_method_types",
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "submit_type",
    "success_url",
}


class Card(StrEnum):
    """Numbers of cards of which Stripe's documentation says what comes of them."""

    GOOD = "4242424242424242"
    DECLINED = "4000000000000002"
    POOR = "4000000000009995"
    ASKS = "4000002500003155"
    """The bank asks its holder to confirm the payment (3-D Secure)."""


DECLINES = {Card.DECLINED: "generic_decline", Card.POOR: "insufficient_funds"}


class StripeAccount:
    """One account at Stripe. *emit* takes the type and the object of each event."""

    def __init__(self, emit: Callable[[str, Object], None], now_s: Callable[[], float]):
        self._emit = emit
        self._now_s = now_s
        self._ids = count(1)
        self.sessions: dict[str, Object] = {}
        self.intents: dict[str, Object] = {}
        self.refunds: dict[str, Object] = {}
        self.disputes: dict[str, Object] = {}
        self.page_origin = ""

    def create_session(self, given: Mapping[str, Any]) -> Object:
        """Create an open checkout session with a manual or automatic capture."""
        check_known(given, SESSION_PARAMETERS)
        if text(given, "mode") != "payment":
            raise ApiError.invalid("Only payments are imitated.", "mode")
        now_s = int(self._now_s())
        expires_at = integer(given, "expires_at", now_s + LONGEST_SESSION_S)
        if not now_s + SHORTEST_SESSION_S <= expires_at <= now_s + LONGEST_SESSION_S:
            raise ApiError.invalid(
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from"
                " Checkout Session creation.",
                "expires_at",
            )
        amount, currency = _price(given.get("line_items"))
        name = self._id("cs_test")
        self.sessions[name] = session = {
            "id": name,
            "object": "checkout.session",
            "amount_total": amount,
            "cancel_url": given.get("cancel_url"),
            "client_reference_id": given.get("client_reference_id"),
            "created": now_s,
            "currency": currency,
            "expires_at": expires_at,
            "livemode": False,
            "metadata": given.get("metadata", {}),
            "mode": "payment",
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "success_url": text(given, "success_url"),
            "url": f"{self.page_origin}/c/pay/{name}",
            "_intent": given.get("payment_intent_data", {}),
        }
        return session

    def session(self, name: str) -> Object:
        """Return a session as it is now: its time may be over."""
        session = _found(self.sessions, name, "checkout session")
        if session["status"] == "open" and self._now_s() >= session["expires_at"]:
            self._end_session(session)
        return session

    def expire_session(self, name: str) -> Object:
        """Expire an open session, and cancel the attempt at its payment."""
        session = self.session(name)
        if session["status"] != "open":
            raise ApiError.invalid(
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
                f" Session has a status of `{session['status']}`."
            )
        self._end_session(session)
        return session

    def pay(self, name: str, card: str, *, confirmed: bool = False) -> str:
        """Pay at the page of a session, and return the reason if that fails, or `confirm`.

        *confirmed* says that the holder of the card has confirmed the payment at the bank.
        """
        session = self.session(name)
        if session["status"] != "open":
            return f"session_{session['status']}"
        intent = self._intent_of(session)
        if card not in {*Card}:
            return "incorrect_number"
        if reason := DECLINES.get(Card(card)):
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {"code": "card_declined", "decline_code": reason}
            self._emit("payment_intent.payment_failed", intent)
            return reason
        if card == Card.ASKS and not confirmed:
            intent["status"] = "requires_action"
            self._emit("payment_intent.requires_action", intent)
            return "confirm"
        self._complete(session, intent)
        return ""

    def intent(self, name: str) -> Object:
        """Return a payment intent."""
        return _found(self.intents, name, "payment_intent")

    def create_intent(self, given: Mapping[str, Any]) -> Object:
        """Create a payment intent without a session, confirmed with a test card."""
        check_known(
            given,
            {"amount", "currency", "capture_method", "confirm", "payment_method", "metadata"},
        )
        intent = self._new_intent(integer(given, "amount"), text(given, "currency"), given)
        self._confirm(intent)
        return intent

    def capture(self, given: Mapping[str, Any], name: str) -> Object:
        """Capture a payment, or a part of it: the rest is released.

        What is released is listed as a refund, which nobody asked for.
        """
        check_known(given, {"amount_to_capture", "metadata"})
        intent = self.intent(name)
        if intent["status"] != "requires_capture":
            raise ApiError.unexpected_state(intent, "captured")
        amount = integer(given, "amount_to_capture", intent["amount_capturable"])
        if not 0 < amount <= intent["amount_capturable"]:
            raise ApiError.invalid(
                "The provided capture amount is more than what can be captured.",
                "amount_to_capture",
                "amount_too_large",
            )
        intent.update(status="succeeded", amount_capturable=0, amount_received=amount)
        if rest := intent["amount"] - amount:
            self._new_refund(intent, rest, {})
        for session in self.sessions.values():
            if session["payment_intent"] == name:
                session["payment_status"] = "paid"
        self._emit("payment_intent.succeeded", intent)
        return intent

    def lapse(self, name: str) -> None:
        """Have the hold on a card end: its time is over. Stripe cancels the payment then."""
        intent = self.intent(name)
        intent["cancellation_reason"] = "automatic"
        self._cancel(intent)

    def lose_hold(self, name: str) -> None:
        """Have the hold on a card be lost in the moment in which it is to be captured."""
        intent = self.intent(name)
        intent.update(status="requires_payment_method", amount_capturable=0)
        self._emit("payment_intent.payment_failed", intent)

    def fail_refund(self, name: str) -> None:
        """Have the customer's bank return a refund, days after it seemed to be done."""
        self.refunds[name].update(status="failed", failure_reason="expired_or_canceled_card")
        self._emit("refund.failed", self.refunds[name])

    def open_dispute(self, name: str) -> str:
        """Have the cardholder object to a payment at their bank; return the dispute's id."""
        intent = self.intent(name)
        dispute = self._id("dp")
        self.disputes[dispute] = {
            "id": dispute,
            "object": "dispute",
            "amount": intent["amount_received"],
            "currency": intent["currency"],
            "metadata": {},
            "payment_intent": name,
            "reason": "product_not_received",
            "status": "needs_response",
        }
        self._emit("charge.dispute.created", self.disputes[dispute])
        return dispute

    def close_dispute(self, name: str, status: str) -> None:
        """Have a bank decide on a dispute: `won` or `lost`."""
        self.disputes[name]["status"] = status
        self._emit("charge.dispute.closed", self.disputes[name])

    def charge_of(self, intent: Object) -> Object | None:
        """Return the newest charge of a payment, if its card was charged at all."""
        if not intent["amount_received"]:
            return None
        disputed = any(one["payment_intent"] == intent["id"] for one in self.disputes.values())
        name = intent["id"].replace("pi", "ch", 1)
        return {"id": name, "object": "charge", "disputed": disputed}

    def cancel(self, given: Mapping[str, Any], name: str) -> Object:
        """Cancel a payment that is not captured: the card's hold is released."""
        check_known(given, {"cancellation_reason"})
        intent = self.intent(name)
        if intent["status"] not in CANCELABLE:
            raise ApiError.unexpected_state(intent, "canceled")
        if any(
            session["payment_intent"] == name and session["status"] == "open"
            for session in self.sessions.values()
        ):
            raise ApiError.invalid("Expire the Checkout Session of this PaymentIntent instead.")
        self._cancel(intent)
        return intent

    def refund(self, given: Mapping[str, Any]) -> Object:
        """Refund a captured payment, or a part of it."""
        check_known(given, {"payment_intent", "amount", "reason", "metadata"})
        intent = self.intent(text(given, "payment_intent"))
        if intent["status"] != "succeeded":
            raise ApiError.unexpected_state(intent, "refunded")
        left = intent["amount"] - self.given_back(intent["id"])
        amount = integer(given, "amount", left)
        if not left:
            raise ApiError.invalid("The charge is refunded.", code="charge_already_refunded")
        if not 0 < amount <= left:
            raise ApiError.invalid(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                "amount",
            )
        return self._new_refund(intent, amount, given.get("metadata", {}))

    def refunds_of(self, intent: str) -> list[Object]:
        """Return the refunds of a payment, newest first."""
        return [one for one in self.refunds.values() if one["payment_intent"] == intent][::-1]

    def kept(self, intent: str) -> int:
        """Return how much money of a payment the shop has: captured, and not refunded."""
        found = self.intents[intent]
        return found["amount"] - self.given_back(intent) if found["amount_received"] else 0

    def given_back(self, intent: str) -> int:
        """Return the sum of the refunds of a payment that have not failed."""
        made = [one for one in self.refunds_of(intent) if one["status"] != "failed"]
        return sum(refund["amount"] for refund in made)

    def _new_refund(self, intent: Object, amount: int, metadata: Mapping[str, Any]) -> Object:
        name = self._id("re")
        self.refunds[name] = refund = {
            "id": name,
            "object": "refund",
            "amount": amount,
            "created": int(self._now_s()),
            "currency": intent["currency"],
            "metadata": metadata,
            "payment_intent": intent["id"],
            "status": "succeeded",
        }
        charge = {"object": "charge", "payment_intent": intent["id"], "amount": intent["amount"]}
        self._emit("charge.refunded", {**charge, "metadata": intent["metadata"]})
        return refund

    def _end_session(self, session: Object) -> None:
        session.update(status="expired", url=None)
        if session["payment_intent"]:
            self._cancel(self.intents[session["payment_intent"]])
        self._emit("checkout.session.expired", session)

    def _intent_of(self, session: Object) -> Object:
        """Return the payment of a session: it is made by the first attempt at it."""
        if session["payment_intent"] is None:
            intent = self._new_intent(
                session["amount_total"], session["currency"], session["_intent"]
            )
            session["payment_intent"] = intent["id"]
        return self.intents[session["payment_intent"]]

    def _new_intent(self, amount: int, currency: str, given: Mapping[str, Any]) -> Object:
        name = self._id("pi")
        self.intents[name] = intent = {
            "id": name,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "capture_method": given.get("capture_method", "automatic_async"),
            "created": int(self._now_s()),
            "currency": currency,
            "last_payment_error": None,
            "livemode": False,
            "metadata": given.get("metadata", {}),
            "status": "requires_payment_method",
        }
        return intent

    def _confirm(self, intent: Object) -> None:
        intent["last_payment_error"] = None
        if intent["capture_method"] == "manual":
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
            self._emit("payment_intent.amount_capturable_updated", intent)
        else:
            intent.update(status="succeeded", amount_received=intent["amount"])
            self._emit("payment_intent.succeeded", intent)

    def _complete(self, session: Object, intent: Object) -> None:
        self._confirm(intent)
        session.update(status="complete", url=None)
        session["payment_status"] = "paid" if intent["amount_received"] else "unpaid"
        self._emit("checkout.session.completed", session)

    def _cancel(self, intent: Object) -> None:
        intent.update(status="canceled", amount_capturable=0)
        self._emit("payment_intent.canceled", intent)

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._ids):014d}"


def _found(objects: Mapping[str, Object], name: str, what: str) -> Object:
    if name not in objects:
        raise ApiError(404, "invalid_request_error", f"No such {what}: '{name}'")
    return objects[name]


def _price(items: Any) -> tuple[int, str]:
    """Return the amount and the currency of *items*, which all have a price of their own."""
    if not isinstance(items, list) or not items:
        raise ApiError.invalid("Missing required param: line_items.", "line_items")
    amounts, currencies = [], set()
    for item in items:
        price = item["price_data"]
        text(price["product_data"], "name")
        amounts.append(integer(price, "unit_amount") * integer(item, "quantity", 1))
        currencies.add(text(price, "currency"))
    (currency,) = currencies
    if sum(amounts) < SMALLEST_AMOUNT.get(currency, 1):
        raise ApiError.invalid(
            "The Checkout Session's total amount due must add up to at least the minimum.",
            code="amount_too_small",
        )
    return sum(amounts), currency

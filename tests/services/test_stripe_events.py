"""Events of Stripe: only signed ones are read, and only the order that they are about."""

import json
import time
from typing import Any

import pytest
from stripe import WebhookSignature

from app.domain.orders import OrderNumber
from app.services.payments.provider import BadEvent, ProviderEvent
from app.services.payments.stripe_events import TOLERANCE_S, read_event

SECRET = "whsec_of_this_test"
NUMBER = OrderNumber("7QK4-M2XD")


def event(about: Any, **changes: Any) -> bytes:
    """Return an event about an object."""
    usual = {"id": "evt_1", "object": "event", "type": "some.kind", "data": {"object": about}}
    return json.dumps({**usual, **changes}).encode()


def sign(body: bytes, secret: str = SECRET, at_s: float | None = None) -> str:
    """Return the signature of *body*, made just now."""
    made_at = int(time.time() if at_s is None else at_s)
    return str(WebhookSignature.generate_signature_header(body.decode(), secret, made_at))


@pytest.mark.parametrize(
    "about",
    [
        {"object": "checkout.session", "client_reference_id": NUMBER, "metadata": {}},
        {"object": "payment_intent", "metadata": {"order": NUMBER}},
        {"object": "charge", "metadata": {"order": NUMBER, "other": "x"}, "amount": 100},
    ],
)
def test_an_event_names_its_order(about: Any) -> None:
    body = event(about)

    assert read_event(body, sign(body), SECRET) == ProviderEvent("evt_1", "some.kind", NUMBER)


@pytest.mark.parametrize("kind", ["refund", "dispute"])
def test_an_event_of_a_refund_or_a_dispute_names_its_payment(kind: str) -> None:
    body = event({"object": kind, "metadata": {"key": "x"}, "payment_intent": "pi_1"})

    found = read_event(body, sign(body), SECRET)

    assert found == ProviderEvent("evt_1", "some.kind", None, "pi_1")


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"client_reference_id": None, "metadata": None},
        {"client_reference_id": "cart of another shop"},
        {"metadata": {"order": "7qk4-m2xd"}},
        {"metadata": {"order": f"{NUMBER}\n"}},
        {"metadata": {"order": ""}},
    ],
)
def test_an_event_about_another_payment_is_passed_over(about: Any) -> None:
    body = event(about)

    assert read_event(body, sign(body), SECRET) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"\xff", b"{", event(3), event([]), event({}, id=1), event({}, type=None)],
)
def test_what_is_no_event_is_refused_even_if_it_is_signed(body: bytes) -> None:
    with pytest.raises(BadEvent):
        read_event(body, sign(body) if b"\xff" not in body else sign(b""), SECRET)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "nonsense",
        "t=,v1=",
        "t=1,v1=",
        "v1=0",
        f"t=NOW,v1={'0' * 64}",
        "t=9" * 99,
    ],
)
def test_an_event_without_its_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadEvent):
        read_event(event({}), signature.replace("NOW", str(int(time.time()))), SECRET)


def test_a_signature_by_another_secret_of_another_body_or_of_long_ago_is_refused() -> None:
    body, other = (
        event({"client_reference_id": NUMBER}),
        event({"client_reference_id": "PC3V-H9ZW"}),
    )
    for signature in (
        sign(body, "whsec_of_another"),
        sign(other),
        sign(body, at_s=time.time() - TOLERANCE_S - 5),
        sign(body).replace("v1=", "v0="),
    ):
        with pytest.raises(BadEvent):
            read_event(body, signature, SECRET)
    with pytest.raises(BadEvent):
        read_event(body, sign(body, ""), "")

"""What Stripe tells by itself: signed events, of which only the order that they are about counts.

An event may be late, lost, sent twice or come before an older one, so nothing that it says of the
payment is used: the reconciler asks Stripe itself. Source: https://docs.stripe.com/webhooks.
"""

import re
from typing import Final

from msgspec import DecodeError, Struct, field
from msgspec.json import decode
from stripe import SignatureVerificationError, WebhookSignature

from app.domain.orders import OrderNumber
from app.services.payments.provider import BadEvent, ProviderEvent

TOLERANCE_S: Final = 300
"""How old a signature may be: what somebody has recorded is of no use to them later."""
ORDER: Final = "order"
"""Where the metadata of a payment has the number of its order; its charges have the same."""
_NUMBER: Final = re.compile("[0-9A-Z]{4}-[0-9A-Z]{4}")


class _Object(Struct):
    """A checkout session names its order by `client_reference_id`, a payment by its metadata.

    Refunds and disputes have metadata of their own, and name the payment.
    """

    client_reference_id: str | None = None
    metadata: dict[str, str] | None = None
    payment_intent: str | None = None


class _Data(Struct):
    object: _Object


class _Event(Struct):
    id: str
    kind: str = field(name="type")
    data: _Data


def read_event(body: bytes, signature: str, secret: str) -> ProviderEvent | None:
    """Return the event in *body*; None if it is about neither an order nor a payment.

    Raises BadEvent if Stripe did not sign it with *secret*, or not lately.
    """
    try:
        WebhookSignature.verify_header(body, signature, secret, TOLERANCE_S)
        event = decode(body, type=_Event)
    except (SignatureVerificationError, ValueError, DecodeError) as error:
        raise BadEvent(type(error).__name__) from error
    about = event.data.object
    named = about.client_reference_id or (about.metadata or {}).get(ORDER, "")
    if _NUMBER.fullmatch(named):
        return ProviderEvent(event.id, event.kind, OrderNumber(named))
    if about.payment_intent:
        return ProviderEvent(event.id, event.kind, None, about.payment_intent)
    return None

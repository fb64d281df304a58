"""`/webhooks/stripe`: where the provider of card payments tells of them, by POST, with a signature.

It has no cookies, so no login and no page of ours counts here; the signature alone does.
"""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.http.core.context import HttpContext
from app.services.payments.cards import Cards
from app.services.payments.provider import BadEvent

SIGNATURE = "Stripe-Signature"


def webhooks_blueprint(context: HttpContext) -> Blueprint:
    """Return the route, if cards are taken."""
    blueprint = Blueprint("webhooks", __name__)
    if context.checkout.cards:
        _add_route(blueprint, context.checkout.cards)
    return blueprint


def _add_route(blueprint: Blueprint, cards: Cards) -> None:
    @blueprint.post("/webhooks/stripe")
    async def take_event() -> ResponseReturnValue:
        """Answer once the event is noted: the provider tells it again otherwise."""
        body = bytes(await request.body)
        try:
            await cards.take_event(body, request.headers.get(SIGNATURE, ""))
        except BadEvent:
            return "", 400
        return "", 204

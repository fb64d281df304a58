"""The process of localstripe; tests start it by `open_localstripe`.

Two fields of payment intents that it does not have are added from what it knows. It would keep its
objects in a file that all its processes share; that is left out.
"""

import sys

from aiohttp import web
from localstripe.resources import Charge, PaymentIntent, Store
from localstripe.server import app

from tests.proof.graft import graft


def _released(charge: Charge) -> int:
    """Return what a capture of a part released: a refund that names no payment."""
    refunds = charge.refunds._list  # noqa: SLF001 - it has no other list
    return sum(refund.amount for refund in refunds if refund.payment_intent is None)


def _capturable(intent: PaymentIntent) -> int:
    return int(intent.amount) if intent.status == "requires_capture" else 0


def _received(intent: PaymentIntent) -> int:
    captured = intent.status == "succeeded"
    return intent.amount - _released(intent.latest_charge) if captured else 0


if __name__ == "__main__":
    graft(Store, "dump_to_disk", lambda *_: None)
    PaymentIntent.amount_capturable = property(_capturable)
    PaymentIntent.amount_received = property(_received)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)

"""Sends events to the shop's webhook, signed as https://docs.stripe.com/webhooks says."""

import json
import time
from collections.abc import Mapping
from itertools import count
from queue import Queue
from threading import Thread
from typing import Any

import httpx
from stripe import WebhookSignature

from tests.stripe_api.faults import Delivery, Faults

TIMEOUT_S = 10
SECRET = "whsec_of_the_imitation"


class Webhooks:
    """Delivers events in the order in which they happened, unless a fault says otherwise.

    An event that the shop does not take is not sent again: the real Stripe does so for three days,
    so a shop that is right without it is right with it.
    """

    def __init__(self, faults: Faults):
        self.url = ""
        self.sent: list[Mapping[str, Any]] = []
        self.statuses: list[int] = []
        self._faults = faults
        self._ids = count(1)
        self._waiting: Queue[str | None] = Queue()
        self._late: list[str] = []
        self._thread = Thread(target=self._deliver, daemon=True)
        self._thread.start()

    def emit(self, kind: str, about: Mapping[str, Any]) -> None:
        """Have an event about an object delivered, as that object is now."""
        event = {
            "id": f"evt_{next(self._ids):014d}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(time.time()),
            "data": {"object": shown(about)},
            "livemode": False,
            "type": kind,
        }
        self.sent.append(event)
        self._send(json.dumps(event))

    def replay(self, event: Mapping[str, Any]) -> None:
        """Deliver an event once more, whatever the faults are."""
        self._waiting.put(json.dumps(event))

    def flush(self) -> None:
        """Return when all events have been delivered, late ones included."""
        for text in self._late:
            self._waiting.put(text)
        self._late.clear()
        self._waiting.join()

    def close(self) -> None:
        """Stop delivering."""
        self._waiting.put(None)
        self._thread.join(TIMEOUT_S)

    def _send(self, text: str) -> None:
        match self._faults.of_event():
            case Delivery.LATE:
                self._late.append(text)
                return
            case Delivery.ONCE:
                self._waiting.put(text)
            case Delivery.TWICE:
                self._waiting.put(text)
                self._waiting.put(text)
            case Delivery.LOST:
                pass
        while self._late:
            self._waiting.put(self._late.pop())

    def _deliver(self) -> None:
        while (text := self._waiting.get()) is not None:
            if self.url:
                self.statuses.append(post(self.url, text))
            self._waiting.task_done()


def post(url: str, text: str, secret: str = SECRET, at_s: int | None = None) -> int:
    """Post an event with its signature, and return the status; 0 if there was no answer."""
    signature = WebhookSignature.generate_signature_header(text, secret, at_s)
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    try:
        return httpx.post(url, content=text, headers=headers, timeout=TIMEOUT_S).status_code
    except httpx.HTTPError:
        return 0


def shown(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the API shows of an object."""
    return {name: value for name, value in about.items() if not name.startswith("_")}

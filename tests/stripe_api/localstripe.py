"""localstripe, an imitation of Stripe that others wrote, as a process on loopback."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.e2e.server import free_port
from tests.processes import killed_at_end

PATIENCE_S = 60
KEY = "sk_test_of_localstripe"


@contextmanager
def open_localstripe() -> Iterator[str]:
    """Run localstripe, and return its address once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "tests.stripe_api.localstripe_process", str(port)]
    with killed_at_end(subprocess.Popen(command, stdout=subprocess.DEVNULL)):
        address = f"http://127.0.0.1:{port}"
        deadline_s = time.monotonic() + PATIENCE_S
        while not _answers(address):
            assert time.monotonic() < deadline_s, "localstripe does not answer"
            time.sleep(0.05)
        yield address


def hold(address: str, amount: int) -> str:
    """Hold an amount on a good card, and return the id of the payment intent."""
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    method = _post(f"{address}/v1/payment_methods", {"type": "card", "card": card})
    intent = {
        "amount": amount,
        "currency": "gbp",
        "payment_method": method,
        "capture_method": "manual",
        "confirm": True,
    }
    return _post(f"{address}/v1/payment_intents", intent)


def _post(url: str, fields: object) -> str:
    answer = httpx.post(url, json=fields, headers={"Authorization": f"Bearer {KEY}"})
    return str(answer.raise_for_status().json()["id"])


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/js.stripe.com/v3/").is_success
    except httpx.HTTPError:
        return False

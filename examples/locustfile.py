"""Shoppers for Locust: locust -f examples/locustfile.py --host http://127.0.0.1:8000 -u 20 -t 30s.

Half of the users keep a websocket open, and half send each change over HTTP. Start the shop with
SHOP_LIMITS=load, or one address may register only a few accounts.
"""

import json
import secrets
from itertools import count
from time import perf_counter
from typing import Any
from uuid import uuid4

from locust import HttpUser, between, task
from websocket import WebSocket, create_connection

SKUS = ("gala-apples-1kg", "milk-2l", "carrots-500g", "basmati-rice-1kg")


class Shopper(HttpUser):
    """A user with an account of its own."""

    abstract = True
    wait_time = between(0.2, 1)

    def on_start(self) -> None:
        """Register, which logs in."""
        name = secrets.token_hex(6)
        account = {
            "email": f"{name}@locust.example",
            "password": "a long enough one",
            "name": "Locust",
        }
        self.client.post("/api/accounts", json=account).raise_for_status()
        self.outbox, self.numbers = str(uuid4()), count(1)

    def next_op(self) -> dict[str, Any]:
        """Return the next op: it always changes the cart."""
        n = next(self.numbers)
        return {"n": n, "k": "line.set", "sku": SKUS[n % len(SKUS)], "qty": 1 + n % 9}


class HttpShopper(Shopper):
    """Sends each op as `POST /api/cart/ops`."""

    @task
    def change(self) -> None:
        """Submit an op; a refusal has status 200, and is reported as a failure here."""
        body = {"outbox": self.outbox, "ops": [self.next_op()]}
        with self.client.post("/api/cart/ops", json=body, catch_response=True) as answer:
            verdict = answer.json()["verdicts"][0]
            if verdict["t"] != "ok":
                answer.failure(json.dumps(verdict))


class WebSocketShopper(Shopper):
    """Keeps a websocket open."""

    def on_start(self) -> None:
        """Open the websocket, and send hello."""
        super().on_start()
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        self.socket: WebSocket = create_connection(
            f"{self.host.replace('http', 'ws', 1)}/ws",
            subprotocols=["shop.cart.v2"],
            cookie=cookies,
            suppress_origin=True,
        )
        hello = {"t": "hello", "tab": str(uuid4()), "gen": 1, "outbox": self.outbox}
        self.socket.send(json.dumps(hello))

    def on_stop(self) -> None:
        """Close the websocket."""
        self.socket.close()

    @task
    def change(self) -> None:
        """Submit an op, and report how long its verdict took."""
        began_s, failure = perf_counter(), None
        self.socket.send(json.dumps({"t": "op", **self.next_op()}))
        while (reply := json.loads(self.socket.recv()))["t"] not in {"ok", "no"}:
            continue
        if reply["t"] == "no":
            failure = ValueError(reply["code"])
        self.environment.events.request.fire(
            request_type="WS",
            name="op",
            response_time=1000 * (perf_counter() - began_s),
            response_length=0,
            exception=failure,
            context={},
        )

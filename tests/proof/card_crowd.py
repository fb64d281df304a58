"""Shoppers who pay by card, and staff who pack, refund and cancel, while the shop is killed."""

import asyncio
import time
from contextlib import suppress
from http.client import HTTPException
from random import Random
from typing import Any
from uuid import uuid4

from app.domain.catalog import Money
from app.domain.orders import NEXT, OrderNumber, OrderState
from app.domain.refunds import Refund
from app.store.orders import find_order_by_number, move_on
from app.store.refunds import add_refund
from tests.e2e.orders import order_body
from tests.e2e.raw_client import Answer, Shopper, new_shopper
from tests.e2e.server import Server
from tests.mail_sink import MailSink
from tests.proof.card_books import change
from tests.stripe_api.account import Card
from tests.stripe_api.server import KEY, StripeServer
from tests.stripe_api.webhooks import SECRET

MILK = "milk-2l"
AGAIN_S = 0.05


def card_settings(stripe: StripeServer, mails: MailSink) -> dict[str, str]:
    """Return the settings of a shop that takes cards and sends mails."""
    return {
        "limits": "load",
        "log": "warning",
        "stripe_key": KEY,
        "stripe_webhook_secret": SECRET,
        "stripe_api": stripe.origin,
        "mail_server": mails.url,
        "mail_from": "shop@shop.example",
    }


class CardCrowd:
    """What shoppers and staff did; `acknowledged` are the orders that a shopper was told of."""

    def __init__(self, shop: Server, stripe: StripeServer, chance: Random):
        self.shop = shop
        self.stripe = stripe
        self.chance = chance
        self.acknowledged: list[str] = []
        self.is_over = False

    async def shop_on(self) -> None:
        """Order, pay or not, have it packed or cancelled, again and again until it is over."""
        shopper = await new_shopper(self.shop)
        while not self.is_over:
            placed = await self._order(shopper)
            if placed is None:
                await asyncio.sleep(AGAIN_S)
                continue
            self.acknowledged.append(number := placed["number"])
            await self._pay(placed["payment"]["url"].rpartition("/")[2])
            if self.chance.random() < 0.7:
                await self._send(shopper, "GET", f"/orders/{number}/paid")
            await asyncio.sleep(self.chance.random())
            if self.chance.random() < 0.3:
                await self._send(shopper, "POST", f"/api/orders/{number}/cancel")
            else:
                await asyncio.to_thread(self._serve, OrderNumber(number))

    async def _order(self, shopper: Shopper) -> Any:
        """Order something by card; the request is sent under its key until it is answered."""
        ops = {"n": 1, "k": "line.set", "sku": MILK, "qty": self.chance.randint(1, 4)}
        await self._send(shopper, "POST", "/api/cart/ops", {"outbox": str(uuid4()), "ops": [ops]})
        with suppress(OSError, HTTPException, AssertionError):
            body = await order_body(shopper, pay="card")
            answer = await self._send(shopper, "POST", "/api/orders", body)
            return answer.json if answer and answer.status in {200, 201} else None
        return None

    async def _send(
        self, shopper: Shopper, method: str, path: str, body: object = None
    ) -> Answer | None:
        """Send a request until it is answered by the shop itself."""
        while not self.is_over:
            with suppress(OSError, HTTPException):
                answer = await shopper.send(method, path, body)
                if answer.status != 503:
                    return answer
            await asyncio.sleep(AGAIN_S)
        return None

    async def _pay(self, session: str) -> None:
        """Do at the hosted page what a shopper may do there; one in six goes away."""
        cards = self.chance.choice([[Card.GOOD]] * 4 + [[Card.DECLINED, Card.GOOD], []])
        for card in cards:
            await asyncio.sleep(self.chance.random() / 4)
            with self.stripe.lock:
                self.stripe.account.pay(session, card)

    def _serve(self, number: OrderNumber) -> None:
        """Have staff give something back before or after the order is packed, or neither."""
        before, after = self.chance.random() < 0.3, self.chance.random() < 0.3
        now_s = int(time.time())
        if before:
            change(self.shop, add_refund, Refund(number, 1, Money(50), "missing", None, now_s))
        order = change(self.shop, find_order_by_number, number)
        if order.state in NEXT and order.state is OrderState.PLACED:
            change(self.shop, move_on, order, now_s)
        if after:
            nr = 2 if before else 1
            change(self.shop, add_refund, Refund(number, nr, Money(30), "bruised", None, now_s))

"""The provider of card payments is away for ten minutes; nobody but who pays by card notices."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.orders import fill_cart, order_body, place_order
from tests.e2e.raw_client import Shopper, new_shopper
from tests.e2e.server import Server
from tests.e2e.test_held_connections import Waits
from tests.notes import Note
from tests.stripe_api.faults import Outage
from tests.stripe_api.server import KEY, StripeServer

SHOPPERS = 4
QUIET_S, AWAY_S, BACK_S = 60.0, 600.0, 20.0
LEAST_MS = 25.0
"""Below this, a percentile on a shared machine says nothing."""
BUY_EVERY_S = 1.0


class CardShopper:
    """Tries to pay by card, again and again, and orders for payment on delivery in between."""

    def __init__(self) -> None:
        self.refused_s: list[float] = []
        self.awaiting = self.placed = 0
        self.stop = asyncio.Event()

    async def buy(self, shopper: Shopper) -> None:
        """Buy until `stop` is set; the cart must survive each order that could not be paid."""
        while not self.stop.is_set():
            await fill_cart(shopper, milk_2l=1)
            before = await shopper.cart()
            began_s = time.perf_counter()
            answer = await place_order(shopper, await order_body(shopper, pay="card"))
            if answer.status == 503:
                assert answer.json["code"] == "cards_away"
                self.refused_s.append(time.perf_counter() - began_s)
                assert await shopper.cart() == before
            else:
                assert (answer.status, answer.json["state"]) == (201, "awaiting_payment")
                self.awaiting += 1
                await fill_cart(shopper, milk_2l=1)
            answer = await place_order(shopper, await order_body(shopper))
            assert (answer.status, answer.json["state"]) == (201, "placed")
            self.placed += 1
            await asyncio.sleep(BUY_EVERY_S)


@asynccontextmanager
async def shopping(shop: Server) -> AsyncIterator[tuple[Waits, CardShopper]]:
    """Have shoppers change their carts meanwhile, and measure how long they wait; one buys."""
    waits, paying = Waits(), CardShopper()
    async with AsyncExitStack() as stack:
        shoppers = [
            await stack.enter_async_context(await new_shopper(shop)) for _ in range(SHOPPERS + 1)
        ]
        tasks = [asyncio.create_task(waits.shop(shopper)) for shopper in shoppers[1:]]
        tasks.append(asyncio.create_task(paying.buy(shoppers[0])))
        try:
            yield waits, paying
        finally:
            waits.stop.set()
            paying.stop.set()
            await asyncio.gather(*tasks)


@pytest.mark.long
@pytest.mark.timeout(2 * (2 * QUIET_S + AWAY_S))
async def test_a_provider_that_is_away_delays_no_cart(
    tmp_path: Path, record_property: Note
) -> None:
    with StripeServer() as stripe:
        shop = Server(tmp_path, limits="load", stripe_key=KEY, stripe_api=stripe.origin)
        shop.start()
        assert shop.command("product", "set", "milk-2l", "--stock", "100000").returncode == 0
        try:
            async with shopping(shop) as (quiet, usual):
                await asyncio.sleep(QUIET_S)
            async with shopping(shop) as (away, refused):
                for outage in (Outage.HANGS, Outage.REFUSES):
                    stripe.faults.outage = outage
                    await asyncio.sleep(AWAY_S / 2)
            stripe.faults.outage = Outage.NONE
            async with shopping(shop) as (_, back):
                await asyncio.sleep(BACK_S)
        finally:
            shop.end()

    record_property("p99 of ops and pages, quiet, in ms", quiet.percentiles_ms(0.99))
    record_property("p99 of ops and pages, away, in ms", away.percentiles_ms(0.99))
    record_property("ops away", len(away.verdicts_s))
    record_property("orders on delivery meanwhile", refused.placed)
    record_property("the longest wait for a refusal, in s", max(refused.refused_s))
    record_property(
        "median wait for a refusal, in s", sorted(refused.refused_s)[refused.placed // 2]
    )
    for was_ms, is_ms in zip(quiet.percentiles_ms(0.99), away.percentiles_ms(0.99), strict=True):
        assert is_ms <= 2 * max(was_ms, LEAST_MS)
    assert max(refused.refused_s) < 15
    assert usual.refused_s == []
    assert back.awaiting > 0

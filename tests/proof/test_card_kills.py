"""The shop is killed at random while cards are charged and mails are sent; all agrees in the end.

A third of all calls of the provider, and a third of what it tells, goes wrong besides.
"""

import asyncio
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.e2e.server import Server
from tests.mail_sink import MailSink
from tests.notes import Note
from tests.proof.card_books import change, faults, rows, stock, unsettled
from tests.proof.card_crowd import MILK, CardCrowd, card_settings
from tests.stripe_api.server import StripeServer

SHOPPERS = 4
LONGEST_LIFE_S = 1.5
SETTLED_S = 180
NOBODYS = "2222-2222"
"""A number of no order: an event of it has the shop look for what was made due beside it."""
HURRY = """UPDATE payments SET next_check_at = 0, failures = 0,
expires_at = CASE WHEN state = 'created' THEN 0 ELSE expires_at END
WHERE next_check_at IS NOT NULL"""
PROMISED = "SELECT id, state FROM mails"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=pytest.mark.long)])
async def test_no_order_is_lost_none_paid_twice_and_no_mail_forgotten(
    tmp_path: Path, kills: int, record_property: Note
) -> None:
    chance = random.Random(kills)
    with StripeServer() as stripe, MailSink() as mails:
        shop = Server(tmp_path, **card_settings(stripe, mails))
        shop.start()
        assert shop.command("product", "set", MILK, "--stock", "100000").returncode == 0
        stripe.webhooks.url = f"{shop.origin}/webhooks/stripe"
        before, crowd = stock(shop), CardCrowd(shop, stripe, chance)
        try:
            await _kill_on(shop, stripe, crowd, kills)
            await _settle(shop, stripe)
            orders = {row[0] for row in rows(shop, "SELECT number FROM orders")}
            states = Counter(row[0] for row in rows(shop, "SELECT state FROM orders"))
            promised = rows(shop, PROMISED)
            sent = Counter(mails.ids())
        finally:
            shop.end()

        assert 204 in stripe.webhooks.statuses
        assert set(crowd.acknowledged) <= orders
        assert faults(shop, stripe, before) == []
        assert {state for _, state in promised} <= {"sent"}
        assert {f"<{name}@shop.example>" for name, _ in promised} <= sent.keys()
        record_property("kills", kills)
        record_property("orders", dict(states))
        record_property("mails", len(sent))
        record_property("mails sent twice", sum(sent.values()) - len(sent))
        record_property("calls", len(stripe.calls))
        record_property("events", len(stripe.webhooks.sent))


async def _kill_on(shop: Server, stripe: StripeServer, crowd: CardCrowd, kills: int) -> None:
    shopping = [asyncio.create_task(crowd.shop_on()) for _ in range(SHOPPERS)]
    await asyncio.sleep(1)
    stripe.faults.chance = random.Random(kills)
    for _ in range(kills):
        await asyncio.sleep(crowd.chance.random() * LONGEST_LIFE_S)
        assert not any(task.done() for task in shopping), "a shopper has given up"
        shop.send_signal(signal.SIGKILL)
        await asyncio.to_thread(shop.exit_code)
        await asyncio.to_thread(shop.start)
    crowd.is_over = True
    await asyncio.gather(*shopping)


async def _settle(shop: Server, stripe: StripeServer) -> None:
    """Have the provider answer again and the time to pay be over; wait until all is done."""
    stripe.faults.chance = None
    await asyncio.to_thread(stripe.webhooks.flush)
    deadline_s = time.monotonic() + SETTLED_S
    while left := await asyncio.to_thread(unsettled, shop):
        assert time.monotonic() < deadline_s, f"{left} payments, orders or mails are not settled"
        await asyncio.to_thread(change, shop, lambda connection: connection.execute(text(HURRY)))
        stripe.webhooks.emit("some.kind", {"metadata": {"order": NOBODYS}})
        await asyncio.sleep(1.5)

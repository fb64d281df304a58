"""Mails of a real shop at a real mail server, whichever of the two is killed."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from sqlalchemy import Connection, select

from app.domain.mails import MailKind, MailState
from app.store.engines import connect
from app.store.queries import run_query
from app.store.tables import mails, orders
from tests.e2e.catalog import MILK
from tests.e2e.conftest import ServerFactory
from tests.e2e.orders import fill_cart, order_body, place_order
from tests.e2e.raw_client import Shopper, new_shopper
from tests.e2e.server import Server
from tests.smtp_server import SmtpServer, smtp_server

FROM = "shop@shop.example"
KILL_WITHIN_S, MOST_ORDERS = 0.1, 4
"""A mail takes less than the first; so the shop dies before, in, and after a delivery."""
PATIENCE_S = 90


def settings(mail_server: SmtpServer) -> dict[str, object]:
    """Return the settings of a shop that sends its mails to *mail_server*."""
    address = f"smtp://127.0.0.1:{mail_server.port}?security=none"
    return {"limits": "load", "mail_server": address, "mail_from": FROM}


class Told(NamedTuple):
    """What became of the mail that tells of an order; None for all if there is no such mail."""

    state: str | None
    message_id: str | None
    error: str | None


def load_told(connection: Connection) -> dict[str, Told]:
    """Return the mail of each order."""
    columns = (orders.c.number, mails.c.state, mails.c.message_id, mails.c.last_error)
    query = select(*columns).outerjoin(
        mails, (mails.c.order == orders.c.number) & (mails.c.kind == MailKind.ORDER_PLACED)
    )
    return {row.number: Told(*row[1:]) for row in connection.execute(query)}


def mails_of_orders(shop: Server) -> dict[str, Told]:
    """Return what the database says of the mail of each order."""
    engine = connect(shop.database)
    try:
        return run_query(engine, load_told)
    finally:
        engine.dispose()


def told_of(shop: Server) -> list[Told]:
    """Return the mails of all orders."""
    return list(mails_of_orders(shop).values())


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)


async def order_again_and_again(shopper: Shopper, told: Counter[str]) -> None:
    """Place orders until the shop is killed, and count the answers."""
    with suppress(OSError, HTTPException, AssertionError, KeyError, ValueError):
        while True:
            await fill_cart(shopper, **{MILK: 1})
            await place_order(shopper, await order_body(shopper))
            told["orders"] += 1


async def kill_meanwhile(shop: Server, shopper: Shopper, chance: Random) -> None:
    """Kill the shop while it takes orders and sends mails, and start it again."""
    told, wanted = Counter[str](), chance.randrange(MOST_ORDERS)
    ordering = asyncio.create_task(order_again_and_again(shopper, told))
    await until(lambda: told["orders"] >= wanted)
    await asyncio.sleep(chance.uniform(0, KILL_WITHIN_S))
    shop.send_signal(signal.SIGKILL)
    await asyncio.to_thread(shop.exit_code)
    ordering.cancel()
    await asyncio.wait([ordering])
    await asyncio.to_thread(shop.start)


async def test_an_order_waits_for_no_mail_server_and_its_mail_is_sent_when_there_is_one(
    server_factory: ServerFactory, tmp_path: Path
) -> None:
    mail_server = SmtpServer(tmp_path)
    shop = server_factory.open(**settings(mail_server))
    async with await new_shopper(shop) as ada:
        await fill_cart(ada, **{MILK: 1})
        answer = await place_order(ada, await order_body(ada))
    assert answer.status == 201
    number = answer.json["number"]
    await until(lambda: "cannot be used" in (told_of(shop)[0].error or ""))

    mail_server.start()
    await until(lambda: bool(mail_server.received()))
    mail_server.end()

    (received,) = mail_server.received()
    assert number in received.message["Subject"]
    await until(lambda: mails_of_orders(shop)[number].state == MailState.SENT)
    listed = shop.command("mail", "list", "--state", "sent").stdout
    assert [listed.split()[1], listed.split()[-1]] == [MailKind.ORDER_PLACED, ada.email]
    assert "cannot be tried again" in shop.command("mail", "retry", listed.split()[0]).stderr


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.timeout(3600)
async def test_after_kills_each_order_has_its_mail_and_a_second_one_has_the_same_id(
    kills: int,
    server_factory: ServerFactory,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    chance = Random(kills)
    with smtp_server(tmp_path) as mail_server:
        shop = server_factory.open(**settings(mail_server))
        stocked = shop.command("product", "set", MILK, "--stock", str(kills * 100))
        assert stocked.returncode == 0, stocked.stderr
        async with await new_shopper(shop) as ada:
            for _ in range(kills):
                await kill_meanwhile(shop, ada, chance)
        await until(
            lambda: {one.state for one in mails_of_orders(shop).values()} <= {MailState.SENT}
        )
        received = Counter(one.message_id for one in mail_server.received())

    promised = mails_of_orders(shop)
    twice = sum(received.values()) - len(received)
    record_property("orders, mails sent twice", (len(promised), twice))
    assert promised
    assert {one.message_id for one in promised.values()} == set(received)
    assert len(received) == len(promised)
    assert twice <= kills

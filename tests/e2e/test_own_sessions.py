"""Websockets of sessions that a user ends on the account page (protocol.md §5, 4410)."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from sqlalchemy import delete

from app.store.engines import connect
from app.store.tables import sessions
from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import PASSWORD, Answer, CloseFrame, RawSocket, Shopper
from tests.e2e.server import Server
from tests.waiting import SLOW_MACHINE_S

SIGNED_OUT = CloseFrame(4410, "")


@pytest.fixture
async def phone(shop: Server, ada: Shopper) -> AsyncIterator[Shopper]:
    """Return the same user in a second session."""
    async with Shopper(shop) as second_session:
        login = {"email": ada.email, "password": PASSWORD}
        assert (await second_session.send("POST", "/api/session", login)).status == 200
        yield second_session


async def post(shopper: Shopper, path: str, **fields: str) -> Answer:
    """Submit a form of the account page."""
    kind = "application/x-www-form-urlencoded"
    return await shopper.send("POST", f"/account{path}", urlencode(fields), Content_Type=kind)


async def other_session_paths(shopper: Shopper) -> list[str]:
    """Return the paths that end the other sessions of *shopper*, from the account page."""
    page = (await shopper.send("GET", "/account")).body.decode()
    return re.findall(r'action="/account(/sessions/[0-9a-f]{64}/end)"', page)


async def all_signed_out(*sockets: RawSocket) -> bool:
    """Return whether all *sockets* are closed because their session was ended."""
    async with asyncio.timeout(60):
        return [await socket.close_frame() for socket in sockets] == [SIGNED_OUT] * len(sockets)


async def test_ending_another_session_closes_its_sockets(ada: Shopper, phone: Shopper) -> None:
    here, there, silent = await ada.tab(), await phone.tab(), await phone.socket()
    (form,) = await other_session_paths(ada)

    assert (await post(ada, form)).status == 303

    assert await all_signed_out(there, silent)
    assert (await here.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    assert await (await phone.socket()).close_frame() == CloseFrame(4401, "")


async def test_ending_all_other_sessions_keeps_the_sockets_of_this_one(
    ada: Shopper, phone: Shopper
) -> None:
    here, there = await ada.tab(), await phone.tab()

    assert (await post(ada, "/sessions/end-others")).status == 303

    assert await all_signed_out(there)
    assert (await here.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"


async def test_a_new_password_closes_the_sockets_of_all_other_logins(
    ada: Shopper, phone: Shopper
) -> None:
    here, there = await ada.tab(), await phone.tab()
    before = ada.cookie

    assert (await post(ada, "/password", current=PASSWORD, new="nine purple bricks")).status == 303

    assert await all_signed_out(there)
    assert (await here.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    assert ada.cookie != before
    assert (await ada.cart())["rev"] == 1
    assert (await ada.send("DELETE", "/api/session")).status == 204
    assert await all_signed_out(here)


async def test_a_session_that_is_deleted_by_hand_closes_its_sockets_within_a_second(
    shop: Server, ada: Shopper
) -> None:
    tab, silent = await ada.tab(), await ada.socket()
    engine = connect(shop.database)

    with engine.begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.account == ada.account))
    engine.dispose()

    async with asyncio.timeout(1 + SLOW_MACHINE_S):
        assert await tab.close_frame() == await silent.close_frame() == SIGNED_OUT
    assert (await ada.send("GET", "/api/cart")).status == 401


async def test_a_command_that_disables_an_account_closes_its_sockets_within_a_second(
    shop: Server, ada: Shopper
) -> None:
    tab = await ada.tab()

    done = await asyncio.to_thread(shop.command, "account", "disable", ada.email)

    assert (done.returncode, done.stdout) == (0, f"{ada.email} is disabled; 1 login has ended.\n")
    async with asyncio.timeout(1 + SLOW_MACHINE_S):
        assert await tab.close_frame() == SIGNED_OUT
    login = {"email": ada.email, "password": PASSWORD}
    answer = await ada.send("POST", "/api/session", login)
    assert (answer.status, answer.json["code"]) == (403, "account_disabled")

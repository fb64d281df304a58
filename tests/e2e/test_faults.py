"""Internal errors of the shop, as clients see them on websockets and over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.accounts import AccountId
from app.store.engines import connect
from app.store.queries import run_query
from tests.databases import Databases
from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import CloseFrame, Shopper, hello_fields, new_shopper
from tests.e2e.server import Server
from tests.store.unreadable_carts import spoil


@pytest.fixture
def failing_shop(tmp_path: Path, databases: Databases) -> Iterator[Server]:
    """Return a shop that may log errors."""
    server = Server(tmp_path, databases.new())
    server.start()
    yield server
    server.end()


def corrupt_cart_of(shopper: Shopper) -> None:
    """Corrupt the stored cart of *shopper*, so that the shop fails to decode it."""
    engine = connect(shopper.server.environment["SHOP_DATABASE"])
    run_query(engine, spoil, AccountId(shopper.account))
    engine.dispose()


async def test_a_fault_during_the_hello_closes_that_socket_alone_with_1011(
    failing_shop: Server,
) -> None:
    async with await new_shopper(failing_shop) as ada, await new_shopper(failing_shop) as bob:
        corrupt_cart_of(ada)
        socket = await ada.socket()
        await socket.send_frame("hello", **hello_fields(socket))

        assert await socket.close_frame() == CloseFrame(1011, "")
        assert (await bob.tab()).welcome["account"] == bob.account

    closed = [event["code"] for event in failing_shop.events() if event["event"] == "socket closed"]
    assert closed[0] == 1011


async def test_a_cart_corrupted_while_it_is_open_closes_its_own_tabs_alone(
    failing_shop: Server,
) -> None:
    async with await new_shopper(failing_shop) as ada, await new_shopper(failing_shop) as bob:
        tab, other = await ada.tab(), await bob.tab()
        corrupt_cart_of(ada)
        await tab.send_frame("op", n=1, k="line.add", sku=APPLES, qty=1)

        assert (await tab.close_frame()).code == 4503
        assert (await other.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"


async def test_a_500_response_reveals_nothing_about_the_fault(failing_shop: Server) -> None:
    async with await new_shopper(failing_shop) as ada:
        corrupt_cart_of(ada)

        page, script = await ada.send("GET", "/shop"), await ada.send("GET", "/api/cart")

    assert (page.status, script.status, script.json["code"]) == (500, 500, "failed")
    for answer in (page, script):
        assert answer.headers["cache-control"] == "no-store"
        for word in (b"msgspec", b"Traceback", b"lines", b"sqlite"):
            assert word not in answer.body
    assert "DecodeError" in failing_shop.log.read_text()

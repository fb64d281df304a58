"""Two servers of one shop: either serves any cart, and they publish changes to each other."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import delete

from app.client import Shop, Tab
from app.domain.verdicts import Ok
from app.store.engines import connect
from app.store.tables import sessions
from tests.databases import Cluster
from tests.e2e.catalog import APPLES, BREAD, MILK, price
from tests.e2e.orders import fill_cart, order_body, place_order
from tests.e2e.raw_client import CloseFrame, RawSocket, Shopper, new_shopper, op
from tests.e2e.server import Server, free_port, run_command
from tests.e2e.shared import open_shared
from tests.e2e.waitlists import noticed
from tests.redis import RedisServer
from tests.waiting import SLOW_MACHINE_S

EDITS = 40
PIE = "blackberry-pie-550g"
NODE_SETTINGS = {"burst": 1000, "per_s": 1000}


class Nodes(NamedTuple):
    """Two servers, and the PostgreSQL and Redis that they share."""

    one: Server
    other: Server
    cluster: Cluster
    redis: RedisServer

    def start(self) -> None:
        """Start both."""
        self.one.start()
        self.other.start()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Return two open servers on a database and a Redis that may be stopped."""
    with ExitStack() as stack:
        shared = stack.enter_context(open_shared())
        url, settings = shared.cluster.new(), {"redis": shared.redis.url, **NODE_SETTINGS}
        home = tmp_path_factory.mktemp("nodes")
        both = [
            Server(make_folder(home, name), url, node=name, **settings) for name in ("one", "other")
        ]
        for each in both:
            stack.callback(each.end)
            each.start()
        yield Nodes(both[0], both[1], shared.cluster, shared.redis)
    assert [event for each in both for event in each.error_events()] == []


def make_folder(home: Path, name: str) -> Path:
    """Make a folder for one server, and return it."""
    (home / name).mkdir()
    return home / name


class ShopperAtBoth(NamedTuple):
    """One shopper with a client at each of two servers."""

    at_one: Shopper
    at_other: Shopper


@pytest.fixture
async def ada(nodes: Nodes) -> AsyncIterator[ShopperAtBoth]:
    """Return a shopper who is signed in at both servers."""
    at_one = await new_shopper(nodes.one)
    async with (
        at_one,
        Shopper(nodes.other, at_one.cookie, at_one.account, at_one.email) as at_other,
    ):
        yield ShopperAtBoth(at_one, at_other)


@pytest.fixture
async def tabs(ada: ShopperAtBoth) -> tuple[RawSocket, RawSocket]:
    """Return a tab at each server, once both have received the number of tabs."""
    tab_at_one, tab_at_other = await ada.at_one.tab(), await ada.at_other.tab()
    for tab in (tab_at_one, tab_at_other):
        if tab.received[-1] != b'{"t":"tabs","n":2}':
            assert await tab.expect("tabs") == {"t": "tabs", "n": 2}
    return tab_at_one, tab_at_other


def client_tab(shopper: Shopper) -> Tab:
    """Return a tab at the shopper's server that reconnects by itself."""
    return Shop(shopper.server.origin).account(shopper.account, shopper.cookie).tab()


async def position_at(shopper: Shopper) -> str:
    """Return the position of the cart at one server."""
    return str((await shopper.cart())["at"])


async def wait_until_converged(ada: ShopperAtBoth, *tabs: RawSocket) -> None:
    """Wait until both servers and all tabs are at one position."""
    async with asyncio.timeout(60):
        while (at := await position_at(ada.at_one)) != await position_at(ada.at_other):  # noqa: ASYNC110 - HTTP
            await asyncio.sleep(0.02)
        for tab in tabs:
            while tab.at != at:
                await tab.receive()


@pytest.mark.smoke
async def test_a_change_reaches_the_tab_at_the_other_server_as_a_patch(
    tabs: tuple[RawSocket, RawSocket],
) -> None:
    tab_at_one, tab_at_other = tabs
    await tab_at_one.send_frame("op", n=1, k="line.add", sku=APPLES, qty=2)

    verdict, patch = await tab_at_one.receive(), await tab_at_one.receive()

    assert verdict == {"t": "ok", "n": 1, "rev": 1}
    assert patch["t"] == "patch"
    assert await tab_at_other.receive() == patch


async def test_a_change_over_http_reaches_the_tab_at_the_other_server(
    ada: ShopperAtBoth, tabs: tuple[RawSocket, RawSocket]
) -> None:
    (_, tab), outbox = tabs, str(uuid4())
    answer = await ada.at_one.ops(outbox, op(1, "note.set", text="ring twice"))

    patch = await tab.expect("patch")

    assert patch["by"] == [{"tab": None, "outbox": outbox, "n": 1, "k": "note.set"}]
    assert (patch["note"], patch["at"]) == ("ring twice", answer.json["at"])


async def test_a_repeat_at_the_other_server_gets_the_same_verdict(
    ada: ShopperAtBoth, tabs: tuple[RawSocket, RawSocket]
) -> None:
    tab_at_one, _ = tabs
    verdict = await tab_at_one.submit(1, "line.add", sku=MILK, qty=3)

    again = await ada.at_other.ops(tab_at_one.outbox, op(1, "line.add", sku=MILK, qty=3))

    assert again.json["verdicts"] == [verdict]
    assert await ada.at_other.quantities() == {MILK: 3}


async def test_both_servers_change_one_line_at_once_and_nothing_is_lost_or_doubled(
    ada: ShopperAtBoth, tabs: tuple[RawSocket, RawSocket]
) -> None:
    async def add_repeatedly(tab: RawSocket) -> set[str]:
        sending = [
            tab.send_frame("op", n=n, k="line.add", sku=BREAD, qty=1) for n in range(1, EDITS + 1)
        ]
        await asyncio.gather(*sending)
        return {(await tab.verdict(n))["t"] for n in range(1, EDITS + 1)}

    assert await asyncio.gather(*map(add_repeatedly, tabs)) == [{"ok"}, {"ok"}]

    await wait_until_converged(ada, *tabs)
    assert await ada.at_other.quantities() == {BREAD: 2 * EDITS}


async def test_a_tab_that_leaves_is_no_longer_counted_at_the_other_server(
    tabs: tuple[RawSocket, RawSocket],
) -> None:
    tab_at_one, tab_at_other = tabs
    await tab_at_other.cut()

    assert await tab_at_one.expect("tabs") == {"t": "tabs", "n": 1}


@pytest.mark.smoke
async def test_signing_out_at_one_server_closes_the_socket_at_the_other(
    ada: ShopperAtBoth, tabs: tuple[RawSocket, RawSocket]
) -> None:
    _, tab_at_other = tabs
    assert (await ada.at_one.send("DELETE", "/api/session")).status == 204

    async with asyncio.timeout(60):
        assert await tab_at_other.close_frame() == CloseFrame(4410, "")


@pytest.mark.smoke
async def test_an_order_at_one_server_empties_the_cart_at_the_other(
    ada: ShopperAtBoth, tabs: tuple[RawSocket, RawSocket]
) -> None:
    _, tab_at_other = tabs
    await fill_cart(ada.at_one, **{APPLES: 2})
    await tab_at_other.expect("patch")

    placed = await place_order(ada.at_one, await order_body(ada.at_one))

    assert placed.status == 201
    patch = await tab_at_other.expect("patch")
    assert [by["k"] for by in patch["by"]] == ["order"]
    assert patch["lines"] == {APPLES: None}
    assert await tab_at_other.expect("order") == {
        "t": "order",
        "number": placed.json["number"],
        "state": "placed",
    }
    assert (await ada.at_other.send("GET", f"/api/orders/{placed.json['number']}")).status == 200


async def test_a_price_change_reaches_tabs_at_both_servers(
    nodes: Nodes, tabs: tuple[RawSocket, RawSocket]
) -> None:
    tab_at_one, tab_at_other = tabs
    for tab in tabs:
        await tab.send_frame("watch", skus=[MILK])
        await tab.expect("prices")
    pounds = f"{price(MILK) // 100 + 1}.00"
    done = await asyncio.to_thread(nodes.one.command, "product", "set", MILK, "--price", pounds)
    assert done.returncode == 0, done.stderr

    prices = [await tab.expect("prices") for tab in (tab_at_one, tab_at_other)]

    assert [items["items"][0]["price"] for items in prices] == [100 * int(pounds[:-3])] * 2


async def test_an_offer_by_a_command_and_its_end_are_told_once_on_tabs_at_both_servers(
    nodes: Nodes, ada: ShopperAtBoth, tabs: tuple[RawSocket, RawSocket]
) -> None:
    nodes.one.command("product", "set", PIE, "--stock", "0", "--hold", "always")
    assert (await ada.at_one.send("POST", "/api/waitlist", {"sku": PIE})).status == 200
    await noticed(nodes.one, 1)

    nodes.one.command("product", "set", PIE, "--stock", "1")
    begun = [await tab.expect("offer") for tab in tabs]
    await ada.at_other.send("POST", "/api/waitlist/leave", {"sku": PIE})
    ended = [await tab.expect("offer") for tab in tabs]

    assert [(one["sku"], one["ms"] > 0) for one in begun] == [(PIE, True)] * 2
    assert [(one["sku"], one["ms"]) for one in ended] == [(PIE, 0)] * 2
    rest = [frame["t"] for tab in tabs for frame in await tab.receive_pending()]
    assert "offer" not in rest


async def test_without_redis_both_servers_work_and_converge_when_it_returns(
    nodes: Nodes, ada: ShopperAtBoth
) -> None:
    async with client_tab(ada.at_one) as tab_at_one, client_tab(ada.at_other) as tab_at_other:
        await asyncio.to_thread(nodes.redis.kill)
        assert isinstance(await tab_at_one.add(APPLES), Ok)
        assert isinstance(await tab_at_other.add(MILK), Ok)
        assert isinstance(await tab_at_one.add(BREAD), Ok)

        await asyncio.to_thread(nodes.redis.start)

        async with asyncio.timeout(60):
            await tab_at_one.until(lambda: len(tab_at_one.cart.lines) == 3)
            await tab_at_other.until(lambda: len(tab_at_other.cart.lines) == 3)
            await tab_at_one.until(lambda: tab_at_one.tabs == 2)
        assert tab_at_one.cart.at == tab_at_other.cart.at
    assert await ada.at_one.quantities() == {APPLES: 1, MILK: 1, BREAD: 1}


async def test_a_server_without_redis_is_refused_beside_servers_with_it(nodes: Nodes) -> None:
    without_redis = {**nodes.one.environment, "SHOP_BIND": f"127.0.0.1:{free_port()}"}
    del without_redis["SHOP_REDIS"]
    refused = await asyncio.to_thread(run_command, "run", environment=without_redis)

    assert refused.returncode == 2
    assert "SHOP_REDIS" in refused.stderr


async def test_ops_wait_out_a_database_crash_and_none_is_lost(
    nodes: Nodes, ada: ShopperAtBoth, tabs: tuple[RawSocket, RawSocket]
) -> None:
    codes: list[str] = []

    async def add_until_accepted(tab: RawSocket) -> None:
        for n in range(1, EDITS + 1):
            while (verdict := await tab.submit(n, "line.add", sku=MILK, qty=1))["t"] != "ok":
                assert verdict["code"] == "busy", verdict
                codes.append(verdict["code"])
                await asyncio.sleep(verdict["retry_ms"] / 1000)

    adding = asyncio.gather(*map(add_until_accepted, tabs))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(nodes.cluster.stop, signal.SIGQUIT)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(nodes.cluster.start)
    async with asyncio.timeout(60):
        await adding

    assert codes
    await wait_until_converged(ada, *tabs)
    assert await ada.at_one.quantities() == {MILK: 2 * EDITS}


async def test_a_session_that_is_deleted_by_hand_closes_its_sockets_at_both_within_a_second(
    nodes: Nodes, ada: ShopperAtBoth, tabs: tuple[RawSocket, RawSocket]
) -> None:
    engine = connect(nodes.one.database)
    with engine.begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.account == ada.at_one.account))
    engine.dispose()

    async with asyncio.timeout(1 + SLOW_MACHINE_S):
        assert [await tab.close_frame() for tab in tabs] == [CloseFrame(4410, "")] * 2

"""Tabs at a server that does not own their cart: whatever happens to the owner, they are served."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.client import Shop, Tab
from app.domain.verdicts import Ok
from tests.e2e.catalog import APPLES, MILK, PLENTY
from tests.e2e.event_tab import EventTabs
from tests.e2e.raw_client import CloseFrame, Frame, RawSocket, Shopper, new_shopper
from tests.e2e.server import Server, free_port
from tests.e2e.shared import open_shared
from tests.e2e.test_slow_readers import NOTE_OF_2_KB, closed_as_stalled, stalled_tab
from tests.metrics.reader import read
from tests.waiting import SLOW_MACHINE_S

TAKEOVER_S = 3.0
"""How soon a tab is served again whose owner is killed or stands still (docs/scaling.md)."""
RESTARTING = 1012


class Pair:
    """The server that owns the carts of the tests, and the one that relays to it."""

    def __init__(self, owner: Server, edge: Server):
        self.owner = owner
        self.edge = edge

    def number(self, server: Server, name: str, **labels: str) -> float:
        """Return a metric of one of them."""
        with urlopen(f"http://{server.environment['SHOP_METRICS']}/metrics") as answer:
            return read(answer.read().decode()).number(name, **labels)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Return two servers, which a test may kill or stop."""
    with open_shared() as shared:
        url, home = shared.cluster.new(), tmp_path_factory.mktemp("relays")
        both = []
        for name in ("owner", "edge"):
            (home / name).mkdir()
            metrics = f"127.0.0.1:{free_port()}"
            both.append(_server(home / name, url, shared.redis.url, metrics))
        yield Pair(*both)
        for each in both:
            each.end()
    assert [event for each in both for event in each.error_events()] == []


def _server(home: Path, url: str, redis: str, metrics: str) -> Server:
    given = {"redis": redis, "metrics": metrics, "node": home.name, "limits": "load"}
    return Server(home, url, drain_ms=3000, **given)


@pytest.fixture
def pair(servers: Pair) -> Pair:
    """Return both servers, started."""
    for each in (servers.owner, servers.edge):
        if not each.is_open:
            each.start()
    return servers


@pytest.fixture
async def ada(pair: Pair) -> AsyncIterator[Shopper]:
    """Return a shopper who is signed in at both."""
    async with await new_shopper(pair.owner) as shopper:
        yield shopper


async def relayed_tab(pair: Pair, ada: Shopper, **hello: str) -> tuple[RawSocket, RawSocket]:
    """Return a tab at the owner, which was there first, and one at the edge with this *hello*."""
    at_owner = await ada.tab()
    ada.server = pair.edge
    at_edge = await ada.tab(**hello)
    ada.server = pair.owner
    assert (at_owner.welcome["node"], at_edge.welcome["node"]) == ("owner", "owner")
    await at_owner.expect("tabs")
    return at_owner, at_edge


async def patch_to(rev: int, tab: RawSocket) -> Frame:
    """Return the patch that leads *tab* to revision *rev*."""
    while (patch := await tab.expect("patch"))["rev"] < rev:
        pass
    return patch


def client_tab(server: Server, ada: Shopper) -> Tab:
    """Return a tab that reconnects by itself."""
    return Shop(server.origin).account(ada.account, ada.cookie).tab()


async def test_tabs_at_two_servers_share_one_cart_its_limits_and_its_login(
    pair: Pair, ada: Shopper
) -> None:
    at_owner, at_edge = await relayed_tab(pair, ada, language="zh-Hant")
    assert pair.number(pair.edge, "shop_relayed_sockets", end="edge") == 1
    assert pair.number(pair.owner, "shop_relayed_sockets", end="owner") == 1

    for n in range(1, 40):
        await at_edge.send_frame("op", n=n, k="line.add", sku=APPLES, qty=1)
    assert {(await at_edge.verdict(n))["t"] for n in range(1, 40)} == {"ok"}
    undone = await at_owner.submit(1, "undo")
    assert (undone["t"], undone["rev"]) == ("ok", 40)
    patches = [await patch_to(40, tab) for tab in (at_owner, at_edge)]
    assert [each["lines"][APPLES]["name"] for each in patches] == ["Gala apples", "加拉蘋果"]
    await at_edge.send_frame("op", n=40, k="line.add", sku=MILK, qty="many")
    refused = await at_edge.verdict(40)
    assert (refused["code"], refused["text"][:7]) == ("bad_op", "我們無法理解這")
    assert (await ada.send("DELETE", "/api/session")).status == 204

    assert [await tab.close_frame() for tab in (at_owner, at_edge)] == [CloseFrame(4410, "")] * 2


async def test_what_the_client_of_a_relayed_event_stream_sends_may_arrive_at_any_server(
    pair: Pair, ada: Shopper
) -> None:
    await ada.tab()
    streams = EventTabs()
    ada.server = pair.edge
    stream = await streams.of(ada)
    assert (await stream.expect("welcome"))["node"] == "owner"
    for server, n in ((pair.owner, 1), (pair.edge, 2)):
        ada.server = server
        sent = await stream.send(ada, {"t": "op", "n": n, "k": "note.set", "text": f"note {n}"})
        assert sent.status == 204
        assert (await stream.expect("ok"))["n"] == n
        assert (await stream.expect("patch"))["rev"] == n
    ada.server = pair.owner
    assert (await ada.send("DELETE", "/api/session")).status == 204
    assert await stream.close_frame() == CloseFrame(4410, "")
    await streams.drop_all()


async def test_faults_of_a_relayed_client_are_closed_with_the_same_codes(
    pair: Pair, ada: Shopper
) -> None:
    _, at_edge = await relayed_tab(pair, ada)
    await at_edge.send_frame("op", n=1, k="line.add", sku=APPLES, qty=1)
    await at_edge.socket.send(b"binary")
    assert (await at_edge.verdict(1))["t"] == "ok"
    assert await at_edge.close_frame() == CloseFrame(4400, "a binary frame")
    ada.server = pair.edge
    silent = await ada.socket()

    await silent.send_text("{")

    assert (await silent.close_frame()).code == 4400


async def test_a_relayed_client_that_reads_nothing_is_closed_with_4408(
    pair: Pair, ada: Shopper
) -> None:
    at_owner, since = await ada.tab(), len(pair.owner.events())
    ada.server = pair.edge
    stalled = await stalled_tab(ada)
    await at_owner.expect("tabs")
    known, n = len(at_owner.received), 0

    while b'{"t":"tabs","n":1}' not in at_owner.received[known:]:
        n += 1
        await at_owner.submit(n, "note.set", text=f"{NOTE_OF_2_KB}{n % 2}")

    assert await closed_as_stalled(stalled, pair.owner, since)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_tab_whose_owner_is_gone_is_served_again_within_three_seconds(
    pair: Pair, ada: Shopper, sign: signal.Signals
) -> None:
    at_owner = await ada.tab()
    async with client_tab(pair.edge, ada) as tab:
        assert isinstance(await tab.add(APPLES), Ok)
        assert (await at_owner.submit(1, "line.add", sku=MILK, qty=1))["t"] == "ok"
        pair.owner.send_signal(sign)
        began_s = time.monotonic()

        assert isinstance(await tab.add(APPLES), Ok)

        assert time.monotonic() - began_s < TAKEOVER_S + SLOW_MACHINE_S
        if sign == signal.SIGSTOP:
            pair.owner.send_signal(signal.SIGCONT)
            assert (await at_owner.close_frame()).code == RESTARTING
        else:
            pair.owner.exit_code()
        await tab.until(lambda: tab.tabs == 1)
        assert {line.sku: line.qty for line in tab.cart.lines.values()} == {APPLES: 2, MILK: 1}
    assert pair.number(pair.edge, "shop_lease_events_total", event="takeover") >= 1


async def test_an_owner_that_drains_hands_its_carts_over_while_tabs_click(
    pair: Pair, ada: Shopper
) -> None:
    stale = pair.number(pair.edge, "shop_saves_total", fate="stale")
    before = await ada.tab()
    async with client_tab(pair.edge, ada) as tab:
        clicks, longest_s = 0, 0.0
        leaving = asyncio.create_task(_restart(pair.owner))
        while not leaving.done():
            began_s = time.monotonic()
            skus = (PLENTY[(clicks + n) % 80] for n in range(8))
            verdicts = await asyncio.gather(*map(tab.add, skus))
            assert {type(one) for one in verdicts} == {Ok}
            clicks, longest_s = clicks + 8, max(longest_s, time.monotonic() - began_s)
            await asyncio.sleep(0.05)
        assert sum(line.qty for line in tab.cart.lines.values()) == clicks
    assert (await before.close_frame()).code == RESTARTING
    assert pair.number(pair.edge, "shop_saves_total", fate="stale") == stale
    assert longest_s < 1 + SLOW_MACHINE_S


async def _restart(server: Server) -> None:
    await asyncio.to_thread(server.end)
    await asyncio.to_thread(server.start)

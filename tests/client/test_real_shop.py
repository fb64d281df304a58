"""The client against a real server process, which is killed and restarted under open tabs."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from app.client import AccountMismatch, LoginEnded, Observer, Problem, RetryPolicy, Shop
from app.domain.addresses import Address
from app.domain.catalog import Sku
from app.domain.ops import AddLine, SetNote
from app.domain.orders import OrderState
from app.domain.verdicts import No, Ok
from app.protocol.messages import OrderMoved
from tests.client.conftest import RecordingObserver
from tests.e2e.server import ROOT, Server

PASSWORD = "a long enough one"
OUTBOX = "aaaaaaaa-0000-4000-8000-000000000001"
EAGER = RetryPolicy(max_delay_s=0.2)


class ByteCounter(Observer):
    """Records the sizes of requests and responses."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def exchanged(self, sent_bytes: int, received_bytes: int) -> None:
        """Record it."""
        self.sizes.append((sent_bytes, received_bytes))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running server."""
    server = Server(tmp_path_factory.mktemp("shop"), burst=1000, drain_ms=300)
    try:
        server.start()
        yield server
    finally:
        server.end()


def test_the_guide_shows_a_program_that_runs(server: Server) -> None:
    guide = (ROOT / "docs" / "client.md").read_text()
    example = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)[0]
    program = example.replace("http://127.0.0.1:8000", server.origin)
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
        timeout=90,
    )
    assert ran.stderr == ""
    assert "done, the cart is at revision 1" in ran.stdout
    assert "2 Whole milk" in ran.stdout


async def test_tabs_of_one_account_speak_their_own_languages(server: Server) -> None:
    english = await Shop(server.origin).register("yu@example.org", PASSWORD, "Yu")
    chinese = Shop(server.origin, language="zh-TW").account(english.id, english.cookie)
    async with english.tab() as here, chinese.tab() as there:
        accepted = await here.set("milk-2l", 98)
        refused = await there.add("milk-2l", 2)
        await there.until(lambda: there.cart.rev == accepted.rev)
        assert "languages" in there.features
        assert (here.cart.at, here.totals) == (there.cart.at, there.totals)
        assert isinstance(refused, No)
        again = await english.send(there.outbox, [(1, AddLine(Sku("milk-2l"), 2))])
        lines = [one.cart.lines[Sku("milk-2l")] for one in (here, there)]
    (repeated,) = again.verdicts
    assert [line.name for line in lines] == ["Whole milk", "全脂牛奶"]
    assert refused.text == f"「{lines[1].name}」：每項商品最多 99 件。"
    assert isinstance(repeated, No)
    assert repeated.text == "Whole milk: you can have at most 99 of one product."
    assert (await chinese.cart()).lines == {Sku("milk-2l"): lines[1]}


async def test_every_op_has_one_verdict_and_one_effect_across_a_kill(
    server: Server, recorder: RecordingObserver
) -> None:
    shop = Shop(server.origin, retry_policy=EAGER)
    account = await shop.register("kim@example.org", PASSWORD, "Kim")
    async with account.tab(observer=recorder) as tab, account.tab() as other:
        pending = [tab.note(f"note {n}") for n in range(200)]
        await pending[40]
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        verdicts = await asyncio.gather(*pending)
        assert verdicts == [Ok(n, n) for n in range(1, 201)]
        await tab.until(lambda: tab.at is not None and tab.cart.rev == 200)
        await other.until(lambda: other.at == tab.at)
        assert await account.cart() == tab.cart == other.cart
    assert "1 closed 1006" in recorder.events


async def test_a_restart_costs_one_new_connection_and_no_op(
    server: Server, recorder: RecordingObserver
) -> None:
    shop = Shop(server.origin, retry_policy=EAGER)
    account = await shop.register("robin@example.org", PASSWORD, "Robin")
    async with account.tab(observer=recorder) as tab:
        first = await tab.add("milk-2l")
        server.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(server.exit_code) == 0
        waiting = tab.add("no-such-thing")
        await asyncio.to_thread(server.start)
        refused = await waiting
        assert (first.rev, refused.rev) == (1, 1)
        assert isinstance(refused, No)
    assert "1 closed 1012" in recorder.events
    assert tab.gen == 2


async def test_a_logout_ends_the_tabs_of_that_login_alone(server: Server) -> None:
    shop = Shop(server.origin, retry_policy=EAGER)
    here = await shop.register("sam@example.org", PASSWORD, "Sam")
    there = await shop.login("Sam@Example.org", PASSWORD)
    async with here.tab() as tab, there.tab() as gone:
        await there.logout()
        with pytest.raises(LoginEnded):
            await gone.until(lambda: False)
        assert isinstance(await tab.add("milk-2l"), Ok)


async def test_an_order_is_idempotent_by_its_key_and_reaches_the_tabs(server: Server) -> None:
    account = await Shop(server.origin).register("oda@example.org", PASSWORD, "Oda")
    home = Address("Oda", "1 Mill Lane", "", "Bath", "BA1 1AA")
    async with account.tab() as tab:
        events = tab.events()
        await tab.add("milk-2l", 2)
        at, total = tab.at or "", tab.totals.total
        with pytest.raises(Problem, match="stale"):
            await account.place_order("a key", at, total + 1, home)
        placed = await account.place_order("a key", at, total, home)
        assert await account.place_order("a key", at, total, home) == placed
        await tab.until(lambda: not tab.cart.lines)
        received = [await events.next() for _ in range(len(events))]

    assert (placed.totals.total, placed.state) == (total, OrderState.PLACED)
    assert [(line.sku, line.qty) for line in placed.lines] == [("milk-2l", 2)]
    assert OrderMoved(placed.number, OrderState.PLACED) in received


async def test_every_product_is_listed_once(server: Server) -> None:
    skus = [product.sku async for product in Shop(server.origin).products()]

    assert "milk-2l" in skus
    assert len(skus) == len(set(skus)) > 100


async def test_the_login_of_another_account_stops_the_tab_and_its_ops_are_kept(
    server: Server,
) -> None:
    shop = Shop(server.origin, retry_policy=EAGER)
    tea = await shop.register("tea@example.org", PASSWORD, "Tea")
    uma = await shop.register("uma@example.org", PASSWORD, "Uma")
    tab = shop.account(tea.id, uma.cookie).tab()
    added = tab.add("milk-2l")

    with pytest.raises(AccountMismatch, match="4412"):
        await tab.open()
    with pytest.raises(AccountMismatch):
        await added
    answered = await tea.send(tab.outbox, tab.unsettled)
    assert answered.verdicts == [Ok(1, 1)]
    assert not (await uma.cart()).lines


async def test_sizes_include_headers(server: Server) -> None:
    account = await Shop(server.origin).register("lou@example.org", PASSWORD, "Lou")
    counter = ByteCounter()

    await account.send(OUTBOX, [(1, SetNote("Ring twice."))], observer=counter)

    ((sent_bytes, received_bytes),) = counter.sizes
    assert sent_bytes > len("POST /api/cart/ops HTTP/1.1") + len(account.cookie)
    assert received_bytes > len("HTTP/1.1 200")


async def test_the_server_counts_the_queries_of_an_op(server: Server) -> None:
    account = await Shop(server.origin).register("max@example.org", PASSWORD, "Max")
    async with account.tab() as tab:
        await account.start_query_count()
        await tab.add("milk-2l")

        assert await account.finish_query_count() == 1


async def test_a_tab_knows_what_waits_and_what_is_settled(server: Server) -> None:
    account = await Shop(server.origin).register("nic@example.org", PASSWORD, "Nic")
    async with account.tab() as tab:
        answer = tab.add("milk-2l")
        assert (tab.waiting, tab.settled) == (1, 0)

        await answer
        assert (tab.waiting, tab.settled) == (0, 1)

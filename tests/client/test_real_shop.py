"""The client against a real server process, which is killed and restarted under open tabs."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from app.client import LoginEnded, Observer, Problem, RetryPolicy, Shop
from app.client.messages import Order
from app.domain.addresses import Address
from app.domain.ops import SetNote
from app.domain.orders import OrderState
from app.domain.verdicts import No, Ok
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
    assert Order(placed.number, "placed") in received


async def test_every_product_is_listed_once(server: Server) -> None:
    skus = [product.sku async for product in Shop(server.origin).products()]

    assert "milk-2l" in skus
    assert len(skus) == len(set(skus)) > 100


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

"""Tabs whose websockets are blocked use event streams, with the same promises."""

import asyncio
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.client import LoginEnded, RetryPolicy, Shop, Transport
from app.domain.addresses import Address
from app.domain.orders import OrderState
from app.domain.verdicts import Ok
from app.protocol.messages import OrderMoved
from tests.browser.network_proxy import NetworkProxy
from tests.client.conftest import RecordingObserver
from tests.e2e.server import Server

PASSWORD = "a long enough one"
OTHERS = ("hanging", "swallowed")
EAGER = RetryPolicy(max_delay_s=0.2, welcome_timeout_s=1)
HOME = Address("Ada", "1 Mill Lane", "", "Bath", "BA1 1AA")


class Blocked:
    """A shop behind a proxy that may block websockets."""

    def __init__(self, server: Server):
        self.server = server
        self.proxy = NetworkProxy(server)

    def shop(self, transport: str) -> Shop:
        """Return the shop as the proxy's clients see it."""
        return Shop(self.proxy.origin, retry_policy=EAGER, transport=transport)


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blocked]:
    """Return a running shop."""
    blocked = Blocked(Server(tmp_path_factory.mktemp("shop"), burst=1000, drain_ms=300))
    blocked.server.start()
    yield blocked
    blocked.server.end()
    assert blocked.server.error_events() == []


@pytest.mark.parametrize(
    "how", ["refused", *(pytest.param(how, marks=pytest.mark.short) for how in OTHERS)]
)
async def test_a_purchase_without_websockets(blocked: Blocked, how: str) -> None:
    blocked.proxy.websockets = how
    async with blocked.proxy.running():
        account = await blocked.shop("auto").register(f"{how}@example.org", PASSWORD, "Ada")
        async with account.tab() as tab, account.tab() as other:
            events = tab.events()
            tab.watch(["milk-2l"])
            assert await asyncio.gather(*(other.add("milk-2l") for _ in range(40))) == [
                Ok(n, n) for n in range(1, 41)
            ]
            await tab.until(lambda: tab.cart.rev == 40 and "milk-2l" in tab.prices)
            assert (tab.transport, tab.tabs) == (Transport.EVENTS, 2)
            assert await tab.ping() < EAGER.heartbeat_timeout_s
            placed = await account.place_order("key", tab.at or "", tab.totals.total, HOME)
            await tab.until(lambda: not tab.cart.lines)
            received = [await events.next() for _ in range(len(events))]
            assert OrderMoved(placed.number, OrderState.PLACED) in received
            await account.logout()
            with pytest.raises(LoginEnded):
                await tab.until(lambda: False)


@pytest.mark.short
async def test_every_op_has_one_effect_across_a_kill_and_a_restart(
    blocked: Blocked, recorder: RecordingObserver
) -> None:
    async with blocked.proxy.running():
        account = await blocked.shop("events").register("kim@example.org", PASSWORD, "Kim")
        async with account.tab(observer=recorder) as tab:
            pending = [tab.note(f"note {n}") for n in range(200)]
            await pending[40]
            await asyncio.to_thread(blocked.server.kill)
            await asyncio.to_thread(blocked.server.start)
            assert await asyncio.gather(*pending) == [Ok(n, n) for n in range(1, 201)]
            await tab.until(lambda: tab.at is not None and tab.cart.rev == 200)
            assert await account.cart() == tab.cart
            blocked.server.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(blocked.server.exit_code) == 0
            await asyncio.to_thread(blocked.server.start)
            assert await tab.note("after the restart") == Ok(201, 201)
    assert "1 closed 1006" in recorder.events
    assert any(event.endswith("closed 1012") for event in recorder.events)


@pytest.mark.short
async def test_a_restart_is_not_taken_for_a_network_that_blocks_websockets(
    blocked: Blocked,
) -> None:
    blocked.proxy.websockets = "forwarded"
    async with blocked.proxy.running():
        account = await blocked.shop("auto").register("robin@example.org", PASSWORD, "Robin")
        async with account.tab() as tab, account.tab() as other:
            await asyncio.to_thread(blocked.server.kill)
            waiting = tab.add("milk-2l")
            await asyncio.to_thread(blocked.server.start)
            assert await waiting == Ok(1, 1)
            await other.until(lambda: other.cart.rev == 1)
            assert {tab.transport, other.transport} == {Transport.WEBSOCKET}


@pytest.mark.short
async def test_a_server_that_stands_still_is_not_taken_for_a_blocked_websocket(
    blocked: Blocked, recorder: RecordingObserver
) -> None:
    blocked.proxy.websockets = "swallowed"
    async with blocked.proxy.running():
        shop = Shop(blocked.proxy.origin, retry_policy=replace(EAGER, welcome_timeout_s=4))
        account = await shop.register("sam@example.org", PASSWORD, "Sam")
        tab = account.tab(observer=recorder)
        opening = asyncio.create_task(tab.open())
        await recorder.until("1 opened")
        blocked.server.send_signal(signal.SIGSTOP)
        blocked.proxy.websockets = "forwarded"
        await recorder.until("1 closed 1006")
        blocked.server.send_signal(signal.SIGCONT)
        await opening
        assert await tab.add("milk-2l") == Ok(1, 1)
        assert tab.transport is Transport.WEBSOCKET
        await tab.close()

"""One network's many requests and connections do not keep others waiting."""

import asyncio
import resource
import socket
from collections import Counter

import pytest

from app.server.acceptor import ACCEPTED_AT_ONCE, BEGUN_AT_ONCE, Acceptor, bind
from app.server.concurrency_limit import AT_WORK, CROWD, ConcurrencyLimit
from app.server.connection_limits import ConnectionLimits, Seat
from app.ws.handshake_request import Receive, Scope, Send
from tests.server.test_deadlines import running

WORK_S, AN_HOUR_S = 0.01, 3600
NOBODY = ConnectionLimits(1000, 1000)
"""Limits of a server that nobody is connected to."""


class Kitchen:
    """An ASGI application that works on requests until `done` is set, and then answers."""

    def __init__(self) -> None:
        self.at_work: Counter[str] = Counter()
        self.done = asyncio.Event()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Work, and answer."""
        self.at_work[scope["client"][0]] += 1
        await self.done.wait()
        self.at_work[scope["client"][0]] -= 1
        await send({"type": "http.response.body"})


async def _receive() -> None:
    """Receive nothing."""


async def _never_read(_message: object) -> None:
    """Wait for a client that never reads."""
    await asyncio.Event().wait()


async def _read(_message: object) -> None:
    """Send to a client that reads at once."""


def _request(
    app: ConcurrencyLimit, address: str, method: str = "GET", send: Send = _read
) -> asyncio.Task[None]:
    scope = {"type": "http", "method": method, "client": (address, 1)}
    return asyncio.create_task(app(scope, _receive, send))


async def test_a_few_requests_of_a_network_are_worked_on_at_once() -> None:
    kitchen = Kitchen()
    app = ConcurrencyLimit(kitchen, NOBODY)
    asked = [_request(app, "2001:db8::1") for _ in range(20)]
    asked += [_request(app, "203.0.113.5")]
    await asyncio.sleep(0.01)

    assert kitchen.at_work == {"2001:db8::1": AT_WORK, "203.0.113.5": 1}
    kitchen.done.set()
    await asyncio.gather(*asked)


async def test_a_client_that_does_not_read_takes_no_turn_from_its_neighbours() -> None:
    kitchen = Kitchen()
    kitchen.done.set()
    app = ConcurrencyLimit(kitchen, NOBODY)
    unread = [_request(app, "203.0.113.5", send=_never_read) for _ in range(2 * AT_WORK)]
    await asyncio.sleep(0.01)

    await asyncio.wait_for(_request(app, "203.0.113.5"), 60)

    for one in unread:
        one.cancel()


async def test_a_body_that_comes_slowly_takes_no_turn() -> None:
    kitchen = Kitchen()
    app = ConcurrencyLimit(kitchen, NOBODY)
    asked = [_request(app, "203.0.113.5", "POST") for _ in range(20)]
    await asyncio.sleep(0.01)

    assert kitchen.at_work == {"203.0.113.5": 20}
    kitchen.done.set()
    await asyncio.gather(*asked)


@pytest.mark.parametrize(
    ("asked", "is_alone", "rests"),
    [(CROWD + AT_WORK, False, True), (CROWD, False, False), (10 * CROWD, True, False)],
    ids=["a crowd", "a browser", "a crowd without others"],
)
async def test_in_a_crowd_turns_rest_if_others_are_connected(
    monkeypatch: pytest.MonkeyPatch, *, asked: int, is_alone: bool, rests: bool
) -> None:
    monkeypatch.setattr("app.server.concurrency_limit.REST", AN_HOUR_S / WORK_S)
    kitchen, limits = Kitchen(), ConnectionLimits(1000, 1000)
    limits.enter_connection("203.0.113.5" if is_alone else "203.0.113.6")
    app = ConcurrencyLimit(kitchen, limits)
    requests = [_request(app, "203.0.113.5") for _ in range(asked)]
    await asyncio.sleep(WORK_S)
    kitchen.done.set()

    done, waiting = await asyncio.wait(requests, timeout=0.1)

    assert bool(waiting) is rests
    assert len(done) >= AT_WORK
    await asyncio.wait_for(_request(app, "203.0.113.6"), 60)
    for one in waiting:
        one.cancel()


async def test_connections_of_a_crowd_begin_a_few_in_a_turn_and_others_beside_them() -> None:
    begun: list[str] = []
    has_begun = asyncio.Event()

    def begin(seat: Seat) -> asyncio.Protocol:
        begun.append(seat.network)
        if seat.network == "127.0.0.1":
            has_begun.set()
        return asyncio.Protocol()

    server = await bind("127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    acceptor = Acceptor(server, ConnectionLimits(1000, 1000), begin)
    clients = [_connected(address, "127.0.0.9") for _ in range(40)]
    clients.append(_connected(address, "127.0.0.1"))
    await has_begun.wait()

    assert begun.index("127.0.0.1") <= 2 * BEGUN_AT_ONCE
    for client in clients:
        client.close()
    acceptor.close()


def _connected(address: tuple[str, int], own: str) -> socket.socket:
    client = socket.socket()
    client.bind((own, 0))
    client.connect(address)
    return client


async def test_without_descriptors_connections_wait_until_there_are_some(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as server:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        client = socket.socket()
        resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno() + 1, hard))
        try:
            client.connect(server.server.servers[0].sockets[0].getsockname())
            await asyncio.sleep(0.05)
            assert server.open == 0
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        await server.wait_until_open(1)
        client.close()

    assert "no connection can be accepted" in caplog.text


@pytest.mark.parametrize("count", [1, 2 * ACCEPTED_AT_ONCE])
async def test_all_connections_that_wait_are_accepted(count: int) -> None:
    async with running(ConnectionLimits(1000, 1000)) as server:
        clients = await asyncio.gather(*(server.connect() for _ in range(count)))
        await server.wait_until_open(count)

        for client in clients:
            client.writer.write(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
            assert b" 200 " in await client.head()

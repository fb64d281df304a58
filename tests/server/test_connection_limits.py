"""Limits on the connections of a network, and the log of what was refused."""

import asyncio

import pytest

from app.server.connection_limits import ConnectionLimits, Ending
from tests.server.test_deadlines import running

GET = b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"


async def test_a_network_has_a_bounded_number_of_connections() -> None:
    limits = ConnectionLimits(100, 2)
    seats = [limits.enter_connection("203.0.113.5") for _ in range(2)]

    assert all(seats)
    assert limits.enter_connection("::ffff:203.0.113.5") is None
    assert limits.enter_connection("203.0.113.6")


async def test_ipv6_addresses_of_one_subscriber_count_together() -> None:
    limits = ConnectionLimits(100, 1)

    assert limits.enter_connection("2001:db8::1")
    assert limits.enter_connection("2001:db8::ffff:1") is None
    assert limits.enter_connection("2001:db8:0:1::1")


async def test_a_seat_that_is_left_twice_is_free_once() -> None:
    limits = ConnectionLimits(100, 2)
    first, _second = (limits.enter_connection("203.0.113.5") for _ in range(2))
    assert first
    first.leave()
    first.leave()

    assert limits.enter_connection("203.0.113.5")
    assert limits.enter_connection("203.0.113.5") is None


async def test_a_connection_beyond_the_limit_gets_503_and_the_next_is_served() -> None:
    async with running(ConnectionLimits(100, 2)) as server:
        held = [await server.connect() for _ in range(2)]
        await server.wait_until_open(2)
        refused = await server.connect()
        answer = await refused.all()

        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 2\r\n" in answer
        assert server.limits.ended[Ending.NETWORK] == 1
        held[0].writer.close()
        await server.wait_until_open(1)
        assert b"200" in await (await server.connect(GET)).head()


async def test_beyond_all_connections_a_server_refuses_more() -> None:
    async with running(ConnectionLimits(2, 100)) as server:
        [await server.connect() for _ in range(2)]
        await server.wait_until_open(2)

        assert (await (await server.connect()).all()).startswith(b"HTTP/1.1 503 ")
        assert server.limits.ended[Ending.FULL] == 1


async def test_a_websocket_keeps_the_seat_of_its_connection() -> None:
    handshake = (
        b"GET /ws HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    async with running(ConnectionLimits(100, 1)) as server:
        socket = await server.connect(handshake)
        await socket.head()
        assert (await (await server.connect()).all()).startswith(b"HTTP/1.1 503 ")

        socket.writer.close()
        await server.wait_until_open(0)

        assert b"200" in await (await server.connect(GET)).head()


async def test_behind_a_proxy_the_client_that_it_names_is_counted() -> None:
    post = (
        b"POST / HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: %b\r\nContent-Length: 9\r\n\r\n"
    )
    limits = ConnectionLimits(100, 2, "127.0.0.1")
    async with running(limits, "127.0.0.1") as server:
        waiting = [await server.connect(post % b"203.0.113.5") for _ in range(2)]
        await server.wait_until_open(2)
        await asyncio.sleep(0.1)

        third = await server.connect(post % b"203.0.113.5")
        other = await server.connect(post % b"203.0.113.6" + b"x" * 9)

        assert b" 503 " in await third.head()
        assert b" 200 " in await other.head()
        for client in waiting:
            client.writer.write(b"x" * 9)
            assert b" 200 " in await client.head()
        assert b" 200 " in await (await server.connect(post % b"203.0.113.5" + b"x" * 9)).head()


async def test_an_attack_is_one_line_in_the_log_and_another_for_the_rest_of_the_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.server.connection_limits.LOG_EVERY_S", 0.1)
    limits = ConnectionLimits(100, 100)
    for number in range(500):
        limits.note(Ending.BODY, "203.0.113.5" if number % 5 else "203.0.113.6")
    await asyncio.sleep(0.35)
    limits.note(Ending.HEADERS, "203.0.113.7")

    lines = [(record.counts, record.mostly_of) for record in caplog.records]  # type: ignore[attr-defined]
    assert lines == [
        ({"body": 1}, "203.0.113.6"),
        ({"body": 499}, "203.0.113.5"),
        ({"headers": 1}, "203.0.113.7"),
    ]
    assert limits.ended[Ending.BODY] == 500

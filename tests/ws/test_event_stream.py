"""An event stream's two ways: it is as slow as its client, and finds what that sends elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.domain.accounts import AccountId
from app.domain.limits import MOST_TEXTS
from app.services.event_frames import Delivery
from app.ws.event_stream import GOING_AWAY, PADDING, EventStream
from app.ws.queued_socket import FULL_BYTES
from tests.examples import ADA
from tests.ws.clock import soon
from tests.ws.relayed import TwoNodes


class Client:
    """Reads a response as far as it likes, and is told what the stream tells its listener."""

    def __init__(self) -> None:
        self.may_read, self.has_left = asyncio.Event(), asyncio.Event()
        self.may_read.set()
        self.body, self.is_over = b"", False
        self.texts: list[bytes] = []
        self.writable, self.closed = 0, 0
        self.stream = EventStream("c-1", "where", [b"hello"], self._send)
        self.running = asyncio.create_task(self.stream.run(self._receive))

    async def _send(self, message: dict[str, Any]) -> None:
        await self.may_read.wait()
        self.body += message["body"]
        self.is_over = not message["more_body"]

    async def _receive(self) -> dict[str, str]:
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    def on_text(self, data: bytes) -> None:
        self.texts.append(data)

    def on_binary(self) -> None:
        raise AssertionError

    def on_protocol_error(self, code: int, reason: str) -> None:
        self.stream.close(code, reason)

    def on_writable(self) -> None:
        self.writable += 1

    def on_close(self, code: int) -> None:
        self.closed = code


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Return the client of a stream that is served."""
    client = Client()
    client.stream.attach(client)
    yield client
    client.running.cancel()
    await soon()


async def test_a_client_that_reads_nothing_fills_the_stream(client: Client) -> None:
    await soon()
    client.may_read.clear()
    client.stream.write([b"x" * FULL_BYTES])
    await soon()
    assert (client.stream.is_full, client.writable) == (True, 0)

    client.may_read.set()
    await soon()

    assert (client.stream.is_full, client.writable) == (False, 1)
    assert client.body.startswith(PADDING + b'event: open\ndata: {"to":"where"}\n\ndata: xxx')


async def test_frames_wait_while_reading_is_paused_and_a_flood_of_them_is_refused(
    client: Client,
) -> None:
    await soon()
    client.stream.pause()
    many = [b"%d" % n for n in range(MOST_TEXTS)]
    assert [client.stream.take(many), client.stream.take([b"more"])] == [True, False]

    client.stream.resume()
    await soon()

    assert client.texts == [b"hello", *many]


@pytest.mark.parametrize(("wrong", "code"), [(b"x" * 8193, 1009), (b"\xff", 1007)])
async def test_what_is_no_frame_ends_the_stream_after_what_came_before(
    client: Client, wrong: bytes, code: int
) -> None:
    client.stream.take([b"right", wrong, b"later"])
    await soon()

    assert (client.texts, client.is_over) == ([b"hello", b"right"], True)
    assert b'event: close\ndata: {"code":%d,' % code in client.body
    client.stream.write([b"too late"])
    assert (client.closed, client.stream.take([b"too late"])) == (GOING_AWAY, True)
    assert client.texts == [b"hello", b"right"]


async def test_a_client_that_leaves_is_noticed(client: Client) -> None:
    client.has_left.set()
    await soon()

    assert (client.closed, client.running.done()) == (GOING_AWAY, True)


async def test_what_arrives_at_another_node_is_passed_on(client: Client) -> None:
    nodes = TwoNodes()
    here, there = nodes.owner.streams, nodes.edge.streams
    with here.open("c-1", client.stream):
        address = here.address("c-1", ADA)
        assert there.deliver(address, ADA, [b"passed on"]) is Delivery.DONE
        await soon()
        assert client.texts == [b"hello", b"passed on"]
        assert here.deliver(address, AccountId("u-bob"), [b"foreign"]) is Delivery.UNKNOWN
        assert there.deliver(f"{address}x", ADA, [b"forged"]) is Delivery.UNKNOWN
    assert here.deliver(address, ADA, [b"too late"]) is Delivery.UNKNOWN
    assert client.texts == [b"hello", b"passed on"]
    nodes.stops()

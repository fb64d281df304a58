"""Frames are read one by one; reading stops between two of them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from uvicorn import Config
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from app.server.read_rate import MIN_FRAMES_PER_S, WINDOW_S
from app.server.upgrade import read_upgrade
from app.server.websocket import ShopSocket

HEAD = b"""GET /ws HTTP/1.1\r
Host: shop.example\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
Sec-WebSocket-Version: 13\r
\r
"""
A_WINDOW = round(MIN_FRAMES_PER_S * WINDOW_S)
TOO_LONG = 8193


class MemoryTransport(asyncio.Transport):
    """A connection that remembers what is written, and whether it is read."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 80)})
        self.written = b""
        self.reads = True
        self.closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def write_eof(self) -> None: ...

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True

    def close(self) -> None:
        self.closing = True

    abort = close


class Listener:
    """Remembers what happens, and then does what *then* has for a text."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.then: dict[bytes, Callable[[], object]] = {}

    def on_text(self, data: bytes) -> None:
        data.decode()
        self.events.append(data)
        self.then.get(data, bool)()

    def on_binary(self) -> None:
        self.events.append("binary")

    def on_protocol_error(self, code: int, reason: str) -> None:
        self.events.append((code, reason))

    def on_writable(self) -> None:
        self.events.append("writable")

    def on_close(self, code: int) -> None:
        self.events.append(("closed", code))


class Wire:
    """An accepted websocket with a listener, and its transport."""

    def __init__(self) -> None:
        self.listener, self.transport = Listener(), MemoryTransport()
        config = Config(
            self._accept,
            interface="asgi3",
            ws=ShopSocket,
            ws_max_size=TOO_LONG - 1,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
        )
        self.socket = ShopSocket(config, ServerState(), {})
        self.socket.connection_made(self.transport)
        self._is_open = True

    def ends(self) -> None:
        """Lose the connection, once."""
        if self._is_open:
            self._is_open = False
            self.socket.connection_lost(None)

    @property
    def events(self) -> list[object]:
        """What the listener was called with."""
        return self.listener.events

    def sends(self, *frames: Frame) -> None:
        """Send *frames* in one piece."""
        self.sends_bytes(b"".join(frame.serialize(mask=True) for frame in frames))

    def sends_bytes(self, data: bytes) -> None:
        """Send *data* as one piece."""
        self.socket.data_received(data)

    async def _accept(
        self, _scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.socket.attach(self.listener)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """Return a websocket after its handshake; afterwards it is lost."""
    wire = Wire()
    upgrade = read_upgrade(HEAD)
    assert upgrade
    wire.socket.open(upgrade)
    await asyncio.sleep(0.01)
    yield wire
    wire.ends()


def text(data: bytes, *, fin: bool = True) -> Frame:
    """Return a text frame."""
    return Frame(Opcode.TEXT, data, fin)


async def test_texts_of_all_sizes_arrive_in_order(wire: Wire) -> None:
    texts = [b"a", b"b" * 125, b"c" * 126, b"", b"d" * (TOO_LONG - 1), b"e"]

    wire.sends(*map(text, texts))

    assert wire.events == texts


async def test_a_frame_waits_until_all_of_it_has_arrived(wire: Wire) -> None:
    for byte in text(b"one").serialize(mask=True) + text(b"two" * 99).serialize(mask=True):
        wire.sends_bytes(bytes([byte]))

    assert wire.events == [b"one", b"two" * 99]


async def test_fragments_are_one_message_and_control_frames_may_stand_between(wire: Wire) -> None:
    wire.sends(
        text(b"one ", fin=False),
        Frame(Opcode.PING, b"7"),
        Frame(Opcode.CONT, b"message"),
        text(b"another"),
        Frame(Opcode.BINARY, b"\x00"),
        text(b"third"),
    )

    assert wire.events == [b"one message", b"another", "binary", b"third"]
    assert wire.transport.written.endswith(b"\x8a\x017")


async def test_a_text_between_fragments_is_a_protocol_error(wire: Wire) -> None:
    wire.sends(text(b"one ", fin=False), text(b"another"), text(b"third"))
    wire.sends(text(b"later"))

    assert wire.events == [(1002, "expected a continuation frame")]


async def test_nothing_is_kept_of_what_follows_a_protocol_error(wire: Wire) -> None:
    wire.sends(text(b"x" * TOO_LONG))
    wire.sends(text(b"more"))
    wire.socket.pause()
    wire.socket.resume()
    await asyncio.sleep(0)

    assert wire.events == [(1009, "frame with 8193 bytes exceeds limit of 8192 bytes")]


async def test_a_text_that_is_not_in_utf8_is_a_protocol_error(wire: Wire) -> None:
    wire.sends(text(b"one"), text(b"\xff"), text(b"two"))

    assert wire.events == [b"one", (1007, "not UTF-8")]


async def test_reading_stops_after_the_frame_that_pauses_and_goes_on_when_resumed(
    wire: Wire,
) -> None:
    wire.listener.then = {b"one": wire.socket.pause}
    wire.sends(text(b"one"), text(b"two"), text(b"three"))
    wire.sends(text(b"four"))
    assert (wire.events, wire.transport.reads) == ([b"one"], False)

    wire.socket.resume()
    assert wire.events == [b"one"]
    await asyncio.sleep(0)

    assert wire.events == [b"one", b"two", b"three", b"four"]
    assert wire.transport.reads


async def test_frames_beyond_the_rate_are_read_in_the_next_window(wire: Wire) -> None:
    wire.sends(*[text(b"x")] * (A_WINDOW + 1))
    assert (len(wire.events), wire.transport.reads) == (A_WINDOW, False)

    await asyncio.sleep(WINDOW_S + 0.1)

    assert (len(wire.events), wire.transport.reads) == (A_WINDOW + 1, True)


async def test_a_client_that_is_throttled_and_paused_is_read_when_both_are_over(wire: Wire) -> None:
    wire.sends(*[text(b"x")] * (A_WINDOW + 1))
    wire.socket.pause()
    await asyncio.sleep(WINDOW_S + 0.1)
    assert (len(wire.events), wire.transport.reads) == (A_WINDOW, False)

    wire.socket.resume()
    await asyncio.sleep(0)

    assert (len(wire.events), wire.transport.reads) == (A_WINDOW + 1, True)


async def test_texts_after_our_close_are_dropped_until_the_client_answers_it(wire: Wire) -> None:
    wire.listener.then = {b"one": lambda: wire.socket.close(4410, "")}
    wire.sends(text(b"one"), text(b"two"), text(b"x" * 200))
    assert not wire.transport.closing

    wire.sends(Frame(Opcode.CLOSE, b"\x11\x3a"))

    assert wire.events == [b"one"]
    assert wire.transport.closing


async def test_a_failing_listener_closes_the_websocket(wire: Wire) -> None:
    wire.listener.then = {b"one": lambda: 1 / 0}
    wire.sends(text(b"one"), text(b"two"))

    assert wire.events == [b"one"]
    assert wire.transport.written.endswith(b"\x88\x02\x03\xf3")


async def test_what_is_left_unread_is_forgotten_when_the_connection_ends(wire: Wire) -> None:
    wire.listener.then = {b"one": wire.socket.pause}
    wire.sends(text(b"one"), text(b"two"))
    wire.socket.resume()

    wire.ends()
    await asyncio.sleep(0.01)

    assert wire.events == [b"one", ("closed", 1006)]


async def test_a_websocket_is_full_until_the_client_has_read(wire: Wire) -> None:
    full = []
    for change in (wire.socket.pause_writing, wire.socket.resume_writing):
        change()
        full.append(wire.socket.is_full)

    assert full == [True, False]
    assert wire.events == ["writable"]

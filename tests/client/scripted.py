"""A shop on a loopback port that says what a test wants it to say, and remembers what it heard."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from tests.client.samples import sample

Said = dict[str, Any]


class Line:
    """The shop's end of one socket."""

    def __init__(self, socket: ServerConnection):
        self._socket = socket

    @property
    def request(self) -> Request:
        """What the client sent to open it."""
        assert self._socket.request
        return self._socket.request

    async def hears(self, kind: str) -> Said:
        """Return the next frame, which must be of this kind."""
        heard: Said = json.loads(await self._socket.recv())
        assert heard["t"] == kind, heard
        return heard

    async def hears_ops(self, *numbers: int) -> None:
        """Hear exactly these ops next."""
        assert [(await self.hears("op"))["n"] for _ in numbers] == list(numbers)

    async def hears_nothing_more(self) -> None:
        """Make sure that nothing was sent that was not heard: the client has hung up."""
        try:
            frame = await self._socket.recv()
        except ConnectionClosed:
            return
        raise AssertionError(frame)

    async def tell(self, *messages: Said) -> None:
        """Send these."""
        for message in messages:
            await self._socket.send(json.dumps(message))

    async def tell_raw(self, frame: str | bytes) -> None:
        """Send this frame as it is."""
        await self._socket.send(frame)

    async def greet(self, **changes: Any) -> Said:
        """Hear hello, say welcome and tell an empty cart; return the hello."""
        hello = await self.hears("hello")
        await self.tell(sample("welcome_first", **changes), sample("snapshot_empty"))
        return hello

    async def hang_up(self, code: int, reason: str = "") -> None:
        """Close the socket."""
        await self._socket.close(code, reason)

    async def tell_and_hang_up(self, message: Said, code: int) -> None:
        """Send this and close the socket in one go."""
        self._socket.protocol.send_text(json.dumps(message).encode())
        self._socket.protocol.send_close(code)
        self._socket.send_data()
        await self._socket.wait_closed()

    async def hang_up_without_a_code(self) -> None:
        """Close the socket with an empty close frame."""
        self._socket.protocol.send_close()
        self._socket.send_data()
        await self._socket.wait_closed()

    def cut(self) -> None:
        """Break the line without a word."""
        self._socket.transport.abort()

    def is_deaf(self) -> None:
        """Read nothing more, and answer nothing, not even a close."""
        self._socket.transport.pause_reading()

    async def close_code(self) -> int | None:
        """Return with what code the client has closed."""
        await self._socket.wait_closed()
        return self._socket.close_code


class ScriptedShop:
    """All that comes in; `answers` are given to handshakes in place of a socket, one each."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: deque[tuple[HTTPStatus, dict[str, str]]] = deque()
        self.refused = 0
        self._lines: asyncio.Queue[Line] = asyncio.Queue()

    async def line(self) -> Line:
        """Return the next socket that a client opens."""
        return await self._lines.get()

    async def welcomed(self, **changes: Any) -> Line:
        """Return the next socket, its tab let in."""
        line = await self.line()
        await line.greet(**changes)
        return line

    async def serve(self, socket: ServerConnection) -> None:
        """Hand the socket to the test, and keep it until it is closed."""
        self._lines.put_nowait(Line(socket))
        await socket.wait_closed()

    def refuse(self, socket: ServerConnection, _: Request) -> Response | None:
        """Answer a handshake with what the test has put in line."""
        if not self.answers:
            return None
        self.refused += 1
        status, headers = self.answers.popleft()
        response = socket.respond(status, "")
        response.headers.update(headers)
        return response


@asynccontextmanager
async def scripted_shop() -> AsyncIterator[ScriptedShop]:
    """Open a shop on a free port."""
    shop = ScriptedShop()
    async with serve(
        shop.serve,
        "127.0.0.1",
        0,
        process_request=shop.refuse,
        subprotocols=[Subprotocol("shop.cart.v1")],
        compression=None,
        ping_interval=None,
        close_timeout=1,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        shop.url = f"http://127.0.0.1:{port}"
        yield shop

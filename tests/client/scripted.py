"""A fake shop on a loopback port whose websockets a test scripts frame by frame."""

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

Message = dict[str, Any]


class Peer:
    """The server's end of one websocket."""

    def __init__(self, socket: ServerConnection):
        self._socket = socket

    @property
    def request(self) -> Request:
        """The handshake request."""
        assert self._socket.request
        return self._socket.request

    async def expect(self, kind: str) -> Message:
        """Receive the next message, which must be of type *kind*."""
        message: Message = json.loads(await self._socket.recv())
        assert message["t"] == kind, message
        return message

    async def expect_ops(self, *numbers: int) -> None:
        """Receive ops with exactly these numbers."""
        assert [(await self.expect("op"))["n"] for _ in numbers] == list(numbers)

    async def expect_close(self) -> None:
        """Check that the client closes and has sent nothing before."""
        try:
            frame = await self._socket.recv()
        except ConnectionClosed:
            return
        raise AssertionError(frame)

    async def send(self, *messages: Message) -> None:
        """Send messages."""
        for message in messages:
            await self._socket.send(json.dumps(message))

    async def send_raw(self, frame: str | bytes) -> None:
        """Send a frame that need not be a valid message."""
        await self._socket.send(frame)

    async def send_welcome(self, **changes: Any) -> Message:
        """Receive hello, answer with a welcome and an empty cart, and return the hello."""
        hello = await self.expect("hello")
        await self.send(sample("welcome_first", **changes), sample("snapshot_empty"))
        return hello

    async def close(self, code: int, reason: str = "") -> None:
        """Close with this code."""
        await self._socket.close(code, reason)

    async def send_and_close(self, message: Message, code: int) -> None:
        """Send a message and a close frame in one write."""
        self._socket.protocol.send_text(json.dumps(message).encode())
        self._socket.protocol.send_close(code)
        self._socket.send_data()
        await self._socket.wait_closed()

    async def close_without_code(self) -> None:
        """Close with an empty close frame."""
        self._socket.protocol.send_close()
        self._socket.send_data()
        await self._socket.wait_closed()

    def abort(self) -> None:
        """Drop the connection without a close frame."""
        self._socket.transport.abort()

    def stop_reading(self) -> None:
        """Read nothing more, so that not even a close frame is answered."""
        self._socket.transport.pause_reading()

    async def close_code(self) -> int | None:
        """Return the code with which the client closed."""
        await self._socket.wait_closed()
        return self._socket.close_code


class ScriptedShop:
    """Accepts websockets; each handshake first uses up one of `responses`, if there are any."""

    def __init__(self) -> None:
        self.url = ""
        self.responses: deque[tuple[HTTPStatus, dict[str, str]]] = deque()
        self.refused = 0
        self._peers: asyncio.Queue[Peer] = asyncio.Queue()

    async def accept(self) -> Peer:
        """Return the next websocket that a client opens."""
        return await self._peers.get()

    async def accept_and_welcome(self, **changes: Any) -> Peer:
        """Return the next websocket after its welcome."""
        peer = await self.accept()
        await peer.send_welcome(**changes)
        return peer

    async def serve(self, socket: ServerConnection) -> None:
        """Hand the websocket to the test, and keep it open until the test closes it."""
        self._peers.put_nowait(Peer(socket))
        await socket.wait_closed()

    def respond_to_handshake(self, socket: ServerConnection, request: Request) -> Response | None:
        """Return the next scripted response to a handshake, or accept it; there is nothing else."""
        if request.path != "/ws":
            return socket.respond(HTTPStatus.NOT_FOUND, "")
        if not self.responses:
            return None
        self.refused += 1
        status, headers = self.responses.popleft()
        response = socket.respond(status, "")
        response.headers.update(headers)
        return response


@asynccontextmanager
async def scripted_shop() -> AsyncIterator[ScriptedShop]:
    """Listen on a free port."""
    shop = ScriptedShop()
    async with serve(
        shop.serve,
        "127.0.0.1",
        0,
        process_request=shop.respond_to_handshake,
        subprotocols=[Subprotocol("shop.cart.v2")],
        compression=None,
        ping_interval=None,
        close_timeout=1,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        shop.url = f"http://127.0.0.1:{port}"
        yield shop

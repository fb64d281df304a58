"""A client that sends exactly the frames and requests that a test names, and nothing by itself."""

import asyncio
import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from itertools import count
from typing import Any, NamedTuple, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode
from websockets.typing import Subprotocol

from app.domain.token_bucket import full, spend
from app.ws.requests import PINGS
from tests.e2e.server import Server

VERSION = "shop.cart.v2"
OFFERED = (Subprotocol(VERSION), Subprotocol("shop.cart"))
PASSWORD = "seven brown bricks"
TIMEOUT_S = 60

Frame = dict[str, Any]


class Answer(NamedTuple):
    """An HTTP response; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded as JSON."""
        return json.loads(self.body)


class CloseFrame(NamedTuple):
    """The code and reason of a close; 1006 if the connection was dropped without a close frame."""

    code: int
    reason: str


class RawSocket:
    """An open websocket; `received` keeps the bytes of every frame that came in, in order."""

    def __init__(self, socket: ClientConnection, outbox: str):
        self.socket = socket
        self.tab = str(uuid4())
        self.outbox = outbox
        self.received: list[bytes] = []
        self.welcome: Frame = {}
        self.at: str | None = None
        self._pings = full(PINGS, time.monotonic())

    async def send_frame(self, t: str, **fields: object) -> None:
        """Send a message of type *t*."""
        await self.send_text(frame(t, **fields))

    async def send_text(self, *texts: str) -> None:
        """Send text frames with these payloads."""
        for text in texts:
            await self.socket.send(text)

    async def send_together(self, *frames: WebSocketFrame) -> None:
        """Write all frames at once, so that the server reads them in one chunk."""
        masked = [frame.serialize(mask=True) for frame in frames]
        self.socket.transport.write(b"".join(masked))

    async def submit(self, n: int, k: str, **fields: object) -> Frame:
        """Send an op, and return its verdict."""
        await self.send_frame("op", n=n, k=k, **fields)
        return await self.verdict(n)

    async def verdict(self, n: int) -> Frame:
        """Receive frames up to the next verdict on op *n*, and return that."""
        while True:
            message = await self.receive()
            if message["t"] in {"ok", "no"} and message["n"] == n:
                return message

    async def receive(self) -> Frame:
        """Return the next message; its `at`, if it has one, becomes the position."""
        async with asyncio.timeout(TIMEOUT_S):
            self.received.append(await self.socket.recv(decode=False))
        message: Frame = json.loads(self.received[-1])
        self.at = message.get("at", self.at)
        return message

    async def expect(self, *kinds: str) -> Frame:
        """Receive frames up to one of these types, and return that."""
        while (message := await self.receive())["t"] not in kinds:
            pass
        return message

    async def receive_pending(self) -> list[Frame]:
        """Send a ping, and return the frames that arrive before its pong.

        It is sent as soon as the shop answers one more (protocol.md §3): the others are ignored.
        """
        while (left := spend(self._pings, PINGS, time.monotonic())) is None:  # noqa: ASYNC110 - time
            await asyncio.sleep(1 / PINGS.per_s)
        self._pings = left
        await self.send_frame("ping", id=77)
        frames: list[Frame] = []
        while (message := await self.receive()) != {"t": "pong", "id": 77}:
            frames.append(message)
        return frames

    async def close_frame(self) -> CloseFrame:
        """Receive until the websocket is closed, and return how it was closed."""
        try:
            while True:
                await self.receive()
        except ConnectionClosed as closed:
            close = closed.rcvd
            return CloseFrame(close.code, close.reason) if close else CloseFrame(1006, "")

    async def close(self) -> None:
        """Close with a closing handshake, as a page does that is closed."""
        await self.socket.close()

    async def cut(self) -> None:
        """Drop the connection without a close frame."""
        self.socket.transport.abort()
        await self.socket.wait_closed()


class Shopper:
    """A user, signed in or not: their cookie, and the websockets they opened."""

    def __init__(self, server: Server, cookie: str = "", account: str = "", email: str = ""):
        self.server = server
        self.cookie = cookie
        self.account = account
        self.email = email
        self._sockets: list[RawSocket] = []

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Drop all its websockets."""
        await asyncio.gather(*(socket.cut() for socket in self._sockets))

    def at(self, server: Server) -> "Shopper":
        """Return the same user at another server; its websockets are dropped with these."""
        other = Shopper(server, self.cookie, self.account, self.email)
        other._sockets = self._sockets
        return other

    async def socket(
        self, outbox: str | None = None, *, name: str = "", path: str = "/ws", **options: Any
    ) -> RawSocket:
        """Open a websocket, and send nothing yet; *options* go to `websockets.connect`.

        *name* is the host name of the URL, in place of the server's address.
        """
        headers = {"Cookie": self.cookie} if self.cookie else {}
        defaults: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "subprotocols": OFFERED,
            "additional_headers": headers,
            "compression": None,
            "ping_interval": None,
            "proxy": None,
            "max_size": None,
            "max_queue": 1024,
            "close_timeout": 1,
        }
        opened = await connect(f"ws://{name or self.server.host}{path}", **defaults | options)
        socket = RawSocket(opened, outbox or str(uuid4()))
        self._sockets.append(socket)
        return socket

    async def tab(self, *, outbox: str | None = None, **hello: object) -> RawSocket:
        """Open a tab: send hello, and receive welcome, the cart's state and the count of tabs."""
        socket = await self.socket(outbox)
        socket.tab = str(hello.pop("tab", socket.tab))
        await socket.send_frame("hello", **hello_fields(socket) | hello)
        socket.welcome = await socket.receive()
        assert socket.welcome["t"] == "welcome"
        assert (await socket.receive())["t"] == {"snapshot": "snapshot", "same": "prices"}[
            socket.welcome["mode"]
        ]
        await socket.expect("tabs")
        return socket

    async def send(
        self, method: str, path: str, body: object = None, **headers: str | None
    ) -> Answer:
        """Send a request; a *body* that is no text is sent as JSON, a header of `None` is not."""
        given = {"Cookie": self.cookie or None, **headers}
        if body is not None and not isinstance(body, str | bytes):
            body, given = json.dumps(body), {"Content-Type": "application/json", **given}
        named = {name.replace("_", "-"): value for name, value in given.items() if value}
        answer = await asyncio.to_thread(send, self.server.port, method, path, body, named)
        self.cookie = login_cookie(answer) or self.cookie
        return answer

    async def ops(self, outbox: str, *ops: Frame) -> Answer:
        """Send ops over HTTP."""
        return await self.send("POST", "/api/cart/ops", {"outbox": outbox, "ops": list(ops)})

    async def cart(self) -> Frame:
        """Return the body of `GET /api/cart`."""
        answer = await self.send("GET", "/api/cart")
        assert answer.status == 200, answer
        cart: Frame = answer.json
        return cart

    async def quantities(self) -> dict[str, int]:
        """Return the quantities in the cart, by SKU."""
        return {line["sku"]: line["qty"] for line in (await self.cart())["cart"]["lines"]}


_numbers = count(1)


async def new_shopper(server: Server) -> Shopper:
    """Register an account with an e-mail address of its own."""
    shopper = Shopper(server, email=f"shopper{next(_numbers)}@shop.example")
    answer = await shopper.send(
        "POST", "/api/accounts", {"email": shopper.email, "password": PASSWORD, "name": "Ada"}
    )
    assert answer.status == 201, answer
    shopper.account = answer.json["account"]
    return shopper


def hello_fields(socket: RawSocket) -> Frame:
    """Return the fields of a new tab's `hello`."""
    return {"tab": socket.tab, "gen": 1, "outbox": socket.outbox}


def frame(t: str, **fields: object) -> str:
    """Return the JSON text of a message of type *t*."""
    return json.dumps({"t": t, **fields})


def text_frame(text: str | bytes, *, fin: bool = True) -> WebSocketFrame:
    """Return a text frame; bytes need not be UTF-8."""
    return WebSocketFrame(Opcode.TEXT, text.encode() if isinstance(text, str) else text, fin)


def continuation_frame(data: bytes, *, fin: bool = True) -> WebSocketFrame:
    """Return a continuation frame (RFC 6455 §5.4)."""
    return WebSocketFrame(Opcode.CONT, data, fin)


def op(n: int, k: str, **fields: object) -> Frame:
    """Return an op as `POST /api/cart/ops` takes it."""
    return {"n": n, "k": k, **fields}


def send(port: int, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
    """Send one request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        if cookies := answer.headers.get_all("Set-Cookie"):
            named["set-cookie"] = "; ".join(cookies)
        return Answer(answer.status, named, answer.read())
    finally:
        connection.close()


def login_cookie(answer: Answer) -> str | None:
    """Return the session cookie that *answer* sets as `name=value`, or `None`."""
    given = SimpleCookie(answer.headers.get("set-cookie", "")).get("shop")
    return f"shop={given.coded_value}" if given and given.value else None

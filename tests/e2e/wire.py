"""A client that does nothing by itself: each frame and each request is as the test wants it."""

import asyncio
import json
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

from tests.e2e.server import Server

V1 = "shop.cart.v1"
OFFERED = (Subprotocol(V1), Subprotocol("shop.cart"))
PASSWORD = "seven brown bricks"
PATIENCE_S = 10

Frame = dict[str, Any]


class Answer(NamedTuple):
    """What came back over HTTP; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body)


class Goodbye(NamedTuple):
    """How a socket was closed; 1006: without a word."""

    code: int
    reason: str


class Wire:
    """An open socket; `told` keeps all that was heard, in the bytes that it came in."""

    def __init__(self, socket: ClientConnection, outbox: str):
        self.socket = socket
        self.tab = str(uuid4())
        self.outbox = outbox
        self.told: list[bytes] = []
        self.welcome: Frame = {}
        self.at: str | None = None

    async def say(self, t: str, **fields: object) -> None:
        """Send a frame of type *t*."""
        await self.send(frame(t, **fields))

    async def send(self, *texts: str) -> None:
        """Send frames with these texts."""
        for text in texts:
            await self.socket.send(text)

    async def send_together(self, *frames: WebSocketFrame) -> None:
        """Put frames on the line in one piece, so that the server reads them together."""
        masked = [frame.serialize(mask=True) for frame in frames]
        self.socket.transport.write(b"".join(masked))

    async def ask(self, n: int, k: str, **fields: object) -> Frame:
        """Send an op, and return its verdict."""
        await self.say("op", n=n, k=k, **fields)
        return await self.verdict(n)

    async def verdict(self, n: int) -> Frame:
        """Return what is said next to op *n*."""
        while True:
            told = await self.hear()
            if told["t"] in {"ok", "no"} and told["n"] == n:
                return told

    async def hear(self) -> Frame:
        """Return the next frame."""
        async with asyncio.timeout(PATIENCE_S):
            self.told.append(await self.socket.recv(decode=False))
        told: Frame = json.loads(self.told[-1])
        self.at = told.get("at", self.at)
        return told

    async def expect(self, *kinds: str) -> Frame:
        """Return the next frame of one of these types, past all others."""
        while (told := await self.hear())["t"] not in kinds:
            pass
        return told

    async def hear_out(self) -> list[Frame]:
        """Return what has been told by the time that a ping sent now is answered."""
        await self.say("ping", id=77)
        told: list[Frame] = []
        while (news := await self.hear()) != {"t": "pong", "id": 77}:
            told.append(news)
        return told

    async def goodbye(self) -> Goodbye:
        """Hear all that is still told, and return how the socket is closed."""
        try:
            while True:
                await self.hear()
        except ConnectionClosed as closed:
            said = closed.rcvd
            return Goodbye(said.code, said.reason) if said else Goodbye(1006, "")

    async def close(self) -> None:
        """Leave, as a page does that is closed."""
        await self.socket.close()

    async def cut(self) -> None:
        """Leave without a word."""
        self.socket.transport.abort()
        await self.socket.wait_closed()


class Shopper:
    """Somebody with an account, or without: their cookie, and the sockets that they opened."""

    def __init__(self, server: Server, cookie: str = "", account: str = "", email: str = ""):
        self.server = server
        self.cookie = cookie
        self.account = account
        self.email = email
        self._wires: list[Wire] = []

    async def __aenter__(self) -> Self:
        """Come in."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave, with all sockets closed."""
        await asyncio.gather(*(wire.cut() for wire in self._wires))

    async def socket(
        self, outbox: str | None = None, *, name: str = "", path: str = "/ws", **options: Any
    ) -> Wire:
        """Open a socket, and say nothing yet; *options* are those of websockets' `connect`.

        *name* is what the server is called, if not by its address.
        """
        headers = {"Cookie": self.cookie} if self.cookie else {}
        usual: dict[str, Any] = {
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
        opened = await connect(f"ws://{name or self.server.host}{path}", **usual | options)
        wire = Wire(opened, outbox or str(uuid4()))
        self._wires.append(wire)
        return wire

    async def tab(self, *, outbox: str | None = None, **hello: object) -> Wire:
        """Open a tab: hello is said, and welcome, state and the count of tabs are heard."""
        wire = await self.socket(outbox)
        wire.tab = str(hello.pop("tab", wire.tab))
        await wire.say("hello", **greeting(wire) | hello)
        wire.welcome = await wire.hear()
        assert wire.welcome["t"] == "welcome"
        assert (await wire.hear())["t"] == {"snapshot": "snapshot", "same": "prices"}[
            wire.welcome["mode"]
        ]
        await wire.expect("tabs")
        return wire

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
        """Return the cart as HTTP tells it."""
        answer = await self.send("GET", "/api/cart")
        assert answer.status == 200, answer
        cart: Frame = answer.json
        return cart

    async def quantities(self) -> dict[str, int]:
        """Return how many of what is in the cart."""
        return {line["sku"]: line["qty"] for line in (await self.cart())["cart"]["lines"]}


_numbers = count(1)


async def newcomer(server: Server) -> Shopper:
    """Register an account that nobody else uses."""
    shopper = Shopper(server, email=f"shopper{next(_numbers)}@shop.example")
    told = await shopper.send(
        "POST", "/api/accounts", {"email": shopper.email, "password": PASSWORD, "name": "Ada"}
    )
    assert told.status == 201, told
    shopper.account = told.json["account"]
    return shopper


def greeting(wire: Wire) -> Frame:
    """Return what a new tab says in its hello."""
    return {"tab": wire.tab, "gen": 1, "outbox": wire.outbox}


def frame(t: str, **fields: object) -> str:
    """Return the text of a frame."""
    return json.dumps({"t": t, **fields})


def as_text(text: str | bytes, *, fin: bool = True) -> WebSocketFrame:
    """Return a text frame; bytes need not be UTF-8."""
    return WebSocketFrame(Opcode.TEXT, text.encode() if isinstance(text, str) else text, fin)


def going_on(data: bytes, *, fin: bool = True) -> WebSocketFrame:
    """Return a further fragment of a message."""
    return WebSocketFrame(Opcode.CONT, data, fin)


def op(n: int, k: str, **fields: object) -> Frame:
    """Return an op as it is sent over HTTP."""
    return {"n": n, "k": k, **fields}


def send(port: int, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
    """Send one request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
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
    """Return the login that *answer* sets, as it is sent back."""
    given = SimpleCookie(answer.headers.get("set-cookie", "")).get("shop")
    return f"shop={given.coded_value}" if given and given.value else None

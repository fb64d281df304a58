"""A tab whose frames are server-sent events, and that sends exactly what a test names."""

import asyncio
import json
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlencode
from uuid import uuid4

import h11

from tests.e2e.raw_client import TIMEOUT_S, VERSION, Answer, CloseFrame, Frame, Shopper
from tests.e2e.raw_http import request
from tests.e2e.server import Server

PATH = "/api/cart/events"


def events_path(hello: object, **query: str) -> str:
    """Return the address of an event stream with this *hello*; *query* replaces the rest."""
    text = hello if isinstance(hello, str) else json.dumps(hello)
    return f"{PATH}?{urlencode({'protocol': VERSION, 'hello': text, **query})}"


def hello_of(**fields: object) -> Frame:
    """Return the hello of a new tab, with these *fields*."""
    return {"t": "hello", "tab": str(uuid4()), "gen": 1, "outbox": str(uuid4()), **fields}


class EventTab:
    """An HTTP response of events, as they come; `status` and `headers` are those of its head."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.status = 0
        self.headers: dict[str, str] = {}
        self.to = ""
        self.closed: CloseFrame | None = None
        self._http = h11.Connection(h11.CLIENT)
        self._reader, self._writer = reader, writer
        self._text = ""

    async def begin(self, server: Server, path: str, *headers: str) -> Self:
        """Request *path*, and read the head of the response."""
        self._http.send(h11.Request(method="GET", target=path, headers=[("Host", "shop")]))
        self._http.send(h11.EndOfMessage())
        self._writer.write(request(server, "GET", path, *headers))
        head = await self._next()
        assert isinstance(head, h11.Response)
        self.status = head.status_code
        self.headers = {name.decode(): value.decode() for name, value in head.headers}
        return self

    async def event(self) -> tuple[str, Any]:
        """Return name and data of the next event."""
        while "\n\n" not in self._text:
            part = await self._next()
            assert isinstance(part, h11.Data), part
            self._text += part.data.decode()
        event, _, self._text = self._text.partition("\n\n")
        fields = dict(line.split(": ", 1) for line in event.splitlines() if line[0] != ":")
        if not fields:
            return await self.event()
        name, data = fields.get("event", "message"), json.loads(fields["data"])
        self.to = data.get("to", self.to)
        return name, data

    async def expect(self, *kinds: str) -> Frame:
        """Receive frames up to one of these types, and return that."""
        while True:
            name, frame = await self.event()
            assert name == "message", (name, frame)
            if frame["t"] in kinds:
                return dict(frame)

    async def close_frame(self) -> CloseFrame:
        """Receive up to the close, after which the response must end."""
        while (event := await self.event())[0] != "close":
            pass
        assert isinstance(await self._next(), h11.EndOfMessage)
        return CloseFrame(event[1]["code"], event[1]["reason"])

    async def send(self, shopper: Shopper, *frames: Frame | str, **headers: str) -> Answer:
        """Send frames, by a request of *shopper* to their server."""
        texts = [each if isinstance(each, str) else json.dumps(each) for each in frames]
        return await shopper.send(
            "POST", "/api/cart/frames", {"to": self.to, "frames": texts}, **headers
        )

    async def drop(self) -> None:
        """Drop the connection."""
        self._writer.transport.abort()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _next(self) -> object:
        async with asyncio.timeout(TIMEOUT_S):
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(65536))
        return event


class EventTabs:
    """Opens tabs, and drops those that are left at the end of a test."""

    def __init__(self) -> None:
        self._opened: list[EventTab] = []

    async def open(self, server: Server, path: str, cookie: str = "", *headers: str) -> EventTab:
        """Request an event stream."""
        tab = EventTab(*await asyncio.open_connection("127.0.0.1", server.port))
        self._opened.append(tab)
        sent = (f"Cookie: {cookie}", *headers) if cookie else headers
        return await tab.begin(server, path, *sent)

    async def of(self, shopper: Shopper, **hello: object) -> EventTab:
        """Open a tab of *shopper*, and read the event that says where it sends to."""
        tab = await self.open(shopper.server, events_path(hello_of(**hello)), shopper.cookie)
        assert await tab.event() == ("open", {"to": tab.to})
        return tab

    async def drop_all(self) -> None:
        """Drop all connections."""
        for tab in self._opened:
            await tab.drop()

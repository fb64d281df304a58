"""Answers the handshake of an event stream: a GET whose response does not end."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple, Self
from urllib.parse import parse_qs

from app.ws.edge_relays import Visitor
from app.ws.event_stream import EventStream
from app.ws.event_streams import EventStreams
from app.ws.handshake_request import Receive, Scope, Send
from app.ws.socket import AcceptedSocket

STREAM_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}
"""With these no proxy keeps what is sent, or waits for more of it."""


class FirstFrames(NamedTuple):
    """What the query of the request says: the protocols that are offered, and the first frames."""

    offered: list[str]
    frames: list[bytes]

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Read the query of an ASGI *scope*; bytes that are not UTF-8 are kept as they are."""
        query = parse_qs(scope["query_string"].decode("latin-1"), errors="surrogateescape")
        hello = query.get("hello", [])[:1]
        frames = [text.encode("utf-8", "surrogateescape") for text in hello]
        return cls(query.get("protocol", []), frames)


class EventDoor:
    """Answers one request for an event stream."""

    def __init__(
        self,
        streams: EventStreams,
        first: FirstFrames,
        headers: Mapping[str, str],
        receive: Receive,
        send: Send,
    ):
        self._streams = streams
        self._first = first
        self._headers = headers
        self._receive = receive
        self._send = send
        self._running: asyncio.Task[None] | None = None

    async def refuse(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        """Answer with an HTTP response without a body."""
        await self._start(status, {**headers, "Content-Length": "0"})
        await self._send({"type": "http.response.body", "body": b""})

    async def accept(self, _subprotocol: str, visitor: Visitor | None) -> AcceptedSocket:
        """Begin the response, and return the stream; *visitor* may send to it."""
        await self._start(HTTPStatus.OK, {**self._headers, **STREAM_HEADERS})
        name, address = "", ""
        if visitor:
            name, address = visitor.name, self._streams.address(visitor.name, visitor.account)
        stream = EventStream(name, address, self._first.frames, self._send)
        self._running = asyncio.ensure_future(self._run(name, stream))
        return stream

    async def until_closed(self) -> None:
        """Wait until the stream that was accepted has ended."""
        if self._running:
            await self._running

    def abandon(self) -> None:
        """End the stream at once, if that has not happened."""
        if self._running:
            self._running.cancel()

    async def _run(self, name: str, stream: EventStream) -> None:
        with self._streams.open(name, stream):
            await stream.run(self._receive)

    async def _start(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": int(status), "headers": named})

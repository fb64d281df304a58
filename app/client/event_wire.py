"""A wire without a websocket: server-sent events down, requests up (protocol.md §9)."""

import asyncio
from collections import deque
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from app.client import encode
from app.client.backoff import RetryPolicy
from app.client.decode import decode_body
from app.client.event_decoder import EventDecoder
from app.client.request import (
    InvalidResponse,
    Request,
    ResponseStream,
    Site,
    open_stream,
    send_request,
)
from app.client.websocket_wire import SUBPROTOCOLS, Endpoint
from app.client.wire import WireClosed, after_status

MOST_FRAMES: Final = 32
"""How many frames a request takes."""


class _Open(Struct):
    to: str


class _Close(Struct):
    code: int
    reason: str


class EventWire:
    """An event stream, which is requested with the first frame that is sent, the hello.

    The frames after it are sent in requests, one request at a time, so that they stay in order.
    """

    def __init__(self, endpoint: Endpoint, retry_policy: RetryPolicy):
        self._endpoint = endpoint
        self._retry_policy = retry_policy
        self._hello: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._stream: ResponseStream | None = None
        self._decoder = EventDecoder()
        self._received: deque[bytes] = deque()
        self._address = ""
        self._unsent: list[str] = []
        self._sending: asyncio.Task[None] | None = None
        self._close_code: int | None = None

    @property
    def is_open(self) -> bool:
        """Say whether frames can be sent."""
        return self._close_code is None

    def send(self, frame: str) -> None:
        """Send *frame* without waiting, after the frames before it."""
        if not self._hello.done():
            self._hello.set_result(frame)
        else:
            self._unsent.append(frame)
            self._send_soon()

    async def receive(self) -> bytes:
        """Return the next frame. Raises WireClosed."""
        try:
            while not self._received:
                await self._read_some()
        except (OSError, TimeoutError, InvalidResponse) as failure:
            code = self._close_code or 1006
            self._end(code)
            raise WireClosed(code, "") from failure
        return self._received.popleft()

    def abort(self) -> None:
        """Drop the stream."""
        self._end(1006)

    async def close(self) -> None:
        """Close the stream; the server notices."""
        self._end(1000)

    async def _read_some(self) -> None:
        if self._stream is None:
            self._stream = await self._open()
        chunk = await self._stream.read()
        for name, data in self._decoder.feed(chunk):
            match name:
                case "message":
                    self._received.append(data)
                case "open":
                    self._address = decode_body(_Open, data).to
                    self._send_soon()
                case "close":
                    self._on_close(decode_body(_Close, data))
                case _:
                    pass  # a later server may send more kinds of events
        if not chunk and not self._received:
            raise InvalidResponse("the event stream ended without a close")

    async def _open(self) -> ResponseStream:
        hello = await self._hello
        if not self.is_open:
            raise InvalidResponse("the stream was dropped before it was opened")
        shown = {"cart": self._endpoint.cart} if self._endpoint.cart else {}
        query = urlencode({"protocol": list(SUBPROTOCOLS), "hello": hello, **shown}, doseq=True)
        request = Request("GET", f"/api/cart/events?{query}", cookie=self._endpoint.cookie)
        async with asyncio.timeout(self._retry_policy.open_timeout_s):
            stream = await open_stream(self._endpoint.site, request)
        if stream.status != HTTPStatus.OK:
            stream.abort()
            outcome = after_status(stream.status, "", stream.headers.get("retry-after", ""))
            raise WireClosed(1006, "", outcome)
        return stream

    def _on_close(self, close: _Close) -> None:
        """Raise WireClosed, once what came before it is received."""
        self._end(close.code)
        if not self._received:
            raise WireClosed(close.code, close.reason)

    def _end(self, code: int) -> None:
        if self._close_code is None:
            self._close_code = code
        if not self._hello.done():
            self._hello.set_result("")
        if self._stream:
            self._stream.abort()
        if self._sending and self._sending is not asyncio.current_task():
            self._sending.cancel()

    def _send_soon(self) -> None:
        if self._address and self._unsent and self.is_open and self._sending is None:
            self._sending = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        """Send what waits; if that fails, nothing that follows could be sent in order."""
        try:
            while self._unsent:
                frames, self._unsent = self._unsent[:MOST_FRAMES], self._unsent[MOST_FRAMES:]
                await self._post(frames)
        except (OSError, TimeoutError, InvalidResponse):
            self.abort()
        finally:
            self._sending = None

    async def _post(self, frames: list[str]) -> None:
        body = encode.frames(self._address, frames)
        request = Request("POST", "/api/cart/frames", body, self._endpoint.cookie)
        async with asyncio.timeout(self._retry_policy.response_timeout_s):
            response = await send_request(self._endpoint.site, request)
        if response.status != HTTPStatus.NO_CONTENT:
            raise InvalidResponse(f"HTTP {response.status}")


async def answers_over_http(site: Site, cookie: str, timeout_s: float) -> bool:
    """Say whether the shop answers a request, so that only websockets are out of order."""
    try:
        async with asyncio.timeout(timeout_s):
            response = await send_request(site, Request("GET", "/api/cart", cookie=cookie))
    except (OSError, TimeoutError, InvalidResponse):
        return False
    return response.status in {HTTPStatus.OK, HTTPStatus.UNAUTHORIZED}

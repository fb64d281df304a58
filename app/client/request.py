"""An HTTP/1.1 request on a connection of its own."""

import asyncio
from collections.abc import Mapping
from ssl import SSLContext, create_default_context
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import h11

MAX_BODY_BYTES = 1 << 20
_CHUNK = 1 << 16


class InvalidResponse(Exception):
    """The connection ended before the response did, or the response is not as expected."""


class Site(NamedTuple):
    """A host and port; plain HTTP without `tls`."""

    host: str
    port: int
    tls: SSLContext | None

    @classmethod
    def at(cls, url: str, tls: SSLContext | None) -> Self:
        """Return the site of *url*; its path is ignored. Raises ValueError if it is no HTTP URL."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url}: give an address like http://127.0.0.1:8000")
        if parts.scheme == "http":
            return cls(parts.hostname, parts.port or 80, None)
        return cls(parts.hostname, parts.port or 443, tls or create_default_context())

    @property
    def socket_url(self) -> str:
        """The URL of the websocket endpoint."""
        return f"{'wss' if self.tls else 'ws'}://{self.netloc}/ws"

    @property
    def netloc(self) -> str:
        """The host, with the port unless it is the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


class Request(NamedTuple):
    """An HTTP request; `body` is JSON text."""

    method: str
    target: str
    body: str | None = None
    cookie: str | None = None


class Response(NamedTuple):
    """An HTTP response; header names are in lower case, `cookies` are its `Set-Cookie` fields."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes
    sent_bytes: int = 0
    received_bytes: int = 0


class _CountingReader:
    """A reader that counts bytes."""

    def __init__(self, reader: asyncio.StreamReader):
        self.count = 0
        self._reader = reader

    async def read(self) -> bytes:
        chunk = await self._reader.read(_CHUNK)
        self.count += len(chunk)
        return chunk


async def send_request(site: Site, request: Request) -> Response:
    """Return the response to *request*. Raises OSError or InvalidResponse if there is none."""
    reader, writer = await asyncio.open_connection(site.host, site.port, ssl=site.tls)
    http, counted = h11.Connection(h11.CLIENT), _CountingReader(reader)
    text = _serialise(http, site, request)
    try:
        writer.write(text)
        response = await _read(http, counted)
        return response._replace(sent_bytes=len(text), received_bytes=counted.count)
    except h11.RemoteProtocolError as fault:
        raise InvalidResponse(str(fault)) from fault
    finally:
        writer.transport.abort()


def _serialise(http: h11.Connection, site: Site, request: Request) -> bytes:
    body = (request.body or "").encode()
    headers = [("Host", site.netloc), ("Connection", "close"), ("Content-Length", str(len(body)))]
    if request.cookie:
        headers.append(("Cookie", request.cookie))
    if request.body is not None:
        headers.append(("Content-Type", "application/json"))
    head = h11.Request(method=request.method, target=request.target, headers=headers)
    events = (head, h11.Data(data=body), h11.EndOfMessage())
    return b"".join(http.send(event) or b"" for event in events)


async def _read(http: h11.Connection, reader: _CountingReader) -> Response:
    while not isinstance(head := await _next(http, reader), h11.Response):
        continue  # An informational response (1xx): the final one follows.
    body = b""
    while isinstance(part := await _next(http, reader), h11.Data):
        body += part.data
        if len(body) > MAX_BODY_BYTES:
            raise InvalidResponse(f"more than {MAX_BODY_BYTES} bytes")
    return _response(head, body)


async def _next(http: h11.Connection, reader: _CountingReader) -> object:
    while (event := http.next_event()) is h11.NEED_DATA:
        http.receive_data(await reader.read())
    return event


def _response(head: h11.Response, body: bytes) -> Response:
    fields = [(name.decode(), value.decode("latin-1")) for name, value in head.headers]
    cookies = tuple(value for name, value in fields if name == "set-cookie")
    return Response(head.status_code, dict(fields), cookies, body)

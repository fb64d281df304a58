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
    """An HTTP request; `body` is JSON text, `language` the one that the response is to be in."""

    method: str
    target: str
    body: str | None = None
    cookie: str | None = None
    language: str | None = None


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


class ResponseStream:
    """A response whose body is read as it comes."""

    def __init__(self, http: h11.Connection, reader: _CountingReader, writer: asyncio.StreamWriter):
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self._http = http
        self._reader = reader
        self._writer = writer

    async def read_head(self) -> None:
        """Set status and headers."""
        head = _response(await _read_head(self._http, self._reader), b"")
        self.status, self.headers = head.status, head.headers

    async def read(self) -> bytes:
        """Return the next piece of the body, or nothing at its end. Raises InvalidResponse."""
        try:
            part = await _next(self._http, self._reader)
        except h11.RemoteProtocolError as fault:
            raise InvalidResponse(str(fault)) from fault
        return bytes(part.data) if isinstance(part, h11.Data) else b""

    def abort(self) -> None:
        """Drop the connection."""
        self._writer.transport.abort()


async def open_stream(site: Site, request: Request) -> ResponseStream:
    """Return the response to *request* once its headers have come. Raises as `send_request`."""
    reader, writer = await asyncio.open_connection(site.host, site.port, ssl=site.tls)
    http = h11.Connection(h11.CLIENT)
    stream = ResponseStream(http, _CountingReader(reader), writer)
    try:
        writer.write(_serialise(http, site, request))
        await stream.read_head()
    except BaseException as failure:
        stream.abort()
        if isinstance(failure, h11.RemoteProtocolError):
            raise InvalidResponse(str(failure)) from failure
        raise
    return stream


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
    if request.language:
        headers.append(("Accept-Language", request.language))
    if request.body is not None:
        headers.append(("Content-Type", "application/json"))
    head = h11.Request(method=request.method, target=request.target, headers=headers)
    events = (head, h11.Data(data=body), h11.EndOfMessage())
    return b"".join(http.send(event) or b"" for event in events)


async def _read(http: h11.Connection, reader: _CountingReader) -> Response:
    head = await _read_head(http, reader)
    body = b""
    while isinstance(part := await _next(http, reader), h11.Data):
        body += part.data
        if len(body) > MAX_BODY_BYTES:
            raise InvalidResponse(f"more than {MAX_BODY_BYTES} bytes")
    return _response(head, body)


async def _read_head(http: h11.Connection, reader: _CountingReader) -> h11.Response:
    while not isinstance(head := await _next(http, reader), h11.Response):
        continue  # An informational response (1xx): the final one follows.
    return head


async def _next(http: h11.Connection, reader: _CountingReader) -> object:
    while (event := http.next_event()) is h11.NEED_DATA:
        http.receive_data(await reader.read())
    return event


def _response(head: h11.Response, body: bytes) -> Response:
    fields = [(name.decode(), value.decode("latin-1")) for name, value in head.headers]
    cookies = tuple(value for name, value in fields if name == "set-cookie")
    return Response(head.status_code, dict(fields), cookies, body)

"""One request over HTTP, on a connection of its own."""

import asyncio
from collections.abc import Mapping
from ssl import SSLContext, create_default_context
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import h11

LARGEST_ANSWER = 1 << 20
_CHUNK = 1 << 16


class BadAnswer(Exception):
    """The shop hung up before it had answered, or answered with what was not to be expected."""


class Site(NamedTuple):
    """Where the shop is: plain HTTP without `tls`."""

    host: str
    port: int
    tls: SSLContext | None

    @classmethod
    def at(cls, url: str, tls: SSLContext | None) -> Self:
        """Return the site at *url*, of which only scheme, host and port count."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url}: give an address like http://127.0.0.1:8000")
        if parts.scheme == "http":
            return cls(parts.hostname, parts.port or 80, None)
        return cls(parts.hostname, parts.port or 443, tls or create_default_context())

    @property
    def socket_url(self) -> str:
        """Where tabs connect."""
        return f"{'wss' if self.tls else 'ws'}://{self.netloc}/ws"

    @property
    def netloc(self) -> str:
        """The host, and the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


class Request(NamedTuple):
    """What is asked; `body` is JSON."""

    method: str
    target: str
    body: str | None = None
    cookie: str | None = None


class Answer(NamedTuple):
    """What came back; the names of `headers` are in lower case, cookies stand apart."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes
    sent_bytes: int = 0
    received_bytes: int = 0


class _Counted:
    """Reads, and counts what it reads."""

    def __init__(self, reader: asyncio.StreamReader):
        self.count = 0
        self._reader = reader

    async def read(self) -> bytes:
        chunk = await self._reader.read(_CHUNK)
        self.count += len(chunk)
        return chunk


async def ask(site: Site, request: Request) -> Answer:
    """Return the answer to *request*; `OSError` or `BadAnswer` if there is none."""
    reader, writer = await asyncio.open_connection(site.host, site.port, ssl=site.tls)
    http, counted = h11.Connection(h11.CLIENT), _Counted(reader)
    text = _serialise(http, site, request)
    try:
        writer.write(text)
        answer = await _read(http, counted)
        return answer._replace(sent_bytes=len(text), received_bytes=counted.count)
    except h11.RemoteProtocolError as fault:
        raise BadAnswer(str(fault)) from fault
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


async def _read(http: h11.Connection, reader: _Counted) -> Answer:
    while not isinstance(head := await _next(http, reader), h11.Response):
        continue  # A 1xx, which says that the answer will follow.
    body = b""
    while isinstance(part := await _next(http, reader), h11.Data):
        body += part.data
        if len(body) > LARGEST_ANSWER:
            raise BadAnswer(f"more than {LARGEST_ANSWER} bytes")
    return _answer(head, body)


async def _next(http: h11.Connection, reader: _Counted) -> object:
    while (event := http.next_event()) is h11.NEED_DATA:
        http.receive_data(await reader.read())
    return event


def _answer(head: h11.Response, body: bytes) -> Answer:
    fields = [(name.decode(), value.decode("latin-1")) for name, value in head.headers]
    cookies = tuple(value for name, value in fields if name == "set-cookie")
    return Answer(head.status_code, dict(fields), cookies, body)

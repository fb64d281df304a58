"""Accounts over HTTP, against a server whose response a test sets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import h11
import pytest

from app.client import InvalidResponse, Problem, ServerProtocolError, Shop
from app.client.account import login_cookie
from app.client.request import Response, Site
from app.domain.catalog import Sku
from app.domain.ops import AddLine, Undo
from app.domain.verdicts import Ok, RetryCode, RetryLater
from app.protocol.messages import Need
from tests.client.conftest import FAST_POLICY, sequential_names
from tests.client.samples import sample

COOKIE = "shop=s3cret; HttpOnly; Path=/; SameSite=Lax"
OUTBOX = "a91e04d7-52b8-4f1c-9e36-7c0a5d8b2e14"


class FakeHttpServer:
    """A server that always sends the same response, and records the last request."""

    def __init__(self) -> None:
        self.url = ""
        self.response = b""
        self.request: h11.Request | None = None
        self.body = b""

    def respond_with(self, status: int, fields: Any, **headers: str) -> None:
        """Respond with *fields* as JSON."""
        body = json.dumps(fields).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        head = {"Content-Length": str(len(body)), **named}
        lines = [f"HTTP/1.1 {status} So", *(f"{name}: {value}" for name, value in head.items())]
        self.response = "\r\n".join([*lines, "", ""]).encode() + body

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the last request."""
        assert self.request
        return {name.decode(): value.decode() for name, value in self.request.headers}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read a whole request, then respond."""
        http = h11.Connection(h11.SERVER)
        self.body = b""
        while not isinstance(event := http.next_event(), h11.EndOfMessage):
            match event:
                case h11.Request():
                    self.request = event
                case h11.Data(data=data):
                    self.body += data
                case _:
                    http.receive_data(await reader.read(1 << 16))
        writer.write(self.response)
        writer.close()


@asynccontextmanager
async def fake_http_server() -> AsyncIterator[FakeHttpServer]:
    server = FakeHttpServer()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listener:
        server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        yield server


@pytest.fixture
async def server() -> AsyncIterator[FakeHttpServer]:
    async with fake_http_server() as server:
        yield server


def shop_at(
    server: FakeHttpServer, response_timeout_s: float = 5, language: str | None = None
) -> Shop:
    return Shop(
        server.url,
        language=language,
        retry_policy=replace(FAST_POLICY, response_timeout_s=response_timeout_s),
        new_name=sequential_names(),
    )


async def test_an_account_is_registered_with_its_cookie(server: FakeHttpServer) -> None:
    server.respond_with(201, {"account": "u-ada", "mood": "good"}, Set_Cookie=COOKIE)
    account = await shop_at(server).register("ada@example.org", "a long enough one", "Ada")
    assert (account.id, account.cookie) == ("u-ada", "shop=s3cret")
    assert server.request
    assert (server.request.method, server.request.target) == (b"POST", b"/api/accounts")
    assert server.headers["content-type"] == "application/json"
    assert server.headers["host"] == server.url.removeprefix("http://")
    assert "cookie" not in server.headers
    assert not server.headers.keys() & {"origin", "accept-language"}
    assert json.loads(server.body) == {
        "email": "ada@example.org",
        "password": "a long enough one",
        "name": "Ada",
    }


async def test_an_account_is_logged_in(server: FakeHttpServer) -> None:
    server.respond_with(200, {"account": "u-ada"}, Set_Cookie=COOKIE)
    account = await shop_at(server).login("ada@example.org", "a long enough one")
    assert account.id == "u-ada"
    assert server.request
    assert server.request.target == b"/api/session"
    assert json.loads(server.body) == {"email": "ada@example.org", "password": "a long enough one"}


async def test_the_cart_is_read_with_the_cookie(server: FakeHttpServer) -> None:
    server.respond_with(200, sample("snapshot_of_every_state"))
    account = shop_at(server).account("u-ada", "shop=s3cret")
    cart = await account.cart()
    assert server.headers["cookie"] == "shop=s3cret"
    assert (cart.at, len(cart.lines)) == ("7c1d.42.0d9e51a7c3b2f480", 5)


async def test_a_language_is_asked_for_in_every_request(server: FakeHttpServer) -> None:
    shop = shop_at(server, language="zh-Hant")
    server.respond_with(200, {"account": "u-ada"}, Set_Cookie=COOKIE)
    account = await shop.login("ada@example.org", "a long enough one")
    asked = [server.headers["accept-language"]]
    server.respond_with(200, sample("snapshot_of_every_state"))
    await account.cart()
    asked.append(server.headers["accept-language"])
    server.respond_with(200, {"products": [], "next": None})
    assert [product async for product in shop.products()] == []
    assert [*asked, server.headers["accept-language"]] == ["zh-Hant"] * 3


async def test_ops_are_sent_with_their_numbers(server: FakeHttpServer) -> None:
    verdicts = [sample("ok", n=1), sample("no_busy", n=2), sample("need", n=2)]
    server.respond_with(200, {"verdicts": verdicts, "at": "7c1d.42.0", "rev": 42})
    account = shop_at(server).account("u-ada", "shop=s3cret")
    answered = await account.send(OUTBOX, [(1, AddLine(Sku("milk-2l"), 1)), (2, Undo())])
    assert answered.verdicts == [Ok(1, 42), RetryLater(2, RetryCode.BUSY, 1000), Need(2)]
    assert (answered.at, answered.rev) == ("7c1d.42.0", 42)
    assert json.loads(server.body) == {
        "outbox": OUTBOX,
        "ops": [{"n": 1, "k": "line.add", "sku": "milk-2l", "qty": 1}, {"n": 2, "k": "undo"}],
    }


async def test_logging_out_keeps_the_cookie(server: FakeHttpServer) -> None:
    server.response = b"HTTP/1.1 204 No Content\r\nSet-Cookie: shop=; Max-Age=0\r\n\r\n"
    account = shop_at(server).account("u-ada", "shop=s3cret")
    await account.logout()
    assert server.request
    assert (server.request.method, server.request.target) == (b"DELETE", b"/api/session")
    assert account.cookie == "shop=s3cret"


async def test_a_renewed_cookie_is_used_from_then_on(server: FakeHttpServer) -> None:
    server.respond_with(200, sample("snapshot_empty"), Set_Cookie="shop=newer; HttpOnly")
    account = shop_at(server).account("u-ada", "shop=s3cret")
    await account.cart()
    assert account.cookie == "shop=newer"


async def test_a_problem_has_its_code_and_retry_after(server: FakeHttpServer) -> None:
    fields = {"code": "throttled", "detail": "Too many tries. Wait a little."}
    server.respond_with(429, fields, Retry_After="7")
    with pytest.raises(Problem, match="Wait a little") as problem:
        await shop_at(server).login("ada@example.org", "guessed")
    error = problem.value
    assert (error.status, error.code, error.retry_after_s) == (429, "throttled", 7)


async def test_an_error_that_is_not_json_is_a_problem_too(server: FakeHttpServer) -> None:
    server.response = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nOops"
    with pytest.raises(Problem, match="Oops") as problem:
        await shop_at(server).login("ada@example.org", "right")
    assert (problem.value.code, problem.value.retry_after_s) == ("", 0)


async def test_a_login_without_a_cookie_is_an_invalid_response(server: FakeHttpServer) -> None:
    server.respond_with(200, {"account": "u-ada"}, Set_Cookie="theme=dark")
    with pytest.raises(InvalidResponse, match="cookie"):
        await shop_at(server).login("ada@example.org", "right")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"Good morning!\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2_000_000,
    ],
)
async def test_what_is_no_response_is_an_invalid_one(answer: bytes, server: FakeHttpServer) -> None:
    server.response = answer
    with pytest.raises(InvalidResponse):
        await shop_at(server).account("u-ada", "shop=s3cret").cart()


async def test_a_chunked_response_is_decoded(server: FakeHttpServer) -> None:
    whole = json.dumps(sample("snapshot_empty")).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (whole[:9], whole[9:], b""))
    server.response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    assert (await shop_at(server).account("u-ada", "shop=s3cret").cart()).rev == 0


async def test_an_informational_response_is_skipped(server: FakeHttpServer) -> None:
    server.respond_with(200, sample("snapshot_empty"))
    server.response = b"HTTP/1.1 103 Early Hints\r\n\r\n" + server.response
    assert (await shop_at(server).account("u-ada", "shop=s3cret").cart()).rev == 0


async def test_a_body_that_is_no_cart_is_a_protocol_error(server: FakeHttpServer) -> None:
    server.respond_with(200, {"at": "7c1d.0.0"})
    with pytest.raises(ServerProtocolError):
        await shop_at(server).account("u-ada", "shop=s3cret").cart()


async def test_a_response_times_out() -> None:
    hanging_up = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hanging_up.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        shop = Shop(url, retry_policy=replace(FAST_POLICY, response_timeout_s=0.05))
        with pytest.raises(TimeoutError):
            await shop.login("ada@example.org", "right")
        hanging_up.set()


def test_the_login_cookie_has_the_host_prefix_with_tls() -> None:
    plain = Site.at("http://127.0.0.1:8000/", None)
    safe = Site.at("https://shop.example", None)
    answer = Response(200, {}, ("shop=a; Path=/", "__Host-shop=b; Secure; Path=/"), b"")
    assert login_cookie(answer, plain) == "shop=a"
    assert login_cookie(answer, safe) == "__Host-shop=b"
    assert login_cookie(answer._replace(cookies=("shop=; Max-Age=0",)), plain) is None


def test_a_site_is_parsed_from_a_url() -> None:
    assert Site.at("http://127.0.0.1:8000", None).socket_url == "ws://127.0.0.1:8000/ws"
    assert Site.at("https://shop.example/", None).socket_url == "wss://shop.example/ws"
    assert Site.at("http://[::1]:80", None).netloc == "[::1]"
    for wrong in ("127.0.0.1:8000", "ftp://shop.example", "http://"):
        with pytest.raises(ValueError, match="give an address like"):
            Site.at(wrong, None)

"""HTTP errors, limits, security headers and malformed requests, against a real server."""

import asyncio
import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import PASSWORD, CloseFrame, Shopper, frame, op, text_frame
from tests.e2e.raw_http import RawConnection, handshake, raw_connection, request
from tests.e2e.server import Server

HEADERS = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
}
OUTBOX = "a91e04d7-52b8-4f1c-9e36-7c0a5d8b2e14"
OP = op(1, "line.add", sku=APPLES, qty=1)
OPS = {"outbox": OUTBOX, "ops": [OP]}
JSON = {"Content_Type": "application/json"}
FAULTS: dict[str, tuple[tuple[str, str, object], dict[str, str], tuple[int, str]]] = {
    "not JSON at all": (("POST", "/api/cart/ops", "{"), JSON, (400, "malformed")),
    "a key twice": (("POST", "/api/cart/ops", '{"ops":[],"ops":[]}'), JSON, (400, "malformed")),
    "no outbox": (("POST", "/api/cart/ops", {"ops": []}), {}, (400, "malformed")),
    "no list": (("POST", "/api/cart/ops", {**OPS, "ops": {}}), {}, (400, "malformed")),
    "no number": (("POST", "/api/cart/ops", {**OPS, "ops": [{}]}), {}, (400, "malformed")),
    "too many": (
        ("POST", "/api/cart/ops", {**OPS, "ops": [OP] * 33}),
        {},
        (400, "malformed"),
    ),
    "a form": (
        ("POST", "/api/cart/ops", "a=b"),
        {"Content_Type": "application/x-www-form-urlencoded"},
        (415, "not_json"),
    ),
    "no type": (("POST", "/api/cart/ops", json.dumps(OPS)), {}, (415, "not_json")),
    "too large": (("POST", "/api/cart/ops", " " * 65_537), JSON, (413, "too_large")),
    "a foreign origin": (
        ("POST", "/api/cart/ops", OPS),
        {"Origin": "https://evil.example"},
        (403, "foreign_origin"),
    ),
    "another site": (
        ("POST", "/api/cart/ops", OPS),
        {"Sec_Fetch_Site": "same-site"},
        (403, "foreign_origin"),
    ),
    "no login": (("GET", "/api/cart", None), {"Cookie": "shop=x"}, (401, "login_required")),
    "no login, op": (("POST", "/api/cart/ops", OPS), {"Cookie": "shop=x"}, (401, "login_required")),
    "no such product": (("GET", "/api/products/ghost", None), {}, (404, "not_found")),
    "no such path": (("GET", "/api/nowhere", None), {}, (404, "not_found")),
    "another host": (("GET", "/api/cart", None), {"Host": "evil.example"}, (421, "unknown_host")),
    "a wrong login": (
        ("POST", "/api/session", {"email": "nobody@shop.example", "password": "wrong"}),
        {},
        (401, "wrong_login"),
    ),
    "a weak password": (
        ("POST", "/api/accounts", {"email": "x@shop.example", "password": "1234567", "name": "X"}),
        {},
        (400, "weak_password"),
    ),
}


@pytest.mark.parametrize(("request_", "headers", "fault"), FAULTS.values(), ids=FAULTS)
async def test_every_http_error_is_a_problem_document(
    ada: Shopper,
    request_: tuple[str, str, object],
    headers: dict[str, str],
    fault: tuple[int, str],
) -> None:
    answer = await ada.send(*request_, **headers)

    assert (answer.status, answer.json["code"]) == fault
    assert answer.json["detail"].endswith(".")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.keys() >= HEADERS
    assert await ada.quantities() == {}


async def test_a_chunked_body_has_the_same_size_limit(shop: Server, ada: Shopper) -> None:
    async with raw_connection(shop) as connection:
        connection.write(
            request(
                shop,
                "POST",
                "/api/cart/ops",
                f"Cookie: {ada.cookie}",
                "Content-Type: application/json",
                "Transfer-Encoding: chunked",
            )
        )
        for _ in range(9):
            connection.write(b"2000\r\n" + b" " * 0x2000 + b"\r\n")

        assert (await connection.head())[0].startswith("http/1.1 413")


async def test_a_request_with_two_lengths_is_refused_and_ends_the_connection(
    shop: Server,
) -> None:
    async with raw_connection(shop) as connection:
        two = ("Content-Length: 5", "Transfer-Encoding: chunked")
        refused = request(shop, "POST", "/api/session", *two) + b"0\r\n\r\n"
        # In one piece: what comes after the end is answered by a reset, which may outrun the 400.
        connection.write(refused + request(shop, "GET", "/shop"))

        assert (await connection.head())[0].startswith("http/1.1 400")
        assert b"HTTP/1.1" not in await connection.read_to_end()


async def test_an_email_address_can_be_registered_once(shop: Server, ada: Shopper) -> None:
    twin = {"email": ada.email.upper(), "password": PASSWORD, "name": "Ada"}

    answer = await Shopper(shop).send("POST", "/api/accounts", twin)

    assert (answer.status, answer.json["code"]) == (409, "email_taken")


async def test_after_five_wrong_passwords_the_next_login_is_throttled(ada: Shopper) -> None:
    wrong = {"email": ada.email, "password": "not this one"}
    answers = [(await ada.send("POST", "/api/session", wrong)) for _ in range(6)]

    assert [answer.status for answer in answers] == [401] * 5 + [429]
    assert answers[-1].json["code"] == "throttled"
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_ops_over_http_stop_at_a_gap_with_one_need(ada: Shopper) -> None:
    ops = [op(n, "line.add", sku=APPLES, qty=1) for n in (1, 2, 4, 5)]

    answer = await ada.ops(OUTBOX, *ops)

    verdicts = [{"t": "ok", "n": 1, "rev": 1}, {"t": "ok", "n": 2, "rev": 2}, {"t": "need", "n": 3}]
    assert (answer.status, answer.json["verdicts"]) == (200, verdicts)
    assert (answer.json["at"], answer.json["rev"]) == ((await ada.cart())["at"], 2)


async def test_an_empty_list_of_ops_returns_the_position_of_the_cart(ada: Shopper) -> None:
    answer = await ada.ops(OUTBOX)

    assert answer.json == {"verdicts": [], "at": (await ada.cart())["at"], "rev": 0}


async def test_signing_out_invalidates_the_cookie(ada: Shopper) -> None:
    stolen = ada.cookie
    answer = await ada.send("DELETE", "/api/session")

    assert (answer.status, answer.body) == (204, b"")
    assert "clear-site-data" in answer.headers
    assert (await ada.send("GET", "/api/cart", Cookie=stolen)).status == 401
    assert (await ada.send("DELETE", "/api/session", Cookie=stolen)).status == 401


async def test_the_login_cookie_is_http_only_and_same_site_lax(shop: Server, ada: Shopper) -> None:
    login = {"email": ada.email, "password": PASSWORD}

    cookie = (await Shopper(shop).send("POST", "/api/session", login)).headers["set-cookie"]

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert cookie.startswith("shop=")
    assert "Secure" not in cookie


async def seconds_until_closed(connection: RawConnection) -> float:
    """Return after how many seconds the shop closes *connection* without a response."""
    began_s = asyncio.get_running_loop().time()
    assert await connection.read_to_end() == b""
    return asyncio.get_running_loop().time() - began_s


async def test_a_connection_that_takes_over_five_seconds_for_its_headers_is_closed(
    shop: Server,
) -> None:
    async with (
        raw_connection(shop) as silent,
        raw_connection(shop) as slow,
        raw_connection(shop) as again,
    ):
        again.write(request(shop, "GET", "/static/img/favicon.svg"))
        assert (await again.head())[0] == "http/1.1 200 ok"
        again.write(b"GET / HTTP/1.1\r\nHost: ")
        slow.write(b"GET / HTTP/1.1\r\n")
        sending = asyncio.create_task(send_headers(slow))

        waited_s = await asyncio.gather(seconds_until_closed(silent), seconds_until_closed(slow))

        assert all(4 < each < 8 for each in waited_s)
        assert b"HTTP/1.1" not in await again.read_to_end()
        sending.cancel()


async def send_headers(connection: RawConnection) -> None:
    """Send one header after the other without ever ending the request."""
    while True:
        connection.write(b"X-More: 1\r\n")
        await asyncio.sleep(0.5)


@pytest.mark.parametrize("path", ["/", "/ws"])
async def test_too_large_headers_are_refused(shop: Server, path: str) -> None:
    async with raw_connection(shop) as connection:
        connection.write(f"GET {path} HTTP/1.1\r\nHost: {shop.host}\r\n".encode())
        connection.write(b"X-More: " + b"x" * 200_000)

        assert (await connection.head())[0].startswith("http/1.1 4")
        assert shop.is_open


async def test_a_flood_of_pings_aborts_the_connection(ada: Shopper) -> None:
    tab = await ada.tab()
    await asyncio.gather(*[await tab.socket.ping() for _ in range(20)])

    await tab.send_together(Frame(Opcode.PING, b"one more"), Frame(Opcode.PING, b"and more"))

    assert await tab.close_frame() == CloseFrame(1006, "")


async def test_a_socket_that_sends_too_much_is_read_at_a_limited_rate(ada: Shopper) -> None:
    flooding, other = await ada.tab(), await ada.tab()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    add = text_frame(frame("op", n=1, k="line.add", sku=APPLES, qty=1))
    await flooding.send_together(*[text_frame(frame("resync"))] * 300, add)

    assert (await other.submit(1, "note.set", text="not kept waiting"))["t"] == "ok"
    other_s = loop.time() - began_s
    assert (await flooding.verdict(1))["t"] == "ok"
    assert loop.time() - began_s > max(1, other_s)


ANSWERS = {
    "a page": ("GET", "/", {}, 200),
    "a file": ("GET", "/static/css/shop.css", {}, 200),
    "a missing file": ("GET", "/static/nothing.css", {}, 404),
    "a path traversal": ("GET", "/static/../app/runtime/build.py", {}, 404),
    "nothing": ("GET", "/nothing", {}, 404),
    "another method": ("PUT", "/", {}, 405),
    "another host": ("GET", "/", {"Host": "evil.example"}, 421),
    "another host for a file": ("GET", "/static/css/shop.css", {"Host": "evil.example"}, 421),
    "a form from elsewhere": ("POST", "/cart/add", {"Origin": "null"}, 403),
    "a socket's address": ("GET", "/ws", {}, 400),
    "a redirect": ("GET", "/cart", {"Cookie": "shop=x"}, 303),
    "a head": ("HEAD", "/shop", {}, 200),
}


@pytest.mark.parametrize(("method", "path", "headers", "status"), ANSWERS.values(), ids=ANSWERS)
async def test_every_response_has_the_security_headers_and_no_server_header(
    anonymous: Shopper, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = await anonymous.send(method, path, **headers)

    assert answer.status == status
    assert answer.headers.keys() >= HEADERS
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["/shop", "/static/css/shop.css"])
async def test_a_head_response_has_no_body_and_keep_alive_works(shop: Server, path: str) -> None:
    async with raw_connection(shop) as connection:
        connection.write(request(shop, "HEAD", path, "Accept-Encoding: br"))
        status, *headers = await connection.head()
        connection.write(request(shop, "GET", "/nothing"))
        after, *_ = await connection.head()

    assert status.startswith("http/1.1 200")
    assert "content-encoding: br" in headers
    assert after.startswith("http/1.1 404")


REFUSED_SOCKETS: dict[str, tuple[dict[str, Any], int]] = {
    "another host": ({"name": "evil.example"}, 421),
    "a foreign page": ({"origin": "null"}, 403),
    "no version": ({"subprotocols": None}, 400),
    "nowhere": ({"path": "/nowhere"}, 404),
}


@pytest.mark.parametrize(("options", "status"), REFUSED_SOCKETS.values(), ids=REFUSED_SOCKETS)
async def test_a_failed_handshake_has_the_security_headers(
    ada: Shopper, options: dict[str, Any], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        await ada.socket(**options)

    answer = refusal.value.response
    assert answer.status_code == status
    assert {name.lower() for name in answer.headers} >= HEADERS
    assert "Server" not in answer.headers


BAD_REQUESTS = {
    "no HTTP": b"Good morning!\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("text", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
async def test_a_malformed_request_gets_400_with_the_security_headers(
    shop: Server, text: bytes
) -> None:
    async with raw_connection(shop) as connection:
        connection.write(text)
        status, *headers = await connection.head()

    assert status.startswith("http/1.1 400")
    assert {header.partition(":")[0] for header in headers} >= HEADERS


async def test_a_handshake_without_a_key_is_refused(shop: Server) -> None:
    async with raw_connection(shop) as connection:
        connection.write(handshake(shop).replace(b"Sec-WebSocket-Key", b"X-Key"))
        status, *headers = await connection.head()

    assert status.startswith("http/1.1 400")
    assert "server" not in {header.partition(":")[0] for header in headers}


async def test_forwarded_headers_of_unknown_proxies_are_ignored(shop: Server, ada: Shopper) -> None:
    headers = {"Cookie": ada.cookie, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    await ada.socket(additional_headers=headers)

    opened = [event for event in shop.events() if event["event"] == "socket opened"]
    assert opened[-1]["address"] == "127.0.0.1"


async def test_the_log_contains_no_secrets(shop: Server, ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.submit(1, "note.set", text="the key is under the mat")
    await ada.send("POST", "/api/session", {"email": ada.email, "password": PASSWORD})
    assert (await tab.close_frame()).code == 4410

    log = shop.log.read_text()
    closed = [event for event in shop.events() if event["event"] == "socket closed"]
    assert (closed[-1]["socket"], closed[-1]["code"]) == (tab.welcome["conn"], 4410)
    for secret in (PASSWORD, ada.cookie.partition("=")[2], ada.email, "under the mat"):
        assert secret not in log

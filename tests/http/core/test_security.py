"""Checks of requests, such as the CSRF protection, and security headers of responses."""

import gzip
import json
import re
from uuid import uuid4

import pytest
from quart import Response, websocket
from quart.testing.connections import WebsocketResponseError
from werkzeug.datastructures import Headers

from app.http.core.security import LARGEST_BODY
from tests.http.harness import HttpHarness, open_harness
from tests.http.staff_helpers import grace
from tests.http.visitor import ADA, PASSWORD, Visitor, code, fields, text

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types service-worker",
    "worker-src 'self'",
}
REQUESTS = [
    ("GET", "/", 200),
    ("GET", "/static/font/figtree.woff2", 200),
    ("GET", "/static/nothing.css", 404),
    ("GET", "/nowhere", 404),
    ("GET", "/cart", 303),
    ("GET", "/logout", 405),
    ("GET", "/api/cart", 401),
    ("GET", "/api/products", 200),
    ("GET", "/boom", 500),
    ("OPTIONS", "/login", 200),
    ("POST", "/api/session", 415),
    ("POST", "/logout", 303),
]


def has_all_headers(answer: Response) -> bool:
    """Say whether *answer* has every security header."""
    headers = answer.headers
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    return "camera=()" in headers["Permissions-Policy"]


def add_failing_page(harness: HttpHarness) -> None:
    """Add a page that fails."""

    @harness.app.get("/boom")
    async def boom() -> str:
        raise ZeroDivisionError("a secret that only the log may know")


async def test_every_response_has_every_security_header(harness: HttpHarness) -> None:
    add_failing_page(harness)

    for method, path, status in REQUESTS:
        answer = await harness.visitor().ask(method, path, {})

        assert (method, path, answer.status_code) == (method, path, status)
        assert has_all_headers(answer)
        assert "Strict-Transport-Security" not in answer.headers


async def test_an_unknown_host_and_a_foreign_page_get_every_header_too(
    harness: HttpHarness,
) -> None:
    visitor = harness.visitor()

    for answer in (
        await visitor.get("/", Host="evil.example"),
        await visitor.post("/login", Origin="https://evil.example"),
    ):
        assert answer.status_code in {421, 403}
        assert has_all_headers(answer)


async def test_with_https_there_is_hsts(url: str) -> None:
    async with open_harness(url, origins=("https://shop.example",)) as harness:
        for path in ("/", "/static/css/shop.css", "/nowhere", "/api/cart"):
            answer = await harness.visitor().get(path)
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/", "/static/img/icons.svg", "/api/cart", "/nowhere", "/ws"])
async def test_an_unknown_host_is_refused_on_every_path(harness: HttpHarness, path: str) -> None:
    for host in ("evil.example", "localhost.evil.example", "localhost:81", ""):
        answer = await harness.visitor().get(path, Host=host)

        assert (host, answer.status_code) == (host, 421)
        assert ("unknown_host" in await text(answer)) is path.startswith("/api/")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost:80"])
async def test_a_host_may_have_any_case_and_its_default_port(
    harness: HttpHarness, host: str
) -> None:
    assert (await harness.visitor().get("/", Host=host)).status_code == 200


@pytest.mark.parametrize(
    ("origin", "host"), [("http://[::1]:8000", "[::1]:8000"), ("https://[::1]", "[::1]:443")]
)
async def test_a_host_may_be_an_address(url: str, origin: str, host: str) -> None:
    async with open_harness(url, origins=(origin,)) as harness:
        visitor = Visitor(harness.app.test_client(), "::1", origin)

        assert (await visitor.get("/", Host=host)).status_code == 200
        assert (await visitor.get("/", Host="[::1]:81")).status_code == 421


@pytest.mark.parametrize("dotted", ["shop.example.", "shop.example.:443", "SHOP.example."])
async def test_a_host_with_the_dot_of_a_full_name_is_served(url: str, dotted: str) -> None:
    async with open_harness(url, origins=("https://shop.example",)) as harness:
        visitor = harness.visitor()

        answer = await visitor.get("/", Host=dotted)
        posted = await visitor.post("/logout", Host=dotted, Origin="https://shop.example.")
        foreign = await visitor.get("/", Host="shop.example..")

    assert (answer.status_code, posted.status_code, foreign.status_code) == (200, 303, 421)


@pytest.mark.parametrize("path", ["/shop", "/cart", "/p/gala-apples", "/api/products", "/login"])
async def test_a_slash_at_the_end_of_a_path_makes_no_difference(
    harness: HttpHarness, path: str
) -> None:
    ada = await harness.ada()

    plain, slashed = await ada.get(path), await ada.get(f"{path}/")

    assert slashed.status_code == plain.status_code
    assert slashed.location == plain.location


async def test_a_request_with_two_hosts_is_refused(harness: HttpHarness) -> None:
    answer = await harness.app.test_client().get(
        "/", headers=Headers([("Host", "localhost"), ("Host", "evil.example")])
    )

    assert answer.status_code == 421


async def test_a_request_with_two_lengths_is_refused_and_hung_up_on(harness: HttpHarness) -> None:
    two = {"Transfer-Encoding": "chunked", "Content-Length": "0"}

    answer = await harness.visitor().ask("POST", "/api/session", two)

    assert await code(answer) == (400, "malformed")
    assert answer.headers["Connection"] == "close"


@pytest.mark.on_both
@pytest.mark.parametrize(
    "path",
    [
        "/orders/%00",
        "/api/orders/%00",
        "/account/addresses/%00",
        "/staff/products/%00",
        "/staff/log?sku=%00",
    ],
)
async def test_a_path_with_a_null_character_is_not_found(harness: HttpHarness, path: str) -> None:
    staff = await grace(harness)

    assert (await staff.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["//evil.example", "//evil.example/shop", "/shop//", "/%2f/evil"])
async def test_a_path_with_double_slashes_does_not_redirect_elsewhere(
    harness: HttpHarness, path: str
) -> None:
    answer = await harness.visitor().get(path)

    assert answer.status_code in {308, 404}
    assert re.match(r"(http://localhost)?/(?!/)", answer.location or "/")


async def test_a_compressed_body_is_not_decompressed(harness: HttpHarness) -> None:
    bomb = gzip.compress(b" " * 2**20)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    answer = await harness.visitor().ask("POST", "/api/session", headers, data=bomb)

    assert await code(answer) == (400, "malformed")


@pytest.mark.parametrize(
    "mimetype", ["text/plain", "text/plain;application/json", "multipart/form-data", ""]
)
async def test_a_login_with_a_content_type_of_forms_is_refused(
    harness: HttpHarness, mimetype: str
) -> None:
    await harness.ada()
    body = json.dumps({"email": ADA["email"], "password": PASSWORD})

    answer = await harness.visitor().ask(
        "POST", "/api/session", {"Content-Type": mimetype}, data=body
    )

    assert await code(answer) == (415, "not_json")


@pytest.mark.parametrize("https", [False, True])
async def test_every_cookie_is_http_only_and_same_site(url: str, *, https: bool) -> None:
    origin = "https://shop.example" if https else "http://localhost"
    async with open_harness(url, origins=(origin,)) as harness:
        ada = await harness.ada()
        answers = [
            await ada.post("/cart/add", {"key": str(uuid4()), "sku": "milk-2l", "qty": "1"}),
            await ada.post("/logout"),
        ]

    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0].removeprefix("__Host-") for cookie in cookies} == {
        "shop",
        "shop-notices",
    }
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert ("Secure" in cookie.split("; ")) is https
        assert cookie.startswith("__Host-") is https
        assert "Domain" not in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost/"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_request_from_a_foreign_page_is_refused_as_csrf(
    harness: HttpHarness, headers: dict[str, str]
) -> None:
    for method, path in (
        ("POST", "/api/session"),
        ("POST", "/api/accounts"),
        ("DELETE", "/api/session"),
        ("POST", "/api/cart/ops"),
        ("PUT", "/api/nothing"),
    ):
        answer = await harness.visitor().ask(method, path, headers, json=ADA)

        assert (path, await code(answer)) == (path, (403, "foreign_origin"))
        assert harness.database.writes == []


@pytest.mark.parametrize("path", ["/login", "/register", "/logout", "/cart/add", "/cart/undo"])
async def test_a_form_from_a_foreign_page_is_refused_as_csrf(
    harness: HttpHarness, path: str
) -> None:
    ada = await harness.ada()

    answer = await ada.post(path, Origin="https://evil.example")

    assert answer.status_code == 403
    assert "came from another website" in await text(answer)
    assert (await ada.get("/api/cart")).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}]
)
async def test_own_pages_and_scripts_pass_the_csrf_check(
    harness: HttpHarness, headers: dict[str, str]
) -> None:
    answer = await harness.visitor().ask("POST", "/api/accounts", headers, json=ADA)

    assert answer.status_code == 201


async def test_foreign_pages_may_link_to_us(harness: HttpHarness) -> None:
    answer = await harness.visitor().get("/shop", Sec_Fetch_Site="cross-site")

    assert answer.status_code == 200


async def test_a_body_whose_declared_length_is_too_large_is_refused(harness: HttpHarness) -> None:
    length = {"Content-Length": str(LARGEST_BODY + 1)}

    answer = await harness.visitor().ask("POST", "/api/session", length)

    assert await code(answer) == (413, "too_large")


async def test_a_body_that_turns_out_to_be_too_large_is_refused(harness: HttpHarness) -> None:
    headers = {"Content-Type": "application/json", "Host": "localhost"}

    async with harness.app.test_client().request(
        "/api/session", method="POST", headers=headers
    ) as connection:
        await connection.send(b"x" * LARGEST_BODY)
        await connection.send(b"x")
        await connection.send_complete()
    answer = await connection.as_response()

    assert (answer.status_code, (await fields(answer))["code"]) == (413, "too_large")


async def test_a_form_that_is_too_large_gets_a_page(harness: HttpHarness) -> None:
    answer = await harness.visitor().post("/login", {"email": "x" * LARGEST_BODY})

    assert answer.status_code == 413
    assert "64 KiB" in await text(answer)


@pytest.mark.parametrize("path", ["/", "/shop", "/cart", "/login", "/nowhere", "/api/cart"])
async def test_personal_pages_are_not_cached(harness: HttpHarness, path: str) -> None:
    ada = await harness.ada()

    assert (await ada.get(path)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/cart", "/login", "/nowhere", "/api/cart"])
async def test_pages_that_lead_to_personal_ones_are_not_cached(
    harness: HttpHarness, path: str
) -> None:
    assert (await harness.visitor().get(path)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "mimetype"),
    [
        ("img/products/apple-red.webp", "image/webp"),
        ("img/icons.svg", "image/svg+xml"),
        ("font/figtree.woff2", "font/woff2"),
        ("js/main.js", "text/javascript"),
        ("css/shop.css", "text/css"),
    ],
)
async def test_files_have_their_content_type(
    harness: HttpHarness, path: str, mimetype: str
) -> None:
    assert (await harness.visitor().get(f"/static/{path}")).mimetype == mimetype


async def test_static_files_cost_no_query(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.reads.clear()

    await ada.get("/static/img/icons.svg")
    await ada.get("/static/nothing.svg")
    await ada.get("/", Host="evil.example")

    assert harness.database.reads == []


@pytest.mark.parametrize("path", ["/nowhere", "/shop", "/api/cart"])
async def test_a_handshake_at_another_path_is_refused_with_every_header(
    harness: HttpHarness, path: str
) -> None:
    with pytest.raises(WebsocketResponseError) as refused:
        async with harness.app.test_client().websocket(path) as socket:
            await socket.receive()

    answer = refused.value.response
    assert answer.status_code in {400, 404}
    assert has_all_headers(answer)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_handshake_that_succeeds_is_left_alone(harness: HttpHarness) -> None:
    @harness.app.websocket("/open")
    async def opened() -> None:
        await websocket.send("hello")

    async with harness.app.test_client().websocket("/open") as socket:
        assert await socket.receive() == "hello"

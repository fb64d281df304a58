"""Which handshakes open a websocket, and how the others fail (protocol.md §1)."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.http11 import Response

from tests.e2e.conftest import ServerFactory
from tests.e2e.raw_client import (
    OFFERED,
    VERSION,
    CloseFrame,
    Shopper,
    hello_fields,
    new_shopper,
    text_frame,
)
from tests.e2e.raw_http import handshake, raw_connection
from tests.e2e.server import Server

FAMILY = "shop.cart"
FOREIGN = [
    "http://evil.example",
    "null",
    "",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "http://127.0.0.1:{port}/",
    "http://[::1]:{port}",
]


CLOSE_4401 = b"\x88\x02" + (4401).to_bytes(2)


async def failed_handshake(shopper: Shopper, name: str = "", **options: Any) -> Response:
    """Return the response to a handshake that must fail; *name* replaces the host name."""
    with pytest.raises(InvalidStatus) as refusal:
        await shopper.socket(name=name, **options)
    return refusal.value.response


async def test_a_valid_handshake_opens_a_socket(ada: Shopper) -> None:
    socket = await ada.socket()

    assert socket.socket.subprotocol == VERSION
    await socket.send_frame("hello", **hello_fields(socket))
    assert (await socket.receive())["account"] == ada.account


async def test_compression_is_not_negotiated(ada: Shopper) -> None:
    socket = await ada.socket(compression="deflate")

    assert socket.socket.request
    assert "permessage-deflate" in socket.socket.request.headers["Sec-WebSocket-Extensions"]
    assert socket.socket.response
    assert "Sec-WebSocket-Extensions" not in socket.socket.response.headers


@pytest.mark.parametrize("name", ["evil.example:{port}", "127.0.0.1:1", "127.0.0.1.nip.example"])
async def test_an_unknown_host_is_refused_with_421(ada: Shopper, name: str) -> None:
    refusal = await failed_handshake(ada, name.format(port=ada.server.port))

    assert refusal.status_code == 421


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_origin_is_refused_with_403(ada: Shopper, origin: str) -> None:
    before = len(ada.server.events())

    refusal = await failed_handshake(ada, origin=origin.format(port=ada.server.port))

    assert refusal.status_code == 403
    (logged,) = [one for one in ada.server.events()[before:] if one["from"] == "app.security"]
    assert (logged["event"], logged["outcome"]) == ("foreign_origin", "refused")
    assert (logged["address"], logged["door"]) == ("127.0.0.1", "socket")


async def test_a_configured_origin_is_accepted_though_the_host_differs(ada: Shopper) -> None:
    socket = await ada.socket(origin=f"http://localhost:{ada.server.port}")

    assert socket.socket.subprotocol == VERSION


async def test_a_host_with_the_dot_of_a_full_name_is_accepted(ada: Shopper) -> None:
    dotted = f"localhost.:{ada.server.port}"

    socket = await ada.socket(name=dotted, origin=f"http://{dotted}")

    assert socket.socket.subprotocol == VERSION


@pytest.mark.parametrize("offered", [None, ["shop.cartoon"], ["chat", "shop"]])
async def test_offering_no_known_subprotocol_is_refused_with_400(
    ada: Shopper, offered: list[str] | None
) -> None:
    assert (await failed_handshake(ada, subprotocols=offered)).status_code == 400


@pytest.mark.parametrize(
    ("offered", "selected"),
    [
        ([FAMILY], FAMILY),
        (["shop.cart.v1", FAMILY], "shop.cart.v1"),
        (["shop.cart.v9", FAMILY], "shop.cart.v9"),
        (["chat", "shop.cart.v0"], "shop.cart.v0"),
    ],
)
async def test_another_protocol_version_is_selected_and_closed_with_4406(
    ada: Shopper, offered: list[str], selected: str
) -> None:
    socket = await ada.socket(subprotocols=offered)

    assert socket.socket.subprotocol == selected
    assert await socket.close_frame() == CloseFrame(4406, "")
    assert socket.received == []


@pytest.mark.parametrize(
    "offered", [[FAMILY, VERSION], [VERSION], ["shop.cart.v9", VERSION, FAMILY]]
)
async def test_the_version_is_chosen_at_any_place_among_the_offered_subprotocols(
    ada: Shopper, offered: list[str]
) -> None:
    assert (await ada.socket(subprotocols=offered)).socket.subprotocol == VERSION


@pytest.mark.parametrize("cookie", ["", "shop=", "shop=forged", "shop=ab.cd.ef", "shop=\xe9"])
async def test_a_socket_without_a_valid_login_is_closed_with_4401(
    anonymous: Shopper, cookie: str
) -> None:
    anonymous.cookie = cookie
    socket = await anonymous.socket()

    assert socket.socket.subprotocol == VERSION
    assert await socket.close_frame() == CloseFrame(4401, "")
    assert socket.received == []


async def test_nothing_is_read_from_a_socket_without_a_login(shop: Server) -> None:
    async with raw_connection(shop) as connection:
        connection.write(handshake(shop))
        assert (await connection.head())[0].startswith("http/1.1 101")
        connection.write(text_frame("this would be 4400").serialize(mask=True))

        assert await connection.read(4) == CLOSE_4401
        connection.write(text_frame("and this, too").serialize(mask=True))
        connection.write(Frame(Opcode.CLOSE, (4401).to_bytes(2)).serialize(mask=True))
        assert await connection.read_to_end() == b""


async def test_a_login_that_was_ended_opens_no_socket(ada: Shopper) -> None:
    cookie = ada.cookie
    assert (await ada.send("DELETE", "/api/session")).status == 204
    ada.cookie = cookie

    assert (await (await ada.socket()).close_frame()).code == 4401


async def test_the_21st_socket_of_an_address_without_a_login_is_refused_with_503(
    shop: Server, anonymous: Shopper
) -> None:
    async with AsyncExitStack() as connections:
        for _ in range(20):
            connection = await connections.enter_async_context(raw_connection(shop))
            connection.write(handshake(shop))
            assert (await connection.head())[0].startswith("http/1.1 101")

        refusal = await failed_handshake(anonymous)
        over_limit = await failed_handshake(anonymous, subprotocols=["chat"])

        assert (refusal.status_code, refusal.headers["Retry-After"]) == (503, "2")
        assert over_limit.status_code == 503
        assert (await failed_handshake(anonymous, origin="null")).status_code == 403

    assert await closes_once_there_is_room(anonymous) == 4401


async def closes_once_there_is_room(shopper: Shopper) -> int:
    """Return the code that a new socket is closed with, as soon as the others are gone."""
    while True:
        try:
            return (await (await shopper.socket()).close_frame()).code
        except InvalidStatus:
            await asyncio.sleep(0.05)


async def test_a_socket_beyond_the_limit_of_the_server_is_refused_with_503(
    server_factory: ServerFactory,
) -> None:
    small = server_factory.open(sockets_in_all=2)
    async with await new_shopper(small) as ada:
        first = await ada.tab()
        await ada.tab()

        assert (await failed_handshake(ada)).status_code == 503

        await first.close()
        await ada.tab()


async def test_the_first_failed_check_decides_the_status(ada: Shopper) -> None:
    options: dict[str, Any] = {"origin": "null", "subprotocols": ["chat"]}

    assert (await failed_handshake(ada, "evil.example", **options)).status_code == 421
    assert (await failed_handshake(ada, **options)).status_code == 403
    ada.cookie = ""
    assert (await failed_handshake(ada, subprotocols=["chat"])).status_code == 400
    assert (await (await ada.socket(subprotocols=[FAMILY])).close_frame()).code == 4406


async def test_the_11th_socket_of_an_account_without_hello_is_closed_with_1013(
    ada: Shopper,
) -> None:
    waiting = [await ada.socket() for _ in range(10)]
    extra = await ada.socket()

    assert await extra.close_frame() == CloseFrame(1013, "")

    await waiting[0].send_frame("hello", **hello_fields(waiting[0]))
    assert (await waiting[0].receive())["t"] == "welcome"
    after = await ada.socket()
    await after.send_frame("hello", **hello_fields(after))
    assert (await after.receive())["t"] == "welcome"


async def test_sockets_without_hello_do_not_count_against_another_account(
    shop: Server, ada: Shopper
) -> None:
    for _ in range(10):
        await ada.socket()

    async with await new_shopper(shop) as bob:
        assert (await bob.tab()).welcome["account"] == bob.account


@pytest.mark.parametrize(
    ("path", "status"), [("/", 400), ("/api/cart", 400), ("/nowhere", 404), ("/ws/", 404)]
)
async def test_a_handshake_at_another_path_is_refused(ada: Shopper, path: str, status: int) -> None:
    assert (await failed_handshake(ada, path=path)).status_code == status


async def test_a_handshake_response_has_no_server_header(ada: Shopper) -> None:
    socket = await ada.socket()

    assert socket.socket.response
    assert "Server" not in socket.socket.response.headers
    assert "Server" not in (await failed_handshake(ada, origin="null")).headers
    assert OFFERED[0] == socket.socket.response.headers["Sec-WebSocket-Protocol"]


async def test_a_client_that_disconnects_during_the_handshake_causes_no_error(
    ada: Shopper, shop: Server
) -> None:
    for wait_ms in range(60):
        async with raw_connection(shop) as connection:
            connection.write(handshake(shop, f"Cookie: {ada.cookie}"))
            await asyncio.sleep(wait_ms / 15_000)

    socket = await ada.socket()
    await socket.send_frame("hello", **hello_fields(socket))

    assert (await socket.receive())["t"] == "welcome"
    assert shop.error_events() == []

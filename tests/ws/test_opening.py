"""A login that ends while a websocket of it opens: whichever comes first, the websocket closes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from itsdangerous import URLSafeSerializer

from app.domain.languages import ENGLISH, Language
from app.domain.sessions import Session, SessionHash
from app.services.security_log import SecurityLog
from app.services.session_lookup import SessionLookup
from app.store.sessions import digest
from app.ws.connection import CartConnection
from app.ws.edge_relays import NoEdges
from app.ws.event_streams import EventStreams
from app.ws.handshake import VERSION, WsContext
from app.ws.routes import PATH, SOCKET, Handshakes
from tests.examples import CHINESE
from tests.ws.clock import soon
from tests.ws.fakes import LOGIN, FakeSocket, WsHarness

HOST = "shop.example"
ID_HASH = digest("secret")
SIGNED_OUT = 4410


@dataclass
class FakeLookup:
    """Finds the login; `interlude` is awaited just after it was read."""

    interlude: Callable[[], Awaitable[None]]
    login: Session = LOGIN

    async def find(self, id_hash: SessionHash) -> Session | None:
        """Return the login as it was before the interlude."""
        assert id_hash == ID_HASH
        await self.interlude()
        return self.login


class OpenedSocket(FakeSocket):
    """A websocket that remembers the connection that the server attaches to it."""

    connection: CartConnection

    def attach(self, connection: CartConnection, _burst: int = 0) -> None:
        """Remember; no frame comes."""
        self.connection = connection


async def handshake(
    harness: WsHarness,
    lookup: FakeLookup,
    on_accept: Callable[[], None],
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> OpenedSocket:
    """Send a handshake with a login's cookie and *headers*, and return its websocket."""
    socket = OpenedSocket()

    async def receive() -> None:
        pass

    async def send(message: dict[str, Any]) -> None:
        assert message["type"] == "websocket.accept"
        on_accept()

    scope = {
        "type": "websocket",
        "path": PATH,
        "scheme": "ws",
        "server": (HOST, 80),
        "client": ("192.0.2.1", 50000),
        "headers": [(b"host", HOST.encode()), *headers],
        "subprotocols": [VERSION],
        SOCKET: socket,
    }
    answering = asyncio.create_task(
        Handshakes(receive_nothing, context(harness, lookup))(scope, receive, send)
    )
    await soon()
    answering.cancel()
    return socket


async def receive_nothing(*_: object) -> None:
    """Stand for the web application, which gets no handshakes."""


def context(harness: WsHarness, lookup: FakeLookup) -> WsContext:
    """Return what handshakes need, with one cookie that names a login."""
    hosts, found = frozenset({HOST}), cast("SessionLookup", lookup)
    return WsContext(
        harness.context,
        frozenset(),
        hosts,
        {},
        lambda _header, _stand_in: "secret",
        found,
        SecurityLog(),
        new_name=lambda: "c-1",
        edges=NoEdges(),
        streams=EventStreams("w1", URLSafeSerializer("secret"), None),
    )


def nothing() -> None:
    """Let nothing happen."""


async def at_once() -> None:
    """Let nothing happen."""


async def test_a_login_that_goes_on_keeps_its_websocket(harness: WsHarness) -> None:
    socket = await handshake(harness, FakeLookup(at_once), nothing)

    assert socket.closed is None


@pytest.mark.parametrize(
    ("accepted", "chosen", "language"),
    [
        ((), None, ENGLISH),
        (((b"Accept-Language", b"de, zh-TW;q=0.8, en;q=0.5"),), None, CHINESE),
        (((b"accept-language", b"\xff;q=x"),), None, ENGLISH),
        (((b"accept-language", b"zh-Hant"),), ENGLISH, ENGLISH),
        ((), CHINESE, CHINESE),
    ],
)
async def test_a_websocket_speaks_what_its_account_has_chosen_or_its_handshake_prefers(
    harness: WsHarness,
    accepted: Sequence[tuple[bytes, bytes]],
    chosen: Language | None,
    language: Language,
) -> None:
    login = replace(LOGIN, language=chosen)

    socket = await handshake(harness, FakeLookup(at_once, login), nothing, accepted)

    assert socket.connection.language == language


async def test_signing_out_after_the_look_up_closes_the_websocket(harness: WsHarness) -> None:
    async def sign_out() -> None:
        harness.sessions.on_remote_end(ID_HASH)

    socket = await handshake(harness, FakeLookup(sign_out), nothing)

    assert socket.closed == (SIGNED_OUT, "")


async def test_signing_out_while_the_handshake_is_answered_closes_the_websocket(
    harness: WsHarness,
) -> None:
    socket = await handshake(
        harness, FakeLookup(at_once), lambda: harness.sessions.on_remote_end(ID_HASH)
    )

    assert socket.closed == (SIGNED_OUT, "")


async def test_a_password_that_changes_while_it_opens_keeps_the_websocket(
    harness: WsHarness,
) -> None:
    renewed = replace(LOGIN, id_hash=SessionHash("new"))

    async def change() -> None:
        harness.sessions.renew(ID_HASH, renewed)

    socket = await handshake(harness, FakeLookup(change), nothing)

    assert socket.closed is None
    assert harness.sessions.names() == (renewed.id_hash,)

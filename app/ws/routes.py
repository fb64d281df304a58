"""The websocket's handshake: host, origin, capacity, version and login (protocol.md §1)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from quart import Blueprint, Response, websocket
from quart_auth import current_user
from uvicorn.protocols.utils import ClientDisconnected

from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Session
from app.ws.close_codes import CloseCode
from app.ws.connection import CartConnection
from app.ws.context import ConnectionContext
from app.ws.registry import ConnectionRegistry
from app.ws.socket import AcceptedSocket

log = logging.getLogger(__name__)

SOCKET = "shop.socket"
"""The key of the ASGI scope under which the server puts the websocket."""
VERSION = "shop.cart.v1"
FAMILY = "shop.cart"
RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class WsContext:
    """What the handshake needs: which pages may connect, how to find logins and make names."""

    shared: ConnectionContext
    origins: frozenset[str]
    hosts: frozenset[str]
    find_session: Callable[[str], Awaitable[Session | None]]
    new_name: Callable[[], str]


def socket_blueprint(context: WsContext) -> Blueprint:
    """Return the route of the websocket."""
    blueprint = Blueprint("ws", __name__)

    @blueprint.websocket("/ws")
    async def cart() -> Response | None:
        with suppress(ClientDisconnected):  # a client that disconnects needs no answer
            return await _answer(context)
        return None

    return blueprint


async def _answer(context: WsContext) -> Response | None:
    """Answer the handshake; return an HTTP response if it is refused.

    Raises `ClientDisconnected`.
    """
    connections = context.shared.connections
    if refusal := _refusal(context):
        connections.refused[HTTPStatus(refusal.status_code)] += 1
        return refusal
    if VERSION not in websocket.requested_subprotocols:
        await _accept_and_close(connections, FAMILY, CloseCode.VERSION)
        return None
    try:
        session = await _session(context)
    except DatabaseUnavailable:
        connections.refused[HTTPStatus.SERVICE_UNAVAILABLE] += 1
        return _retry_later()
    if session is None:
        await _accept_and_close(connections, VERSION, CloseCode.NO_LOGIN)
    elif connections.is_crowded(session.account):
        await _accept_and_close(connections, VERSION, CloseCode.OVERLOADED)
    else:
        await _serve(context, session)
    return None


def _refusal(context: WsContext) -> Response | None:
    if websocket.host.lower() not in context.hosts:
        return Response("", 421)
    if websocket.headers.get("Origin") not in {None, *context.origins}:
        return Response("", 403)
    if context.shared.connections.at_capacity(_address()):
        return _retry_later()
    offered = websocket.requested_subprotocols
    if VERSION not in offered and FAMILY not in offered:
        return Response("", 400)
    return None


def _retry_later() -> Response:
    return Response("", 503, {"Retry-After": str(RETRY_AFTER_S)})


async def _session(context: WsContext) -> Session | None:
    session_id = current_user.auth_id
    return await context.find_session(session_id) if session_id else None


async def _serve(context: WsContext, session: Session) -> None:
    """Accept, and let the tab in. The connection lives on in its callbacks when this returns."""
    await websocket.accept(subprotocol=VERSION)
    socket = _socket()
    connection = CartConnection(socket, session, context.new_name(), context.shared)
    socket.attach(connection, 2 * context.shared.hub.context.limits.burst)
    log.info(
        "socket opened",
        extra={
            "socket": connection.name,
            "account": session.account,
            "session": session.id_hash[:16],
            "address": _address(),
        },
    )
    with context.shared.connections.without_hello(session.account):
        await connection.serve_hello()


async def _accept_and_close(
    connections: ConnectionRegistry, subprotocol: str, code: CloseCode
) -> None:
    """Refuse with a close code: the page's script cannot see why a handshake failed."""
    with connections.without_login(_address()):
        await websocket.accept(subprotocol=subprotocol)
        socket, until_closed = _socket(), _UntilClosed()
        socket.attach(until_closed)
        socket.close(code, "")
        connections.count_close(code)
        await until_closed.event.wait()


def _socket() -> AcceptedSocket:
    socket: AcceptedSocket = websocket.scope[SOCKET]  # type: ignore[literal-required]
    return socket


def _address() -> str:
    return websocket.remote_addr or ""


class _UntilClosed:
    """Ignores all messages; `event` is set when the websocket is closed."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def on_text(self, _text: str) -> None:
        """Ignore it."""

    def on_binary(self) -> None:
        """Ignore it."""

    def on_protocol_error(self, _code: int, _reason: str) -> None:
        """Ignore it: the websocket is being closed."""

    def on_writable(self) -> None:
        """Do nothing: nothing is written."""

    def on_close(self, _code: int) -> None:
        """Set the event."""
        self.event.set()

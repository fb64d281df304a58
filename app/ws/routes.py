"""Where tabs open their sockets: host, origin, room, version, login (protocol.md §1)."""

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
"""Where the server leaves the socket in the ASGI scope."""
VERSION = "shop.cart.v1"
FAMILY = "shop.cart"
COME_BACK_S = 2


@dataclass(frozen=True, slots=True)
class WsContext:
    """What the door needs: who may come in, how logins are found, what sockets are called."""

    shared: ConnectionContext
    origins: frozenset[str]
    hosts: frozenset[str]
    find_session: Callable[[str], Awaitable[Session | None]]
    new_name: Callable[[], str]


def socket_blueprint(context: WsContext) -> Blueprint:
    """Return the route of the sockets."""
    blueprint = Blueprint("ws", __name__)

    @blueprint.websocket("/ws")
    async def cart() -> Response | None:
        with suppress(ClientDisconnected):  # who hangs up meanwhile needs no answer
            return await _answer(context)
        return None

    return blueprint


async def _answer(context: WsContext) -> Response | None:
    """Refuse, or serve the socket to its end; or `ClientDisconnected`."""
    connections = context.shared.connections
    if refusal := _refusal(context):
        connections.refused[HTTPStatus(refusal.status_code)] += 1
        return refusal
    if VERSION not in websocket.requested_subprotocols:
        await _part(connections, FAMILY, CloseCode.VERSION)
        return None
    try:
        session = await _session(context)
    except DatabaseUnavailable:
        connections.refused[HTTPStatus.SERVICE_UNAVAILABLE] += 1
        return _come_back()
    if session is None:
        await _part(connections, VERSION, CloseCode.NO_LOGIN)
    elif connections.is_crowded(session.account):
        await _part(connections, VERSION, CloseCode.OVERLOADED)
    else:
        await _serve(context, session)
    return None


def _refusal(context: WsContext) -> Response | None:
    if websocket.host.lower() not in context.hosts:
        return Response("", 421)
    if websocket.headers.get("Origin") not in {None, *context.origins}:
        return Response("", 403)
    if context.shared.connections.at_capacity(_address()):
        return _come_back()
    offered = websocket.requested_subprotocols
    if VERSION not in offered and FAMILY not in offered:
        return Response("", 400)
    return None


def _come_back() -> Response:
    return Response("", 503, {"Retry-After": str(COME_BACK_S)})


async def _session(context: WsContext) -> Session | None:
    session_id = current_user.auth_id
    return await context.find_session(session_id) if session_id else None


async def _serve(context: WsContext, session: Session) -> None:
    """Let a tab in; what is left running when this returns is its connection."""
    await websocket.accept(subprotocol=VERSION)
    line = _line()
    connection = CartConnection(line, session, context.new_name(), context.shared)
    line.attach(connection, 2 * context.shared.hub.context.limits.burst)
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


async def _part(connections: ConnectionRegistry, subprotocol: str, code: CloseCode) -> None:
    """Accept, only to say with *code* why not: a failed handshake is invisible to pages."""
    with connections.without_login(_address()):
        await websocket.accept(subprotocol=subprotocol)
        line, parting = _line(), _Parting()
        line.attach(parting)
        line.close(code, "")
        connections.part(code)
        await parting.over.wait()


def _line() -> AcceptedSocket:
    line: AcceptedSocket = websocket.scope[SOCKET]  # type: ignore[literal-required]
    return line


def _address() -> str:
    return websocket.remote_addr or ""


class _Parting:
    """Listens to nothing, until the socket is closed."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    def heard(self, _text: str) -> None:
        """Read nothing from it."""

    def heard_bytes(self) -> None:
        """Read nothing from it."""

    def failed(self, _code: int, _reason: str) -> None:
        """Nothing is left to do."""

    def writable(self) -> None:
        """Nothing is left to write."""

    def gone(self, _code: int) -> None:
        """Learn that it is closed."""
        self.over.set()

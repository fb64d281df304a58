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

from app.domain.sessions import Session
from app.live.ports import Away
from app.ws.close_codes import CloseCode
from app.ws.connection import CartConnection
from app.ws.context import Manners
from app.ws.registry import Guests
from app.ws.socket import Line

log = logging.getLogger(__name__)

SOCKET = "shop.socket"
"""Where the server leaves the socket in the ASGI scope."""
VERSION = "shop.cart.v1"
FAMILY = "shop.cart"
COME_BACK_S = 2


@dataclass(frozen=True, slots=True)
class Doorway:
    """What the door needs: who may come in, how logins are found, what sockets are called."""

    manners: Manners
    origins: frozenset[str]
    hosts: frozenset[str]
    find_session: Callable[[str], Awaitable[Session | None]]
    new_name: Callable[[], str]


def socket_door(doorway: Doorway) -> Blueprint:
    """Return the route of the sockets."""
    door = Blueprint("ws", __name__)

    @door.websocket("/ws")
    async def cart() -> Response | None:
        with suppress(ClientDisconnected):  # who hangs up meanwhile needs no answer
            return await _answer(doorway)
        return None

    return door


async def _answer(doorway: Doorway) -> Response | None:
    """Refuse, or serve the socket to its end; or `ClientDisconnected`."""
    guests = doorway.manners.guests
    if refusal := _refusal(doorway):
        guests.refused[HTTPStatus(refusal.status_code)] += 1
        return refusal
    if VERSION not in websocket.requested_subprotocols:
        await _part(guests, FAMILY, CloseCode.VERSION)
        return None
    try:
        session = await _session(doorway)
    except Away:
        guests.refused[HTTPStatus.SERVICE_UNAVAILABLE] += 1
        return _come_back()
    if session is None:
        await _part(guests, VERSION, CloseCode.NO_LOGIN)
    elif guests.is_crowded(session.account):
        await _part(guests, VERSION, CloseCode.OVERLOADED)
    else:
        await _serve(doorway, session)
    return None


def _refusal(doorway: Doorway) -> Response | None:
    if websocket.host.lower() not in doorway.hosts:
        return Response("", 421)
    if websocket.headers.get("Origin") not in {None, *doorway.origins}:
        return Response("", 403)
    if doorway.manners.guests.turns_away(_address()):
        return _come_back()
    offered = websocket.requested_subprotocols
    if VERSION not in offered and FAMILY not in offered:
        return Response("", 400)
    return None


def _come_back() -> Response:
    return Response("", 503, {"Retry-After": str(COME_BACK_S)})


async def _session(doorway: Doorway) -> Session | None:
    session_id = current_user.auth_id
    return await doorway.find_session(session_id) if session_id else None


async def _serve(doorway: Doorway, session: Session) -> None:
    """Let a tab in; what is left running when this returns is its connection."""
    await websocket.accept(subprotocol=VERSION)
    line = _line()
    connection = CartConnection(line, session, doorway.new_name(), doorway.manners)
    line.attach(connection, 2 * doorway.manners.hub.shop.limits.burst)
    log.info(
        "socket opened",
        extra={
            "socket": connection.name,
            "account": session.account,
            "session": session.id_hash[:16],
            "address": _address(),
        },
    )
    with doorway.manners.guests.without_hello(session.account):
        await connection.serve_hello()


async def _part(guests: Guests, subprotocol: str, code: CloseCode) -> None:
    """Accept, only to say with *code* why not: a failed handshake is invisible to pages."""
    with guests.without_login(_address()):
        await websocket.accept(subprotocol=subprotocol)
        line, parting = _line(), _Parting()
        line.attach(parting)
        line.close(code, "")
        guests.part(code)
        await parting.over.wait()


def _line() -> Line:
    line: Line = websocket.scope[SOCKET]  # type: ignore[literal-required]
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

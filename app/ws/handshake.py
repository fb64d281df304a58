"""The handshake: host, origin, capacity, version and login (protocol.md §1 and §9)."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from app.domain.accounts import AccountId
from app.domain.errors import DatabaseUnavailable
from app.domain.members import OWNER
from app.domain.sessions import Session, SessionHash
from app.i18n.languages import negotiate
from app.live.sessions import Opening
from app.services.security_log import SecurityEvent, SecurityLog, SecurityOutcome
from app.services.session_lookup import SessionLookup
from app.store.sessions import digest
from app.ws.close_codes import CloseCode
from app.ws.context import ConnectionContext
from app.ws.edge_relay import EdgeRelay
from app.ws.edge_relays import EdgeRelays, NoEdges, Visitor
from app.ws.event_streams import EventStreams
from app.ws.handshake_request import Request
from app.ws.queued_socket import ABNORMAL_CLOSURE
from app.ws.registry import ConnectionRegistry
from app.ws.serving import serve
from app.ws.socket import AcceptedSocket

log = logging.getLogger(__name__)

VERSION = "shop.cart.v2"
RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class WsContext:
    """What the handshake needs: which pages may connect, how to find logins and make names.

    `session_id` reads the id of a login from the `Cookie` header, or that of a stand-in if one is
    named, or returns None if its signature is not the shop's. `refusal_headers` are those of an
    HTTP response.
    """

    shared: ConnectionContext
    origins: frozenset[str]
    hosts: frozenset[str]
    refusal_headers: Mapping[str, str]
    session_id: Callable[[str, str], str | None]
    session_lookup: SessionLookup
    security: SecurityLog
    new_name: Callable[[], str]
    edges: EdgeRelays | NoEdges
    streams: EventStreams


class Door(Protocol):
    """Answers one handshake: that of a websocket, or of an event stream."""

    async def refuse(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        """Answer with an HTTP response without a body."""

    async def accept(self, subprotocol: str, visitor: Visitor | None) -> AcceptedSocket:
        """Accept *visitor*, or somebody who is only told a close code; return what to serve."""


async def answer(context: WsContext, request: Request, door: Door) -> None:
    """Answer the handshake at *door*. Raises `ClientDisconnected`.

    The connection lives on in its callbacks when this returns.
    """
    connections = context.shared.connections
    if refusal := _refusal(context, request):
        if refusal is HTTPStatus.FORBIDDEN:
            event, refused = SecurityEvent.FOREIGN_ORIGIN, SecurityOutcome.REFUSED
            context.security.note(event, refused, None, request.network, door="socket")
        await _refuse(context, refusal, door)
        return
    if VERSION not in request.offered:
        other = request.of_family[0]
        await _accept_and_close(connections, request, door, other, CloseCode.VERSION)
        return
    session_id = context.session_id(request.cookie_header, request.stand_in)
    if session_id is None:
        await _accept_and_close(connections, request, door, VERSION, CloseCode.NO_LOGIN)
        return
    await _let_in(context, request, digest(session_id), door)


async def _let_in(context: WsContext, request: Request, id_hash: SessionHash, door: Door) -> None:
    """Serve the login, or refuse; from before the look-up on, no end of the login is missed."""
    connections = context.shared.connections
    with context.shared.sessions.opening(id_hash) as opening:
        try:
            session = await context.session_lookup.find(id_hash)
            may_show = session is None or await _may_show(context, request.cart, session.account)
        except DatabaseUnavailable:
            await _refuse(context, HTTPStatus.SERVICE_UNAVAILABLE, door)
            return
        if session is None:
            await _accept_and_close(connections, request, door, VERSION, CloseCode.NO_LOGIN)
        elif connections.is_crowded(session.account):
            await _accept_and_close(connections, request, door, VERSION, CloseCode.OVERLOADED)
        elif not may_show:
            await _accept_and_close(connections, request, door, VERSION, CloseCode.NOT_A_MEMBER)
        else:
            await _serve(context, request, session, opening, door)


async def _may_show(context: WsContext, cart: AccountId | None, account: AccountId) -> bool:
    """Say whether *account* may ask for *cart*; whether it is let in, the cart itself decides."""
    return cart is None or cart == account or await context.shared.may_show(cart, account)


def _refusal(context: WsContext, request: Request) -> HTTPStatus | None:
    if request.host.lower() not in context.hosts:
        return HTTPStatus.MISDIRECTED_REQUEST
    if request.is_foreign(context.origins):
        return HTTPStatus.FORBIDDEN
    if context.shared.connections.at_capacity(request.network):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return None if request.of_family else HTTPStatus.BAD_REQUEST


async def _refuse(context: WsContext, status: HTTPStatus, door: Door) -> None:
    context.shared.connections.refused[status] += 1
    headers = dict(context.refusal_headers)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    await door.refuse(status, headers)


async def _serve(
    context: WsContext, request: Request, session: Session, opening: Opening, door: Door
) -> None:
    """Accept, and let the tab in here or where its cart is owned."""
    session = opening.renewed or session
    account = session.account
    name, language = context.new_name(), negotiate(request.accept_language)
    member_of = OWNER if request.cart in {None, account} else request.cart or OWNER
    visitor = Visitor(
        name, account, session.id_hash, request.address, language, member_of, request.device
    )
    with context.shared.connections.without_hello(account):
        if relay := await context.edges.enter(visitor):
            await _accept_and_relay(context, door, visitor, relay, opening)
            return
        try:
            socket = await door.accept(VERSION, visitor)
            await serve(context.shared, socket, session, opening, visitor)
        finally:
            context.edges.leave(visitor.cart)


async def _accept_and_relay(
    context: WsContext, door: Door, visitor: Visitor, relay: EdgeRelay, opening: Opening
) -> None:
    """Accept, and have the node at the other end of *relay* serve the visitor."""
    try:
        socket = await door.accept(VERSION, visitor)
    except BaseException:
        relay.on_close(ABNORMAL_CLOSURE)
        raise
    relay.attach(socket, 2 * context.shared.hub.context.limits.burst)
    log.info("socket relayed", extra={"socket": relay.name, "peer": relay.node})
    if opening.is_ended:
        relay.disconnect(CloseCode.SIGNED_OUT)


async def _accept_and_close(
    connections: ConnectionRegistry, request: Request, door: Door, subprotocol: str, code: CloseCode
) -> None:
    """Refuse with a close code: the page's script cannot see why a handshake failed."""
    with connections.without_login(request.network):
        socket = await door.accept(subprotocol, None)
        until_closed = _UntilClosed()
        socket.attach(until_closed)
        socket.close(code, "")
        connections.count_close(code)
        await until_closed.event.wait()


class _UntilClosed:
    """Ignores all messages; `event` is set when the websocket is closed."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def on_text(self, _data: bytes) -> None:
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

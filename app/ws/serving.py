"""Serves the login of an accepted websocket, whichever node has accepted it."""

import logging

from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Session
from app.live.ports import DisconnectReason
from app.live.sessions import Opening
from app.services.session_lookup import SessionLookup
from app.ws.close_codes import CloseCode
from app.ws.connection import CartConnection
from app.ws.context import ConnectionContext
from app.ws.edge_relays import Visitor
from app.ws.socket import AcceptedSocket

log = logging.getLogger(__name__)


async def serve(
    context: ConnectionContext,
    socket: AcceptedSocket,
    session: Session,
    opening: Opening,
    visitor: Visitor,
) -> None:
    """Serve *session* over *socket*, and return once its hello has come."""
    session = opening.renewed or session
    connection = CartConnection(socket, session, visitor.name, context, visitor.place)
    connection.speak(session.language or visitor.language)
    socket.attach(connection, 2 * context.hub.context.limits.burst)
    if log.isEnabledFor(logging.INFO):
        log.info(
            "socket opened",
            extra={
                "socket": visitor.name,
                "account": session.account,
                "session": session.id_hash[:16],
                "address": visitor.address,
            },
        )
    if opening.is_ended:
        connection.disconnect(DisconnectReason.SIGNED_OUT)
    await connection.serve_hello()


async def serve_relayed(
    context: ConnectionContext, lookup: SessionLookup, socket: AcceptedSocket, visitor: Visitor
) -> None:
    """Serve a websocket that another node accepted, and return once its hello has come.

    Its login is looked up here once more: so no end of it is missed that came in between.
    """
    with context.sessions.opening(visitor.login) as opening:
        try:
            session = await lookup.find(visitor.login)
        except DatabaseUnavailable:
            _refuse(context, socket, CloseCode.OVERLOADED)
            return
        if session is None:
            _refuse(context, socket, CloseCode.NO_LOGIN)
        elif context.connections.is_crowded(session.account):
            _refuse(context, socket, CloseCode.OVERLOADED)
        else:
            with context.connections.without_hello(session.account):
                await serve(context, socket, session, opening, visitor)


def _refuse(context: ConnectionContext, socket: AcceptedSocket, code: CloseCode) -> None:
    socket.close(code, "")
    context.connections.count_close(code)

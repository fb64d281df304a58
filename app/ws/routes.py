"""Where handshakes arrive: the addresses of the websocket and of the event stream."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

from uvicorn.protocols.utils import ClientDisconnected

from app.ws.edge_relays import Visitor
from app.ws.event_door import EventDoor, FirstFrames
from app.ws.handshake import WsContext, answer
from app.ws.handshake_request import App, Receive, Request, Scope, Send
from app.ws.socket import AcceptedSocket

PATH = "/ws"
EVENTS_PATH = "/api/cart/events"
SOCKET = "shop.socket"
"""The key of the ASGI scope under which the server puts the websocket."""


class Handshakes:
    """An ASGI application that answers the handshakes, and passes all else on to *app*.

    A handshake needs neither routes nor sessions of the web framework, which would cost more than
    all the rest of it. It says no more about a request than what the handshake checks.
    """

    def __init__(self, app: App, context: WsContext):
        self.app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a handshake, or pass the request on."""
        if scope["type"] == "websocket" and scope["path"] == PATH:
            await self._open_websocket(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == EVENTS_PATH and scope["method"] == "GET":
            await self._open_events(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _open_events(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = self._context
        first = FirstFrames.of(scope)
        door = EventDoor(context.streams, first, context.refusal_headers, receive, send)
        try:
            await answer(context, Request.of(scope, first.offered), door)
            await door.until_closed()
        finally:
            door.abandon()

    async def _open_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        with suppress(ClientDisconnected):  # a client that disconnects needs no answer
            request = Request.of(scope, scope["subprotocols"])
            await answer(self._context, request, _WebsocketDoor(scope, send))


class _WebsocketDoor:
    """Answers the handshake of a websocket."""

    def __init__(self, scope: Scope, send: Send):
        self._scope = scope
        self._send = send

    async def refuse(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        """Answer with an HTTP response without a body."""
        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        start = {"type": "websocket.http.response.start", "status": int(status), "headers": named}
        await self._send(start)
        await self._send({"type": "websocket.http.response.body", "body": b""})

    async def accept(self, subprotocol: str, _visitor: Visitor | None) -> AcceptedSocket:
        """Accept, and return the websocket."""
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        socket: AcceptedSocket = self._scope[SOCKET]
        return socket

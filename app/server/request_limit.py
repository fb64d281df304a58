"""The limit on what one client has open at once, behind a proxy whose connections all share."""

from app.server.connection_limits import ConnectionLimits
from app.server.refusal import UNAVAILABLE, refusal_headers
from app.ws.handshake_request import App, Receive, Scope, Send
from app.ws.routes import SOCKET

_SORRY = b"Too many requests of one network are open."


class RequestLimit:
    """An ASGI application that counts the requests and websockets of each client of *app*.

    The client is the one that a trusted proxy names, as for all other limits by address.
    """

    def __init__(self, app: App, limits: ConnectionLimits):
        self.app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 503."""
        client = scope.get("client")
        if scope["type"] == "lifespan" or not client:
            await self.app(scope, receive, send)
        elif (seat := self._limits.enter_request(client[0])) is None:
            await _refuse(scope, send)
        elif scope["type"] == "websocket":
            scope[SOCKET].hold(seat)
            await self.app(scope, receive, send)
        else:
            try:
                await self.app(scope, receive, send)
            finally:
                seat.leave()


async def _refuse(scope: Scope, send: Send) -> None:
    kind = "websocket.http" if scope["type"] == "websocket" else "http"
    headers = refusal_headers(UNAVAILABLE, _SORRY)
    await send({"type": f"{kind}.response.start", "status": UNAVAILABLE, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": _SORRY})

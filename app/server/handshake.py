"""The part that Quart has in a websocket.

It relies on internals of Quart, so its version is pinned.
"""

from typing import Any

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from quart.asgi import ASGIWebsocketConnection


class ShopHandshake(ASGIWebsocketConnection):
    """Quart's part in a websocket: the handshake, and nothing after it.

    Quart would keep two tasks and a queue for as long as the websocket is open. Here the route
    attaches a listener to the accepted `ShopSocket` and returns.
    """

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Run the route."""
        await receive()
        await self.handle_websocket(self._create_websocket_from_scope(send), send)

    async def accept_connection(
        self, send: ASGISendCallable, headers: Any, subprotocol: str | None
    ) -> None:
        """Accept, and have Quart take the websocket for closed, so that it never closes it."""
        await super().accept_connection(send, headers, subprotocol)
        self._closed = True

"""The shop's own websocket and server, with a listener that echoes messages.

It listens on port PORT. Autobahn's cases need an echo; they test every layer below the cart.
"""

import asyncio
import os

from websockets.frames import Frame, Opcode

from app.server.lifecycle import make_server
from app.server.websocket import ShopSocket
from app.ws.handshake_request import Receive, Scope, Send
from app.ws.routes import SOCKET

LARGEST = 16 * 1024 * 1024
FRAMES_A_SECOND = 1_000_000


class EchoSocket(ShopSocket):
    """The shop's websocket, which also echoes binary messages instead of refusing them."""

    def send_receive_event_to_app(self) -> None:
        """Echo a complete binary message."""
        if self.curr_msg_data_type == "text":
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if not self.is_closing:
            self.transport.write(Frame(Opcode.BINARY, data).serialize(mask=False))


class EchoListener:
    """Echoes text messages; closes on a protocol error."""

    def __init__(self, socket: EchoSocket):
        self._socket = socket

    def on_text(self, data: bytes) -> None:
        """Echo a text, which must be in UTF-8."""
        self._socket.write([data.decode().encode()])

    def on_binary(self) -> None:
        """Do nothing: `EchoSocket` echoes binary messages."""

    def on_protocol_error(self, code: int, reason: str) -> None:
        """Close the websocket."""
        self._socket.close(code, reason)

    def on_writable(self) -> None:
        """Do nothing: no message is queued."""

    def on_close(self, _code: int) -> None:
        """Do nothing: there is no state to clean up."""


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept each websocket."""
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    socket: EchoSocket = scope[SOCKET]
    socket.attach(EchoListener(socket), FRAMES_A_SECOND)


def main() -> None:
    """Serve until a signal stops the process."""

    async def drain(_: object) -> None:
        await asyncio.sleep(0)

    server = make_server(echo, "127.0.0.1", int(os.environ["PORT"]), lambda: None, drain)
    server.config.ws, server.config.ws_max_size = EchoSocket, LARGEST
    server.run()


if __name__ == "__main__":
    main()

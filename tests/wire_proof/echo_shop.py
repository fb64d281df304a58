"""The shop's own socket and server command, with a listener that returns what it hears.

PORT says where. Autobahn's cases want an echo; what is tried is all that is below the cart.
"""

import asyncio
import os

from quart import Quart, websocket
from websockets.frames import Frame, Opcode

from app.server.lifecycle import make_server
from app.server.websocket import ShopSocket
from app.ws.routes import SOCKET

LARGEST = 16 * 1024 * 1024
FRAMES_A_SECOND = 1_000_000


class Echo(ShopSocket):
    """The shop's socket; binary messages, which it refuses, come back too."""

    def send_receive_event_to_app(self) -> None:
        """Return a whole binary message."""
        if self.curr_msg_data_type == "text":
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if not self.is_closing:
            self.transport.write(Frame(Opcode.BINARY, data).serialize(mask=False))


class Parrot:
    """Echoes messages; closes as soon as something is wrong."""

    def __init__(self, line: Echo):
        self._line = line

    def on_text(self, text: str) -> None:
        """Return a text."""
        self._line.write([text.encode()])

    def on_binary(self) -> None:
        """Nothing is refused here."""

    def on_protocol_error(self, code: int, reason: str) -> None:
        """Hang up."""
        self._line.close(code, reason)

    def on_writable(self) -> None:
        """Nothing waits."""

    def on_close(self, _code: int) -> None:
        """Nothing is kept."""


def main() -> None:
    """Serve until told to stop."""
    quart = Quart("echo")

    @quart.websocket("/")
    async def parrot() -> None:
        await websocket.accept()
        line: Echo = websocket.scope[SOCKET]  # type: ignore[literal-required]
        line.attach(Parrot(line), FRAMES_A_SECOND)

    async def leave(_: object) -> None:
        await asyncio.sleep(0)

    server = make_server(quart, "127.0.0.1", int(os.environ["PORT"]), lambda: None, leave)
    server.config.ws, server.config.ws_max_size = Echo, LARGEST
    server.run()


if __name__ == "__main__":
    main()

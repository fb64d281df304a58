"""The edge of a relayed websocket: the node that accepted it passes everything on to the owner."""

from collections.abc import Callable, Iterable

from app.bus.relay_frames import Binary, Broken, Close, Ended, Read, Text, Texts, ToOwner, Written
from app.domain.limits import MOST_TEXTS
from app.protocol.encode import encode
from app.protocol.messages import Drain
from app.ws.close_codes import CloseCode
from app.ws.registry import ConnectionRegistry
from app.ws.relayed_socket import BYTES_A_CREDIT
from app.ws.socket import AcceptedSocket


class EdgeRelay:
    """The listener of a websocket whose cart is owned by *node*.

    It handles no message itself. It pauses the client when `MOST_TEXTS` are on their way, and
    reports what the client has read, so that the owner knows how slow it is. What the owner
    sends before the websocket is accepted waits. *on_end* is called once it is closed.
    """

    def __init__(
        self,
        name: str,
        node: str,
        send: Callable[[ToOwner], None],
        connections: ConnectionRegistry,
        on_end: Callable[["EdgeRelay"], None],
    ):
        self.name = name
        self.node = node
        self.unread = 0
        self._send = send
        self._connections = connections
        self._on_end = on_end
        self._socket: AcceptedSocket | None = None
        self._early: list[Texts | Close] = []
        self._may_send = MOST_TEXTS
        self._read_bytes = 0

    def attach(self, socket: AcceptedSocket, frames_per_s: int) -> None:
        """Relay for *socket*, which was accepted, from now on."""
        self._socket = socket
        self._connections.inside.add(self)
        socket.attach(self, frames_per_s)
        early, self._early = self._early, []
        for frame in early:
            self.on_frame(frame)

    # Called by the websocket

    def on_text(self, data: bytes) -> None:
        """Pass a text on; raises `UnicodeDecodeError` if it is not in UTF-8."""
        data.decode()
        self._pass_on(Text(self.name, data))

    def on_binary(self) -> None:
        """Pass on that a binary message came."""
        self._pass_on(Binary(self.name))

    def on_protocol_error(self, code: int, reason: str) -> None:
        """Have the owner close with this code, once it has answered what came before."""
        self._send(Broken(self.name, code, reason))

    def on_writable(self) -> None:
        """Report what the client has read."""
        self._report_read()

    def on_close(self, code: int) -> None:
        """Tell the owner, and forget the websocket."""
        self._connections.inside.discard(self)
        self._socket = None
        self._send(Ended(self.name, code))
        self._on_end(self)

    # Called for what comes from the owner

    def on_frame(self, frame: Texts | Close) -> None:
        """Write or close as the owner says."""
        if self._socket is None:
            self._early.append(frame)
        elif isinstance(frame, Close):
            self._socket.close(frame.code, frame.reason)
        else:
            self._write(self._socket, frame.texts)

    def on_read(self, frame: Read) -> None:
        """Let the client send more."""
        was_paused, self._may_send = self._may_send <= 0, self._may_send + frame.frames
        if was_paused and self._may_send > 0 and self._socket:
            self._socket.resume()

    def on_lost(self) -> None:
        """Have the client connect again, since the owner cannot be reached."""
        self.on_frame(Close(self.name, CloseCode.RESTARTING, ""))

    # Called by this server

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        """Ask the client to reconnect elsewhere."""
        if self._socket:
            self._socket.write([encode(Drain(open_after_ms, close_in_ms))])

    def restart(self) -> None:
        """Close, because this server ends."""
        self.on_lost()

    def disconnect(self, code: CloseCode) -> None:
        """Close with *code*."""
        self.on_frame(Close(self.name, code, ""))

    def _pass_on(self, frame: Text | Binary) -> None:
        self._may_send -= 1
        if self._may_send <= 0 and self._socket:
            self._socket.pause()
        self._send(frame)

    def _write(self, socket: AcceptedSocket, texts: Iterable[bytes]) -> None:
        written = list(texts)
        socket.write(written)
        self._read_bytes += sum(map(len, written))
        if self._read_bytes >= BYTES_A_CREDIT and not socket.is_full:
            self._report_read()

    def _report_read(self) -> None:
        if self._read_bytes:
            self._send(Written(self.name, self._read_bytes))
            self._read_bytes = 0

"""Messages on their way to one tab. All that one turn of the event loop has for it is one write."""

import asyncio
from abc import ABC, abstractmethod

from app.domain.languages import ENGLISH, Language
from app.domain.verdicts import Ok, RetryLater
from app.i18n.languages import negotiate
from app.protocol.encode import encode_ok
from app.protocol.messages import PatchMessage, Prices, ServerMessage, Snapshot
from app.ws.context import ConnectionContext
from app.ws.flow_control import ANSWERS, FlowControl
from app.ws.socket import Socket

SEND_S = 5.0
"""How long a client may take to read before it is disconnected."""
MOST_FRAMES = 64
MOST_BYTES = 256 * 1024
STATE = frozenset({PatchMessage, Prices, Snapshot})
"""Messages that a snapshot can replace."""


class SendQueue(FlowControl, ABC):
    """The sending half of a connection: frames are written in order, or wait, within bounds.

    They wait for the end of the turn, or until the client has read what was written before
    (back-pressure). Verdicts and other answers are kept, because they are sent once only. `STATE`
    can be replaced: once some was dropped, a snapshot is owed, and sent when the client reads on.

    Bit n of `_states` is set if frame n is state. `_closing` has code and reason once the
    connection is to be closed, `_is_closed` says that it is.
    """

    __slots__ = (
        "_bytes",
        "_closing",
        "_encoder",
        "_encoder_of",
        "_flusher",
        "_frames",
        "_is_closed",
        "_loop",
        "_owes_snapshot",
        "_stall_timer",
        "_states",
        "_will_flush",
        "wrote_at_s",
    )

    def __init__(self, socket: Socket, context: ConnectionContext):
        super().__init__(socket)
        self._encoder_of = context.encoder
        self._encoder = context.encoder(ENGLISH)
        self._flusher = context.flusher
        self._loop = asyncio.get_running_loop()
        self.wrote_at_s = self._loop.time()
        self._frames: list[bytes] = []
        self._states = 0
        self._bytes = 0
        self._owes_snapshot = False
        self._will_flush = False
        self._stall_timer: asyncio.TimerHandle | None = None
        self._closing: tuple[int, str] | None = None
        self._is_closed = False

    @abstractmethod
    def _on_retry_later(self, later: RetryLater) -> None:
        """Handle that an op has to be sent again *later*."""

    @abstractmethod
    def _state(self) -> list[ServerMessage]:
        """Return all that the tab shows, in place of state that was dropped."""

    @abstractmethod
    def _on_flush(self) -> None:
        """Handle a flush: reading may go on or must stop, or the connection can be closed."""

    @abstractmethod
    def _on_stalled(self) -> None:
        """Handle that the client has read nothing for `SEND_S`."""

    @property
    def unread(self) -> int:
        """How many frames wait to be written."""
        return len(self._frames)

    @property
    def language(self) -> Language:
        """The language of what is sent."""
        return self._encoder.language

    def speak(self, preferred: str | None) -> None:
        """Send everything from now on in the language that is nearest to *preferred*, if any is."""
        if preferred is not None:
            self._encoder = self._encoder_of(negotiate(preferred))

    def tell(self, message: ServerMessage) -> None:
        """Send *message* at the end of this turn of the loop.

        Each verdict and, in each tab, each patch passes through here, so it is one piece that
        calls nothing it can do without (`bench/calls.py` counts).
        """
        if self._is_closed:
            return
        frames = self._frames
        if type(message) is Ok:
            self._unanswered -= 1
            frame = encode_ok(message)
        else:
            if type(message) in STATE:
                if self._owes_snapshot:  # which will be newer
                    return
                self._states |= 1 << len(frames)
            elif type(message) in ANSWERS:
                self._unanswered -= 1
                if isinstance(message, RetryLater):
                    self._on_retry_later(message)
            encoder = self._encoder
            frame = encoder.frame if message is encoder.message else encoder.encode(message)
        frames.append(frame)
        self._bytes += len(frame)
        if len(frames) > MOST_FRAMES or self._bytes > MOST_BYTES:
            self._make_room()
        if not self._will_flush:
            self._will_flush = True
            flusher = self._flusher
            if not flusher.waiting:
                flusher.start()
            flusher.waiting.append(self)

    def flush(self, now_s: float) -> None:
        """Write what waits; if the client has not read what was written before, wait for that."""
        self._will_flush = False
        if self._is_closed:
            return
        if self._socket.is_full:
            self._start_stall_timer()
            return
        if self._owes_snapshot:
            self._owes_snapshot = False
            state = self._state()  # which may itself tell, for a voucher
            self._frames += map(self._encoder.encode, state)
        if self._frames:
            frames, self._frames = self._frames, []
            self._bytes = self._states = 0
            self._socket.write(frames)
            self.wrote_at_s = now_s
        if self._closing or self._is_paused or self._socket.is_full:
            self._on_flush()

    def flush_soon(self) -> None:
        """Write at the end of this turn of the loop, and do what has to follow a flush."""
        if not self._will_flush:
            self._will_flush = True
            self._flusher.add(self)

    def on_writable(self) -> None:
        """Write what waited for the client to read."""
        self._stop_stall_timer()
        self.flush_soon()

    def _make_room(self) -> None:
        """Write at once, or, if the client does not read, drop state.

        So the memory that a slow client takes is bounded, and no tab misses a verdict.
        """
        if self._socket.is_full:
            self._drop_state()
        else:
            self.flush(self._loop.time())

    def _drop_state(self) -> None:
        """Drop all state, and owe a snapshot for it."""
        self._frames = [
            frame for at, frame in enumerate(self._frames) if not self._states >> at & 1
        ]
        self._bytes, self._states = sum(map(len, self._frames)), 0
        self._owes_snapshot = True

    def _start_stall_timer(self) -> None:
        if self._stall_timer is None:
            self._stall_timer = self._loop.call_later(SEND_S, self._on_stalled)

    def _stop_stall_timer(self) -> None:
        if self._stall_timer:
            self._stall_timer.cancel()
            self._stall_timer = None

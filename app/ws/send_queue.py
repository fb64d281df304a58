"""Frames on their way to one tab. All that one turn of the event loop has for it is one write."""

import asyncio
from collections.abc import Callable

from app.protocol.messages import PatchMessage, Prices, Snapshot
from app.ws.socket import Socket

SEND_S = 5.0
"""How long a client may take to read before it is disconnected."""
MOST_FRAMES = 64
MOST_BYTES = 256 * 1024
STATE = frozenset({PatchMessage, Prices, Snapshot})
"""Messages that a snapshot can replace."""


class Backlog:
    """Frames that wait to be sent, within bounds.

    Verdicts and other answers are kept, because they are sent once only. `STATE` can be replaced:
    once some was dropped, `owes_snapshot` is true until a snapshot is sent.
    """

    def __init__(self) -> None:
        self._frames: list[tuple[bytes, bool]] = []
        self._bytes = 0
        self.owes_snapshot = False

    def __len__(self) -> int:
        """Return how many frames wait."""
        return len(self._frames)

    def add(self, frame: bytes, *, is_state: bool) -> bool:
        """Add *frame*; say whether the backlog is over its bounds now.

        State is not added while a snapshot is owed, which will be newer.
        """
        if is_state and self.owes_snapshot:
            return False
        self._frames.append((frame, is_state))
        self._bytes += len(frame)
        return len(self._frames) > MOST_FRAMES or self._bytes > MOST_BYTES

    def take(self) -> list[bytes]:
        """Remove and return all frames in order; the caller handles `owes_snapshot`."""
        frames = [frame for frame, _ in self._frames]
        self._frames.clear()
        self._bytes = 0
        return frames

    def drop_state(self) -> None:
        """Drop all state, and owe a snapshot for it."""
        self._frames = [(frame, is_state) for frame, is_state in self._frames if not is_state]
        self._bytes = sum(len(frame) for frame, _ in self._frames)
        self.owes_snapshot = True


class SendQueue:
    """Writes frames in order, and keeps them while the client does not read (back-pressure).

    *snapshot* returns the frames that replace dropped state. *on_flush* is called after a write,
    *on_stalled* if the client has read nothing for `SEND_S`.
    """

    def __init__(
        self,
        socket: Socket,
        snapshot: Callable[[], list[bytes]],
        on_flush: Callable[[], None],
        on_stalled: Callable[[], None],
    ):
        self._socket = socket
        self._snapshot = snapshot
        self._on_flush = on_flush
        self._on_stalled = on_stalled
        self._loop = asyncio.get_running_loop()
        self._backlog = Backlog()
        self._will_flush = False
        self._stall_timer: asyncio.TimerHandle | None = None
        self.wrote_at_s = self._loop.time()

    @property
    def waiting(self) -> int:
        """How many frames wait to be written."""
        return len(self._backlog)

    def add(self, frame: bytes, *, is_state: bool) -> None:
        """Have *frame* written at the end of this turn of the loop.

        If too much waits, it is written at once, or, if the client does not read, state is
        dropped. So the memory that a slow client takes is bounded, and no tab misses a verdict.
        """
        if self._backlog.add(frame, is_state=is_state):
            if self._socket.is_full:
                self._backlog.drop_state()
            else:
                self.flush()
        if not self._will_flush:
            self.flush_soon()

    def flush_soon(self) -> None:
        """Write at the end of this turn of the loop."""
        if not self._will_flush:
            self._will_flush = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what waits; if the client has not read what was written before, wait for that."""
        self._will_flush = False
        if self._socket.is_full:
            self._start_stall_timer()
            return
        frames = self._backlog.take()
        if self._backlog.owes_snapshot:
            self._backlog.owes_snapshot = False
            frames += self._snapshot()
        if frames:
            self._socket.write(frames)
            self.wrote_at_s = self._loop.time()
        self._on_flush()

    def on_writable(self) -> None:
        """Write what waited for the client to read."""
        self.stop()
        self.flush_soon()

    def stop(self) -> None:
        """Stop waiting for the client."""
        if self._stall_timer:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _start_stall_timer(self) -> None:
        if self._stall_timer is None:
            self._stall_timer = self._loop.call_later(SEND_S, self._on_stalled)

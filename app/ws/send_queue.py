"""The way out to one tab: all that happens in one turn of the loop is one write."""

import asyncio
from collections.abc import Callable

from app.ws.backlog import Backlog
from app.ws.socket import Socket

SEND_S = 5.0


class SendQueue:
    """Writes frames in order, and keeps them while the client does not read.

    *flushed* is called after a write, *stalled* when the client has not read for five seconds;
    *snapshot* makes the frames that stand for all the state that had to be dropped.
    """

    def __init__(
        self,
        socket: Socket,
        snapshot: Callable[[], list[bytes]],
        flushed: Callable[[], None],
        stalled: Callable[[], None],
    ):
        self._socket = socket
        self._snapshot = snapshot
        self._flushed = flushed
        self._stalled = stalled
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
        """Have *frame* written."""
        if self._backlog.add(frame, is_state=is_state):
            self._make_room()
        if not self._will_flush:
            self.flush_soon()

    def flush_soon(self) -> None:
        """Write at the end of this turn of the loop."""
        if not self._will_flush:
            self._will_flush = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what waits, if there is room for it."""
        self._will_flush = False
        if self._socket.is_full:
            self._await_room()
            return
        frames = self._backlog.take()
        if self._backlog.owes_snapshot:
            self._backlog.owes_snapshot = False
            frames += self._snapshot()
        if frames:
            self._socket.write(frames)
            self.wrote_at_s = self._loop.time()
        self._flushed()

    def writable(self) -> None:
        """Learn that there is room again."""
        self.stop()
        self.flush_soon()

    def stop(self) -> None:
        """Wait for room no longer."""
        if self._stall_timer:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _make_room(self) -> None:
        if self._socket.is_full:
            self._backlog.drop_state()
        else:
            self.flush()

    def _await_room(self) -> None:
        if self._stall_timer is None:
            self._stall_timer = self._loop.call_later(SEND_S, self._stalled)

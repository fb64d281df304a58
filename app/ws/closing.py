"""How a connection closes: at once, or after the answers to what came before."""

import asyncio
from abc import abstractmethod

from app.ws.context import ConnectionContext
from app.ws.hello import HelloWait
from app.ws.send_queue import SendQueue
from app.ws.socket import Socket

ANSWERS_S = 5.0
"""How long a connection that is to close waits for verdicts on ops that came before."""
LONGEST_REASON = 100


class ClosingQueue(SendQueue):
    """The sending half of a connection, which ends with a close frame."""

    def __init__(self, socket: Socket, context: ConnectionContext):
        super().__init__(socket, context)
        self._hello_wait = HelloWait()
        self._answers_timer: asyncio.TimerHandle | None = None

    @abstractmethod
    def _leave(self) -> None:
        """Stop all timers, and release what the connection holds."""

    def _close_after_answers(self, code: int, reason: str) -> None:
        """Close once all ops that came before are answered (protocol.md §2)."""
        if self._closing is None:
            self._closing = (code, reason)
            self._hello_wait.cancel()
            self.flush_soon()
            self._answers_timer = self._loop.call_later(ANSWERS_S, self._close)

    def _close_now(self, code: int, reason: str) -> None:
        """Write what waits, and close without waiting for verdicts."""
        if not self._is_closed:
            self._closing, self._unanswered = (code, reason), 0
            self.flush(self._loop.time())
            self._close()

    def _close(self) -> None:
        if self._closing and not self._is_closed:
            code, reason = self._closing
            self._leave()
            self._socket.close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))

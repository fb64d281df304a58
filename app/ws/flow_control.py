"""Whether more is read from a tab (protocol.md §6)."""

from app.domain.limits import MOST_PENDING
from app.ws.socket import Socket


class FlowControl:
    """Stops reading while a tab waits for its welcome or for many answers, or does not read.

    `unanswered` counts its ops without a verdict.
    """

    def __init__(self, socket: Socket):
        self.unanswered = 0
        self._socket = socket
        self._is_stopped = False

    def stop(self) -> None:
        """Read no more, until `mind` finds that it may go on."""
        self._is_stopped = True
        self._socket.pause()

    def asked(self) -> None:
        """Learn of an op."""
        self.unanswered += 1
        if self.unanswered >= MOST_PENDING:
            self.stop()

    def mind(self) -> None:
        """Stop, or go on."""
        must_stop = self.unanswered >= MOST_PENDING or self._socket.is_full
        if must_stop and not self._is_stopped:
            self.stop()
        elif self._is_stopped and not must_stop:
            self._is_stopped = False
            self._socket.resume()

"""Back-pressure: whether more is read from a tab (protocol.md §6)."""

from app.domain.limits import MOST_PENDING
from app.domain.verdicts import No, Ok, RetryLater
from app.protocol.messages import Need
from app.ws.socket import Socket

ANSWERS = frozenset({Ok, No, RetryLater, Need})
"""Each of these messages answers one op."""


class FlowControl:
    """Pauses reading while a tab waits for its welcome or for many verdicts, or does not read.

    `_unanswered` counts the tab's ops without a verdict. An op costs memory until its commit; a
    client that could send without end would fill the server faster than the disk empties it.
    """

    __slots__ = ("_is_paused", "_socket", "_unanswered")

    def __init__(self, socket: Socket):
        self._socket = socket
        self._unanswered = 0
        self._is_paused = False

    def _pause_reading(self) -> None:
        """Pause reading until `_update_reading` finds no reason for it."""
        self._is_paused = True
        self._socket.pause()

    def _update_reading(self) -> None:
        """Pause or resume, as things are now."""
        must_pause = self._unanswered >= MOST_PENDING or self._socket.is_full
        if must_pause and not self._is_paused:
            self._pause_reading()
        elif self._is_paused and not must_pause:
            self._is_paused = False
            self._socket.resume()

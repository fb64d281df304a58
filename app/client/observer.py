"""Who wants to see every frame of a tab: traces, checks, measurements."""


class Observer:
    """Sees all that goes over a tab's sockets, and does nothing; override what you want to see.

    `gen` counts the sockets of the tab from 1. These are called on the way, so be quick.
    """

    def opened(self, gen: int) -> None:
        """See that a socket was opened."""

    def sent(self, gen: int, frame: str) -> None:
        """See a frame just before it goes out."""

    def received(self, gen: int, frame: bytes) -> None:
        """See a frame that came in before anything is done about it."""

    def closed(self, gen: int, code: int, reason: str) -> None:
        """See that a socket is closed; 1006 where nobody said why."""

    def exchanged(self, sent_bytes: int, received_bytes: int) -> None:
        """See what a request over HTTP and its answer weighed, heads included."""

    def failed(self, why: str) -> None:
        """See that no socket could be opened."""


BLIND = Observer()
"""Sees and does nothing."""

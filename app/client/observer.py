"""Observing a tab: every websocket it opens and every frame on it, for traces and checks."""


class Observer:
    """Callbacks that do nothing; override those of interest.

    `gen` numbers the websockets of the tab from 1. They run on the event loop, so be quick.
    """

    def opened(self, gen: int) -> None:
        """Handle the opening of a websocket."""

    def sent(self, gen: int, frame: str) -> None:
        """Handle a frame that is about to be sent."""

    def received(self, gen: int, frame: bytes) -> None:
        """Handle a received frame, before the tab does."""

    def closed(self, gen: int, code: int, reason: str) -> None:
        """Handle the close of a websocket; 1006 if there was no close frame."""

    def exchanged(self, sent_bytes: int, received_bytes: int) -> None:
        """Handle the response to an HTTP request; sizes include headers."""

    def failed(self, why: str) -> None:
        """Handle a websocket that could not be opened."""


NO_OBSERVER = Observer()
"""The default: observes nothing."""

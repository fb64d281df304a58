"""A tab's connection without a websocket: server-sent events down, requests of their own up.

Where websockets are blocked, a tab reads an HTTP response that does not end (protocol.md §9). To
its connection that is a socket like any other.
"""

import asyncio
from collections.abc import Iterable, Sequence

from app.bus.relay_frames import Broken, Text
from app.domain.limits import LARGEST_FRAME, MOST_TEXTS
from app.protocol.encode import to_json
from app.protocol.json import Fields
from app.ws.handshake_request import Receive, Send
from app.ws.queued_socket import QueuedSocket

GOING_AWAY = 1001
NOT_UTF8, TOO_LARGE = 1007, 1009
PADDING = b":" + b" " * 2048 + b"\n\n"
"""A comment that proxies which wait for some bytes before they pass any on have enough of."""


class EventStream(QueuedSocket):
    """An `AcceptedSocket` whose frames are the events of an HTTP response.

    `take` is given what its client sends. *first* are the client's first frames, which came with
    the request itself; *address* is where it sends the others to. `was_closed` says that the
    server has closed it.
    """

    def __init__(self, name: str, address: str, first: Iterable[bytes], send: Send):
        super().__init__()
        self.was_closed = False
        self._name = name
        self._send = send
        self._unsent: list[bytes] = []
        self._has_unsent = asyncio.Event()
        self._is_broken = False
        self._send_soon(PADDING + _event("open", {"to": address}))
        self._take_all(first)

    def take(self, texts: Sequence[bytes]) -> bool:
        """Take what the client sent; say whether there was room for it."""
        if len(self._waiting) + len(texts) > MOST_TEXTS:
            return False
        self._take_all(texts)
        return True

    def write(self, texts: Iterable[bytes]) -> None:
        """Send *texts*, an event each, in one write."""
        if not self._is_closed:
            self._send_soon(b"".join([b"data: %b\n\n" % text for text in texts]))

    def close(self, code: int, reason: str) -> None:
        """Send the close as the last event, and end the response."""
        if not self._is_closed:
            self._is_closed = self.was_closed = True
            self._waiting.clear()
            self._send_soon(_event("close", {"code": code, "reason": reason}))

    async def run(self, receive: Receive) -> None:
        """Send until the stream is closed or its client is gone, and tell the listener."""
        sending = asyncio.ensure_future(self._send_all())
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            ended, _ = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            sending.cancel()
            leaving.cancel()
            self.on_ended(GOING_AWAY)

    def _take_all(self, texts: Iterable[bytes]) -> None:
        """Take texts up to the first that is no frame; what follows that is of no interest."""
        for text in texts:
            if not self._is_broken:
                fault = _fault(text)
                self._is_broken = fault is not None
                self.on_frame(Broken(self._name, *fault) if fault else Text(self._name, text))

    def _send_soon(self, events: bytes) -> None:
        self._note_unread(len(events))
        self._unsent.append(events)
        self._has_unsent.set()

    async def _send_all(self) -> None:
        """Send what there is, time after time; the server waits while the client does not read."""
        is_last = False
        while not is_last:
            await self._has_unsent.wait()
            self._has_unsent.clear()
            events, self._unsent, is_last = b"".join(self._unsent), [], self._is_closed
            await self._send(
                {"type": "http.response.body", "body": events, "more_body": not is_last}
            )
            self._note_read(len(events))

    def _on_handled(self, frames: int) -> None:
        """Do nothing: the client is told of no window, and sends one request after the other."""


def _fault(text: bytes) -> tuple[int, str] | None:
    """Return the code and reason to close with, as a websocket would; None for a frame."""
    if len(text) > LARGEST_FRAME:
        return TOO_LARGE, ""
    try:
        text.decode()
    except UnicodeDecodeError:
        return NOT_UTF8, "not UTF-8"
    return None


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _event(name: str, fields: Fields) -> bytes:
    return f"event: {name}\ndata: {to_json(fields)}\n\n".encode()

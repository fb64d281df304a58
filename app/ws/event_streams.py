"""The open event streams of a node, and how what their clients send finds them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from itsdangerous import BadData, URLSafeSerializer

from app.bus.relay_frames import SentBeside
from app.domain.accounts import AccountId
from app.services.event_frames import Delivery
from app.ws.event_stream import EventStream


class Post(Protocol):
    """Sends to another node, perhaps in vain."""

    def send(self, node: str, *frames: SentBeside) -> None:
        """Send *frames* to *node*."""


class EndedBy(StrEnum):
    """Who ended a stream: the server with a close, or its client or the network without."""

    SERVER = "server"
    CLIENT = "client"


@dataclass(slots=True)
class StreamStats:
    """How many streams were opened, and how they and the requests that send to them ended."""

    opened: int = 0
    ended: Counter[EndedBy] = field(default_factory=Counter)
    deliveries: Counter[Delivery] = field(default_factory=Counter)

    @property
    def open(self) -> int:
        """How many are open."""
        return self.opened - self.ended.total()


class EventStreams:
    """The open streams by name, of clients that were let in.

    A client is told an address to send to. It names the node, the stream and the account, and is
    signed, so what a request brings to another node is passed on to the right one. *post* is
    None where there is no other node.
    """

    def __init__(self, node: str, signer: URLSafeSerializer, post: Post | None):
        self.stats = StreamStats()
        self._node = node
        self._signer = signer
        self._post = post
        self._streams: dict[str, EventStream] = {}

    def address(self, name: str, account: AccountId) -> str:
        """Return where the client of the stream *name* sends to."""
        return str(self._signer.dumps([self._node, name, account]))

    @contextmanager
    def open(self, name: str, stream: EventStream) -> Iterator[None]:
        """Have *stream* found by its name, if it has one."""
        if not name:
            yield
            return
        self._streams[name] = stream
        self.stats.opened += 1
        try:
            yield
        finally:
            del self._streams[name]
            self.stats.ended[EndedBy.SERVER if stream.was_closed else EndedBy.CLIENT] += 1

    def deliver(self, address: str, account: AccountId, texts: Sequence[bytes]) -> Delivery:
        """Give what a client of *account* sends to the stream at *address*, wherever that is."""
        delivery = self._deliver(address, account, texts)
        self.stats.deliveries[delivery] += 1
        return delivery

    def _deliver(self, address: str, account: AccountId, texts: Sequence[bytes]) -> Delivery:
        try:
            node, name, owner = self._signer.loads(address)
        except BadData:
            return Delivery.UNKNOWN
        if owner != account:
            return Delivery.UNKNOWN
        if node == self._node:
            return self._deliver_here(name, texts)
        if self._post is None:
            return Delivery.UNKNOWN
        self._post.send(node, SentBeside(name, list(texts)))
        return Delivery.DONE

    def on_passed_on(self, frame: SentBeside) -> None:
        """Take what arrived at another node; what is lost of it is sent again by the client."""
        self._deliver_here(frame.relay, frame.texts)

    def _deliver_here(self, name: str, texts: Sequence[bytes]) -> Delivery:
        stream = self._streams.get(name)
        if stream is None or stream.has_ended:
            return Delivery.UNKNOWN
        return Delivery.DONE if stream.take(texts) else Delivery.FULL

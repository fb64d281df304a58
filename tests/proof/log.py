"""The events that clients record while faults are injected: what they send and receive."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.json import Decoder

from app.client import Cart, Observer
from app.client.messages import NoMessage, OkMessage
from app.domain.verdicts import Verdict
from app.load.model import Contents, SentOp

ConnectionKey = tuple[int, int]
"""A tab's number, and the generation of its connection."""


class SocketOpened(NamedTuple):
    """A websocket was opened."""

    at_s: float
    account_id: str
    connection: ConnectionKey


class FrameSent(NamedTuple):
    """A tab sent a frame."""

    at_s: float
    account_id: str
    connection: ConnectionKey
    frame: str


class FrameReceived(NamedTuple):
    """A tab received a frame."""

    at_s: float
    account_id: str
    connection: ConnectionKey
    frame: bytes


class OpPosted(NamedTuple):
    """An op was sent over HTTP."""

    at_s: float
    account_id: str
    outbox: str
    op: SentOp


class OpAnswered(NamedTuple):
    """An op over HTTP got its verdict."""

    at_s: float
    account_id: str
    outbox: str
    verdict: Verdict


class CartRead(NamedTuple):
    """A cart was read over HTTP; the request was sent at *began_s*."""

    at_s: float
    account_id: str
    began_s: float
    at: str
    rev: int


class OrderRequested(NamedTuple):
    """An order of the cart at position *at* was requested."""

    at_s: float
    account_id: str
    key: str
    at: str


class OrderOutcome(NamedTuple):
    """The outcome of an order: its number, or "" if it was refused."""

    at_s: float
    account_id: str
    key: str
    number: str


class OrderCancelled(NamedTuple):
    """The shop confirmed that an order is cancelled."""

    at_s: float
    account_id: str
    number: str


class FaultInjected(NamedTuple):
    """A fault was injected."""

    at_s: float
    fault: str


Event = (
    SocketOpened
    | FrameSent
    | FrameReceived
    | OpPosted
    | OpAnswered
    | CartRead
    | OrderRequested
    | OrderOutcome
    | OrderCancelled
    | FaultInjected
)


class OrderRow(NamedTuple):
    """An order in the database."""

    number: str
    account: str
    key: str
    state: str
    lines: Mapping[str, int]


class FinalState(NamedTuple):
    """The final state, once all faults are healed and all ops are answered.

    `settled_s`: how long it took until no op waited. `agreed_s`: how long from then until each tab
    had the saved cart; infinite for a tab that never had. `stock` is before and after, by SKU.
    """

    settled_s: float
    agreed_s: Mapping[tuple[str, int], float]
    carts: Mapping[str, Cart]
    contents: Mapping[str, Contents]
    orders: tuple[OrderRow, ...]
    stock: tuple[Mapping[str, int], Mapping[str, int]]


class PatchSource(Struct, frozen=True):
    """The op that caused a patch; without outbox and number for an order."""

    k: str = ""
    outbox: str | None = None
    n: int | None = None


class ServerMessage(Struct, frozen=True):
    """A message of the server, with the fields that the checker needs."""

    t: str
    n: int = 0
    rev: int = -1
    prev: int = -1
    at: str = ""
    account: str = ""
    mode: str = ""
    last: int = 0
    verdicts: tuple[OkMessage | NoMessage, ...] = ()
    by: PatchSource | None = None
    note: str | None = None
    cart: dict[str, object] = {}


decode_message = Decoder(ServerMessage).decode


class Log:
    """All events, in order of occurrence."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def record_fault(self, fault: str) -> None:
        """Record that a fault was injected."""
        self.events.append(FaultInjected(time.monotonic(), fault))

    def injected_faults(self) -> list[str]:
        """Return the ids of the injected faults, in order."""
        return [event.fault for event in self.events if isinstance(event, FaultInjected)]


class TabRecorder(Observer):
    """Records the frames on the websockets of one tab."""

    def __init__(self, log: Log, account_id: str, tab: int):
        self._log = log.events
        self._account_id = account_id
        self._tab = tab

    def opened(self, gen: int) -> None:
        """Record the event."""
        self._log.append(SocketOpened(time.monotonic(), self._account_id, (self._tab, gen)))

    def sent(self, gen: int, frame: str) -> None:
        """Record the event."""
        self._log.append(FrameSent(time.monotonic(), self._account_id, (self._tab, gen), frame))

    def received(self, gen: int, frame: bytes) -> None:
        """Record the event."""
        self._log.append(FrameReceived(time.monotonic(), self._account_id, (self._tab, gen), frame))

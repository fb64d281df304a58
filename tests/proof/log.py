"""The events that clients record while faults are injected: what they send and receive."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.json import Decoder

from app.client import Cart, Observer
from app.domain.verdicts import Verdict
from app.load.frames import Frame, Line
from app.load.model import Authors, Contents, SentOp

ConnectionKey = tuple[int, int]
"""A tab's number, and the generation of its connection."""


class SocketOpened(NamedTuple):
    """A websocket was opened; `by` is the member of a household, empty for the cart's owner."""

    at_s: float
    account_id: str
    connection: ConnectionKey
    by: str = ""


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


class MemberRemoved(NamedTuple):
    """The shop confirmed that *by* is a member of the household no longer."""

    at_s: float
    account_id: str
    by: str


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
    | MemberRemoved
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
    `authors` are the members who put the lines of carts there.
    """

    settled_s: float
    agreed_s: Mapping[tuple[str, int], float]
    carts: Mapping[str, Cart]
    contents: Mapping[str, Contents]
    orders: tuple[OrderRow, ...]
    stock: tuple[Mapping[str, int], Mapping[str, int]]
    authors: Mapping[str, Authors] = {}


class SnapshotCart(Struct, frozen=True):
    """The cart in a snapshot."""

    note: str = ""
    lines: tuple[Line, ...] = ()
    saved: tuple[Line, ...] = ()
    suggested: tuple[Line, ...] = ()


class ServerMessage(Frame, frozen=True):
    """A message of the server, with the fields that the checker needs.

    `cart` is the whole cart in a snapshot, and its owner in a member's welcome.
    """

    at: str = ""
    cart: SnapshotCart | str = ""


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
    """Records the frames on the websockets of one tab, which shows the cart of *account_id*.

    *by* is the member of the household whose tab it is, empty for the cart's owner.
    """

    def __init__(self, log: Log, account_id: str, tab: int, by: str = ""):
        self._log = log.events
        self._by = by
        self._account_id = account_id
        self._tab = tab

    def opened(self, gen: int) -> None:
        """Record the event."""
        opened = SocketOpened(time.monotonic(), self._account_id, (self._tab, gen), self._by)
        self._log.append(opened)

    def sent(self, gen: int, frame: str) -> None:
        """Record the event."""
        self._log.append(FrameSent(time.monotonic(), self._account_id, (self._tab, gen), frame))

    def received(self, gen: int, frame: bytes) -> None:
        """Record the event."""
        self._log.append(FrameReceived(time.monotonic(), self._account_id, (self._tab, gen), frame))

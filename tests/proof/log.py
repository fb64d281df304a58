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

Where = tuple[int, int]
"""A tab's number, and the generation of its connection."""


class Opened(NamedTuple):
    """A websocket was opened."""

    at_s: float
    who: str
    where: Where


class Sent(NamedTuple):
    """A tab sent a frame."""

    at_s: float
    who: str
    where: Where
    frame: str


class Heard(NamedTuple):
    """A tab received a frame."""

    at_s: float
    who: str
    where: Where
    frame: bytes


class Posted(NamedTuple):
    """An op was sent over HTTP."""

    at_s: float
    who: str
    outbox: str
    op: SentOp


class Answered(NamedTuple):
    """An op over HTTP got its verdict."""

    at_s: float
    who: str
    outbox: str
    verdict: Verdict


class Looked(NamedTuple):
    """A cart was read over HTTP; the request was sent at *began_s*."""

    at_s: float
    who: str
    began_s: float
    at: str
    rev: int


class Ordered(NamedTuple):
    """An order of the cart at position *at* was requested."""

    at_s: float
    who: str
    key: str
    at: str


class Placed(NamedTuple):
    """The outcome of an order: its number, or "" if it was refused."""

    at_s: float
    who: str
    key: str
    number: str


class Cancelled(NamedTuple):
    """The shop confirmed that an order is cancelled."""

    at_s: float
    who: str
    number: str


class Struck(NamedTuple):
    """A fault was injected."""

    at_s: float
    fault: str


Event = Opened | Sent | Heard | Posted | Answered | Looked | Ordered | Placed | Cancelled | Struck


class Row(NamedTuple):
    """An order in the database."""

    number: str
    account: str
    key: str
    state: str
    lines: Mapping[str, int]


class Rest(NamedTuple):
    """The final state, once all faults are healed and all ops are answered.

    `quiet_s`: how long it took until no op waited. `agreed_s`: how long from then until each tab
    had the saved cart; infinite for a tab that never had. `stock` is before and after, by SKU.
    """

    quiet_s: float
    agreed_s: Mapping[tuple[str, int], float]
    carts: Mapping[str, Cart]
    contents: Mapping[str, Contents]
    orders: tuple[Row, ...]
    stock: tuple[Mapping[str, int], Mapping[str, int]]


class By(Struct, frozen=True):
    """The op that caused a patch; without outbox and number for an order."""

    k: str = ""
    outbox: str | None = None
    n: int | None = None


class Told(Struct, frozen=True):
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
    by: By | None = None
    note: str | None = None
    cart: dict[str, object] = {}


read_told = Decoder(Told).decode


class Log:
    """All events, in order of occurrence."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def struck(self, fault: str) -> None:
        """Record that a fault was injected."""
        self.events.append(Struck(time.monotonic(), fault))

    def strikes(self) -> list[str]:
        """Return the ids of the injected faults, in order."""
        return [event.fault for event in self.events if isinstance(event, Struck)]


class Pen(Observer):
    """Records the frames on the websockets of one tab."""

    def __init__(self, log: Log, who: str, tab: int):
        self._log = log.events
        self._who = who
        self._tab = tab

    def opened(self, gen: int) -> None:
        """Record the event."""
        self._log.append(Opened(time.monotonic(), self._who, (self._tab, gen)))

    def sent(self, gen: int, frame: str) -> None:
        """Record the event."""
        self._log.append(Sent(time.monotonic(), self._who, (self._tab, gen), frame))

    def received(self, gen: int, frame: bytes) -> None:
        """Record the event."""
        self._log.append(Heard(time.monotonic(), self._who, (self._tab, gen), frame))

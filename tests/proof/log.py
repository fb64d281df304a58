"""What clients write down while faults strike: what they asked, and what they heard."""

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
"""A tab and which of its connections."""


class Opened(NamedTuple):
    """A socket was opened."""

    at_s: float
    who: str
    where: Where


class Sent(NamedTuple):
    """A tab said something."""

    at_s: float
    who: str
    where: Where
    frame: str


class Heard(NamedTuple):
    """A tab was told something."""

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
    """An op that was posted has its verdict."""

    at_s: float
    who: str
    outbox: str
    verdict: Verdict


class Looked(NamedTuple):
    """A cart was read over HTTP; it was asked for at *began_s*."""

    at_s: float
    who: str
    began_s: float
    at: str
    rev: int


class Ordered(NamedTuple):
    """The cart at position *at* is to be bought."""

    at_s: float
    who: str
    key: str
    at: str


class Placed(NamedTuple):
    """What became of an order: its number, or nothing if it was refused."""

    at_s: float
    who: str
    key: str
    number: str


class Cancelled(NamedTuple):
    """An order was cancelled, and the shop said so."""

    at_s: float
    who: str
    number: str


class Struck(NamedTuple):
    """A fault began."""

    at_s: float
    fault: str


Event = Opened | Sent | Heard | Posted | Answered | Looked | Ordered | Placed | Cancelled | Struck


class Row(NamedTuple):
    """An order as the database has it."""

    number: str
    account: str
    key: str
    state: str
    lines: Mapping[str, int]


class Rest(NamedTuple):
    """How everything stands once all faults are over and nobody asks any more.

    `quiet_s`: how long it took until no op waited. `agreed_s`: how long from then until each tab
    showed the cart; infinite for one that never did. `stock` is before and after, by SKU.
    """

    quiet_s: float
    agreed_s: Mapping[tuple[str, int], float]
    carts: Mapping[str, Cart]
    contents: Mapping[str, Contents]
    orders: tuple[Row, ...]
    stock: tuple[Mapping[str, int], Mapping[str, int]]


class By(Struct, frozen=True):
    """Which op a patch says it comes of: none for an order."""

    k: str = ""
    outbox: str | None = None
    n: int | None = None


class Told(Struct, frozen=True):
    """All that matters of whatever the shop says."""

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
    """Keeps what happened, in its order."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def struck(self, fault: str) -> None:
        """Note that a fault began."""
        self.events.append(Struck(time.monotonic(), fault))

    def strikes(self) -> list[str]:
        """Return which faults began, in their order."""
        return [event.fault for event in self.events if isinstance(event, Struck)]


class Pen(Observer):
    """Writes down what goes over the sockets of one tab."""

    def __init__(self, log: Log, who: str, tab: int):
        self._log = log.events
        self._who = who
        self._tab = tab

    def opened(self, gen: int) -> None:
        """Note it."""
        self._log.append(Opened(time.monotonic(), self._who, (self._tab, gen)))

    def sent(self, gen: int, frame: str) -> None:
        """Note it."""
        self._log.append(Sent(time.monotonic(), self._who, (self._tab, gen), frame))

    def received(self, gen: int, frame: bytes) -> None:
        """Note it."""
        self._log.append(Heard(time.monotonic(), self._who, (self._tab, gen), frame))

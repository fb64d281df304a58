"""Who did what in a household, by what clients sent, and what they are told of that."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.load.frames import HELLO, OP, Line, decode_hello, decode_op
from tests.proof.log import (
    ConnectionKey,
    Event,
    FrameReceived,
    FrameSent,
    MemberRemoved,
    OpPosted,
    ServerMessage,
    SnapshotCart,
    SocketOpened,
    decode_message,
)

PATCH, SNAPSHOT = b'{"t":"patch"', b'{"t":"snapshot"'

Name = tuple[str, int]
"""An outbox and a number in it."""


class Tab(NamedTuple):
    """A connection: the member whose it is, empty for the cart's owner, and its outbox."""

    by: str
    outbox: str = ""


class Attribution:
    """Whose outboxes are, and who is in the household no longer, as clients know it.

    `found` are anomalies: their kinds and the evidence. A change is that of the member who sent it,
    a line is of one member for as long as it has its place, and who is removed is told of nothing
    that was sent after that.
    """

    def __init__(self) -> None:
        self.whose: dict[str, str] = {}
        self.found: list[tuple[str, str]] = []
        self._tabs: defaultdict[ConnectionKey, Tab] = defaultdict(lambda: Tab(""))
        self._sent: set[Name] = set()
        self._may_hear: dict[str, frozenset[Name]] = {}
        self._author_at: dict[int, str] = {}

    def is_gone(self, outbox: str) -> bool:
        """Say whether the one whose *outbox* is was removed."""
        return self.whose.get(outbox) in self._may_hear

    def add_event(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case SocketOpened(connection=connection, by=by):
                self._tabs[connection] = Tab(by)
            case FrameSent(connection=connection, frame=frame) if frame.startswith(HELLO):
                tab = self._tabs[connection]
                self._tabs[connection] = tab._replace(outbox=decode_hello(frame).outbox)
                self.whose[self._tabs[connection].outbox] = tab.by
            case FrameSent(connection=connection, frame=frame) if frame.startswith(OP):
                self._sent.add((self._tabs[connection].outbox, decode_op(frame).n))
            case OpPosted(outbox=outbox, op=op):
                self._sent.add((outbox, op.n))
            case MemberRemoved(by=by):
                self._may_hear[by] = frozenset(self._sent)
            case FrameReceived(connection=connection, frame=received):
                if received.startswith((PATCH, SNAPSHOT)):
                    self._on_message(self._tabs[connection], decode_message(received))
            case _:
                pass

    def _on_message(self, tab: Tab, message: ServerMessage) -> None:
        for by in message.by:
            if by.outbox is None or by.n is None:
                continue
            if (sender := self.whose.get(by.outbox, "")) != by.account:
                told = f"op {by.n} of {by.outbox} is called {by.account}'s"
                self.found.append(("attribution", f"{told}, and was sent by {sender}"))
            if (by.outbox, by.n) not in self._may_hear.get(tab.by, self._sent):
                self.found.append(("removal", f"{tab.by} is out, and was told of {by}"))
        for line in _lines(message):
            if (author := self._author_at.setdefault(line.pos, line.by)) != line.by:
                whose = f"the line at {line.pos} is {author}'s, and later {line.by}'s"
                self.found.append(("attribution", whose))


def _lines(message: ServerMessage) -> Iterator[Line]:
    """Yield all lines that *message* tells of."""
    told: Iterable[Line | None]
    if isinstance(message.cart, SnapshotCart):
        told = (*message.cart.lines, *message.cart.saved, *message.cart.suggested)
    else:
        told = (*message.lines.values(), *message.saved.values(), *message.suggested.values())
    yield from (line for line in told if line)

"""The history checker: compares what clients recorded with what the shop guarantees.

It knows the protocol and an independent model of a cart, and nothing of the shop. It reads each
account's events once, in order, and then replays its revisions one after the other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from app.domain.verdicts import Ok, RetryLater, Verdict
from app.load.frames import HELLO, OP, decode_hello, decode_op, decode_verdict
from app.load.model import Accepted, Contents, Model, SentOp
from tests.proof.log import (
    Answered,
    Cancelled,
    Event,
    Heard,
    Looked,
    Ordered,
    Placed,
    Posted,
    Rest,
    Row,
    Sent,
    Struck,
    Told,
    Where,
    read_told,
)

CONVERGED_S: Final = 2.0
QUIET_S: Final = 10.0
TAKEN_BACK: Final = "cancelled"
VERDICT: Final = b'{"t":"ok"', b'{"t":"no"'

Name = tuple[str, int]
"""An outbox and a number in it."""


class Anomaly(NamedTuple):
    """A broken guarantee: its kind, the account, and the evidence."""

    kind: str
    who: str
    what: str


def check(events: Iterable[Event], rest: Rest) -> list[Anomaly]:
    """Return every guarantee that was broken in a history that ended in the state *rest*."""
    books = {who: Books(who) for who in rest.carts}
    for event in events:
        if not isinstance(event, Struck):
            books[event.who].take(event)
    found = [anomaly for one in books.values() for anomaly in one.close(rest)]
    return [*found, *_check_rest(rest), *_check_stock(rest)]


class Line:
    """What one websocket has received; `floor` is the newest revision known at its hello."""

    def __init__(self) -> None:
        self.outbox = self.epoch = ""
        self.held = self.floor = -1
        self.answered = 0
        self.first_sent: set[int] = set()


class Books:
    """Checks the events of one account."""

    def __init__(self, who: str):
        self._who = who
        self._found: list[Anomaly] = []
        self._lines: defaultdict[Where, Line] = defaultdict(Line)
        self._known = 0
        self._floors: list[tuple[float, int]] = [(0.0, 0)]
        self._asked: dict[Name, tuple[SentOp, int]] = {}
        self._said: dict[Name, Verdict] = {}
        self._newest: Counter[str] = Counter()
        self._contents_at: dict[int, str] = {}
        self._made: dict[Name, int] = {}
        self._makers: dict[int, Name] = {}
        self._order_revs: set[int] = set()
        self._ordered: dict[str, int] = {}
        self._placed: dict[str, str] = {}
        self._cancelled: set[str] = set()

    def take(self, event: Event) -> None:
        """Check the next event."""
        match event:
            case Sent() | Heard():
                self._take_frame(event, self._lines[event.where])
            case Posted(outbox=outbox, op=op):
                self._ask(outbox, op, None)
            case Answered(outbox=outbox, verdict=verdict):
                self._rule(event.at_s, outbox, verdict)
            case Looked():
                self._look(event)
            case Ordered(key=key, at=at):
                self._ordered[key] = int(at.split(".")[1])
            case Placed(key=key, number=number) if number:
                self._place(event.at_s, key, number)
            case Cancelled(number=number):
                self._cancelled.add(number)
            case _:
                pass

    def close(self, rest: Rest) -> list[Anomaly]:
        """Compare the events with the final state; return all anomalies."""
        for name in self._asked.keys() - self._said.keys():
            self._object("liveness", f"op {name} never got a verdict")
        rows = [row for row in rest.orders if row.account == self._who]
        self._check_orders(rows)
        self._replay(rows, rest.carts[self._who].rev, rest.contents[self._who])
        return self._found

    def _take_frame(self, event: Sent | Heard, line: Line) -> None:
        match event:
            case Sent(frame=frame) if frame.startswith(OP):
                self._ask(line.outbox, decode_op(frame), line)
            case Sent(frame=frame) if frame.startswith(HELLO):
                self._greet(line, frame)
            case Heard(at_s=at_s, frame=heard) if heard.startswith(VERDICT):
                self._rule(at_s, line.outbox, decode_verdict(heard).verdict)
            case Heard(at_s=at_s, frame=heard):
                self._hear(at_s, line, read_told(heard))
            case _:
                pass

    # What the client sends

    def _greet(self, line: Line, frame: str) -> None:
        greeting = decode_hello(frame)
        line.outbox = greeting.outbox
        line.held, line.floor = greeting.rev, self._known
        line.answered = self._newest[greeting.outbox]
        line.epoch = _epoch(greeting.at or "")

    def _ask(self, outbox: str, op: SentOp, line: Line | None) -> None:
        name = (outbox, op.n)
        if name in self._asked:
            return
        self._asked[name] = (op, self._known)
        if line:
            line.first_sent.add(op.n)

    # What the client receives

    def _hear(self, at_s: float, line: Line, told: Told) -> None:
        match told.t:
            case "welcome":
                self._come_in(at_s, line, told)
            case "patch":
                self._follow(at_s, line, told)
            case "snapshot":
                self._start_from(at_s, line, told)
            case _:
                pass

    def _come_in(self, at_s: float, line: Line, told: Told) -> None:
        if told.account != self._who:
            self._object("isolation", f"welcomed as {told.account}")
        if told.last < line.answered:
            self._object("lost", f"op {line.answered} was answered; last is {told.last}")
        for said in told.verdicts:
            self._rule(at_s, line.outbox, said.verdict)
        if told.mode == "same" and line.held < line.floor:
            self._object("own writes", f"{line.held} is called current; {line.floor} was known")

    def _follow(self, at_s: float, line: Line, told: Told) -> None:
        if line.held != told.prev or told.rev != told.prev + 1:
            self._object("gap", f"held {line.held}, and received a patch {told.prev} → {told.rev}")
        if _epoch(told.at) != line.epoch:
            self._object("epoch", f"a tab of epoch {line.epoch} received a patch of {told.at}")
        line.held = told.rev
        self._own_note(told.note or "")
        if told.by and told.by.k == "order":
            self._order_revs.add(told.rev)
        elif told.by and told.by.outbox is not None and told.by.n is not None:
            self._credit(line, (told.by.outbox, told.by.n), told.rev)
        self._learn(at_s, told.rev, told.at)

    def _credit(self, line: Line, name: Name, rev: int) -> None:
        if name not in self._asked:
            self._object("invention", f"revision {rev} was made by {name}, which was never sent")
        elif name[0] == line.outbox and name[1] in line.first_sent and name not in self._said:
            self._object("order of patches", f"the patch of {name} came before its verdict")
        if (first := self._made.setdefault(name, rev)) != rev:
            self._object("duplicate", f"{name} made revisions {first} and {rev}")
        if (maker := self._makers.setdefault(rev, name)) != name:
            self._object("fork", f"revision {rev} was made by {maker} and by {name}")

    def _start_from(self, at_s: float, line: Line, told: Told) -> None:
        if told.rev < max(line.held, line.floor):
            self._object("own writes", f"back to {told.rev} from {max(line.held, line.floor)}")
        line.held, line.epoch = told.rev, _epoch(told.at)
        self._own_note(str(told.cart.get("note", "")))
        self._learn(at_s, told.rev, told.at)

    def _look(self, look: Looked) -> None:
        floor = next(rev for at_s, rev in reversed(self._floors) if at_s <= look.began_s)
        if look.rev < floor:
            self._object("own writes", f"read revision {look.rev}, after {floor} was known")
        self._learn(look.at_s, look.rev, look.at)

    def _rule(self, at_s: float, outbox: str, verdict: Verdict | RetryLater) -> None:
        if isinstance(verdict, RetryLater):
            return
        name = (outbox, verdict.n)
        if name not in self._asked:
            self._object("invention", f"a verdict on {name}, which was never sent")
        elif (first := self._said.setdefault(name, verdict)) != verdict:
            self._object("two verdicts", f"{name}: {first}, and later {verdict}")
        elif verdict.rev < self._asked[name][1]:
            since = self._asked[name][1]
            self._object("own writes", f"{name} was ruled on at {verdict.rev}, after {since}")
        self._newest[outbox] = max(self._newest[outbox], verdict.n)
        self._learn(at_s, verdict.rev, "")

    def _place(self, at_s: float, key: str, number: str) -> None:
        if (first := self._placed.setdefault(key, number)) != number:
            self._object("two orders", f"key {key} is {first}, and later {number}")
        self._learn(at_s, self._ordered[key] + 1, "")

    def _learn(self, at_s: float, rev: int, at: str) -> None:
        """Record that *rev* exists, and its digest; only an operator changes the epoch."""
        if rev > self._known:
            self._known = rev
            self._floors.append((at_s, rev))
        if (
            at
            and (first := self._contents_at.setdefault(rev, at.rpartition(".")[2]))
            != (at.rpartition(".")[2])
        ):
            self._object("fork", f"revision {rev} is {first}, and also {at}")

    def _own_note(self, note: str) -> None:
        if note and not note.startswith(self._who):
            self._object("isolation", f"received another account's note: {note}")

    # The final state

    def _check_orders(self, rows: list[Row]) -> None:
        for key, count in Counter(row.key for row in rows).items():
            if count > 1:
                self._object("two orders", f"key {key} has {count}")
            if key not in self._ordered:
                self._object("invention", f"an order under key {key}, which was never requested")
        there = {row.key: row.number for row in rows}
        for key, number in self._placed.items():
            if there.get(key) != number:
                self._object("lost", f"order {number} was placed; there is {there.get(key)}")
        if kept := self._cancelled - {row.number for row in rows if row.state == TAKEN_BACK}:
            self._object("lost", f"orders {kept} were cancelled, and are not")

    def _replay(self, rows: list[Row], newest: int, contents: Contents) -> None:
        """Replay all revisions: each has one source, and no other op has an effect."""
        if newest < self._known:
            self._object("lost", f"the cart is at {newest}, but {self._known} was known")
        granted: defaultdict[int, list[tuple[Name, Accepted]]] = defaultdict(list)
        for name, said in self._said.items():
            if isinstance(said, Ok) and name in self._asked:
                got = said.warn.got if said.warn else None
                granted[said.rev].append((name, Accepted(self._asked[name][0], got)))
        bought = {self._ordered[row.key] + 1: row for row in rows if row.key in self._ordered}
        if strange := self._order_revs - bought.keys():
            self._object("invention", f"revisions {sorted(strange)} were made by no order")
        model = Model(0, {})
        for rev in range(newest + 1):
            if rev:
                model = self._advance(model, rev, granted[rev], bought.get(rev))
            for name, one in granted[rev]:
                if self._makers.get(rev) != name and model.changes(one):
                    self._object("lost", f"{name} ({one.op.k}) is ok at {rev}, and not in it")
        if model.contents != contents:
            differ = dict(model.contents.items() ^ contents.items())
            self._object("lost", f"the answers make another cart than there is: {differ}")

    def _advance(
        self, model: Model, rev: int, granted: list[tuple[Name, Accepted]], row: Row | None
    ) -> Model:
        """Return the model one revision later; after an order only saved lines are left."""
        if row is not None:
            lines = {sku: qty for (kind, sku), qty in model.contents.items() if kind == "line"}
            if lines != row.lines:
                self._object("orders", f"{row.number} has {row.lines}; the cart had {lines}")
            return Model(rev, {k: v for k, v in model.contents.items() if k[0] == "saved"})
        named = self._makers.get(rev)
        can = [one for one in granted if named in {None, one[0]} and model.changes(one[1])]
        if not can:
            self._object("invention", f"revision {rev} was made by nothing that was answered ok")
            return Model(rev, model.contents)
        self._makers[rev] = can[0][0]
        model.advance(can[0][1])
        return model

    def _object(self, kind: str, what: str) -> None:
        self._found.append(Anomaly(kind, self._who, what))


def _check_rest(rest: Rest) -> Iterator[Anomaly]:
    if rest.quiet_s > QUIET_S:
        yield Anomaly("liveness", "", f"ops still waited after {rest.quiet_s:.1f} s")
    for (who, tab), agreed_s in rest.agreed_s.items():
        if agreed_s > CONVERGED_S:
            yield Anomaly("convergence", who, f"tab {tab} did not agree within {CONVERGED_S} s")


def _check_stock(rest: Rest) -> Iterator[Anomaly]:
    """Compare the decrease of stock with the orders that are not cancelled."""
    sold: Counter[str] = Counter()
    for row in rest.orders:
        if row.state != TAKEN_BACK:
            sold.update(row.lines)
    before, after = rest.stock
    for sku, count in before.items():
        if count - after[sku] != sold[sku] or after[sku] < 0:
            yield Anomaly("stock", "", f"{sku}: {count}, sold {sold[sku]}, now {after[sku]}")


def _epoch(at: str) -> str:
    return at.partition(".")[0]


def told(anomalies: Iterable[Anomaly]) -> str:
    """Return *anomalies* as text, one a line."""
    return "\n".join(f"{one.kind}: {one.who} {one.what}" for one in anomalies)


def kinds(anomalies: Iterable[Anomaly]) -> Mapping[str, int]:
    """Return how many there are of each kind."""
    return Counter(one.kind for one in anomalies)

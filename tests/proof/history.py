"""The history checker: compares what clients recorded with what the shop guarantees.

It knows the protocol and an independent model of a cart, and nothing of the shop. It reads each
account's events once, in order, and then replays its revisions one after the other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from app.client.decode import answer_of
from app.domain.verdicts import Ok, RetryLater, Verdict
from app.load.frames import HELLO, OP, decode_hello, decode_op, decode_verdict
from app.load.model import Accepted, Contents, Model, SentOp
from tests.proof.attribution import Attribution
from tests.proof.log import (
    CartRead,
    ConnectionKey,
    Event,
    FaultInjected,
    FinalState,
    FrameReceived,
    FrameSent,
    OpAnswered,
    OpPosted,
    OrderCancelled,
    OrderOutcome,
    OrderRequested,
    OrderRow,
    ServerMessage,
    SnapshotCart,
    decode_message,
)
from tests.waiting import SLOW_MACHINE_S

CONVERGED_S: Final = 2.0 + SLOW_MACHINE_S
SETTLE_S: Final = 10.0 + SLOW_MACHINE_S
CANCELLED: Final = "cancelled"
VERDICT: Final = b'{"t":"ok"', b'{"t":"no"'

Name = tuple[str, int]
"""An outbox and a number in it."""

Ops = list[tuple[Name, Accepted]]
UNKNOWN: Final = -1
"""The revision of ops of which it is not known whether they made any."""


class Anomaly(NamedTuple):
    """A broken guarantee: its kind, the account, and the evidence."""

    kind: str
    account_id: str
    detail: str


def check(events: Iterable[Event], final: FinalState) -> list[Anomaly]:
    """Return every guarantee that was broken in a history that ended in the state *final*."""
    checkers = {account_id: AccountChecker(account_id) for account_id in final.carts}
    for event in events:
        if not isinstance(event, FaultInjected):
            checkers[event.account_id].add_event(event)
    found = [anomaly for one in checkers.values() for anomaly in one.finish(final)]
    return [*found, *_check_convergence(final), *_check_stock(final)]


class Patch(NamedTuple):
    """What a patch from revision *prev* to *rev* changed; empty values were removed."""

    prev: int
    rev: int
    changes: Contents


class SocketState:
    """What one websocket has received; `floor` is the newest revision known at its hello."""

    def __init__(self) -> None:
        self.outbox = self.epoch = ""
        self.held = self.floor = -1
        self.answered = 0
        self.first_sent: set[int] = set()


class AccountChecker:
    """Checks the events of one account."""

    def __init__(self, account_id: str):
        self._account_id = account_id
        self._found: list[Anomaly] = []
        self._sockets: defaultdict[ConnectionKey, SocketState] = defaultdict(SocketState)
        self._newest_rev = 0
        self._floors: list[tuple[float, int]] = [(0.0, 0)]
        self._sent_ops: dict[Name, tuple[SentOp, int]] = {}
        self._verdicts: dict[Name, Verdict] = {}
        self._last_answered: Counter[str] = Counter()
        self._contents_at: dict[int, str] = {}
        self._rev_of_op: dict[Name, int] = {}
        self._op_of_rev: dict[int, Name] = {}
        self._order_revs: set[int] = set()
        self._patches: list[Patch] = []
        self._ordered_at: dict[str, int] = {}
        self._placed: dict[str, str] = {}
        self._cancelled: set[str] = set()
        self._attribution = Attribution()

    def add_event(self, event: Event) -> None:
        """Check the next event."""
        self._attribution.add_event(event)
        match event:
            case FrameSent() | FrameReceived():
                self._on_frame(event, self._sockets[event.connection])
            case OpPosted(outbox=outbox, op=op):
                self._on_op(outbox, op, None)
            case OpAnswered(outbox=outbox, verdict=verdict):
                self._on_verdict(event.at_s, outbox, verdict)
            case CartRead():
                self._on_cart_read(event)
            case OrderRequested(key=key, at=at):
                self._ordered_at[key] = int(at.split(".")[1])
            case OrderOutcome(key=key, number=number) if number:
                self._on_order_placed(event.at_s, key, number)
            case OrderCancelled(number=number):
                self._cancelled.add(number)
            case _:
                pass

    def finish(self, final: FinalState) -> list[Anomaly]:
        """Compare the events with the final state; return all anomalies."""
        for name in self._sent_ops.keys() - self._verdicts.keys():
            if not self._attribution.is_gone(name[0]):
                self._report("liveness", f"op {name} never got a verdict")
        rows = [row for row in final.orders if row.account == self._account_id]
        self._check_orders(rows)
        self._replay(rows, final)
        for kind, detail in self._attribution.found:
            self._report(kind, detail)
        return self._found

    def _on_frame(self, event: FrameSent | FrameReceived, socket: SocketState) -> None:
        match event:
            case FrameSent(frame=frame) if frame.startswith(OP):
                self._on_op(socket.outbox, decode_op(frame), socket)
            case FrameSent(frame=frame) if frame.startswith(HELLO):
                self._on_hello(socket, frame)
            case FrameReceived(at_s=at_s, frame=received) if received.startswith(VERDICT):
                self._on_verdict(at_s, socket.outbox, decode_verdict(received))
            case FrameReceived(at_s=at_s, frame=received):
                self._on_message(at_s, socket, decode_message(received))
            case _:
                pass

    # What the client sends

    def _on_hello(self, socket: SocketState, frame: str) -> None:
        hello = decode_hello(frame)
        socket.outbox = hello.outbox
        socket.held, socket.floor = hello.rev, self._newest_rev
        socket.answered = self._last_answered[hello.outbox]
        socket.epoch = _epoch(hello.at or "")

    def _on_op(self, outbox: str, op: SentOp, socket: SocketState | None) -> None:
        name = (outbox, op.n)
        if name in self._sent_ops:
            return
        self._sent_ops[name] = (op, self._newest_rev)
        if socket:
            socket.first_sent.add(op.n)

    # What the client receives

    def _on_message(self, at_s: float, socket: SocketState, message: ServerMessage) -> None:
        match message.t:
            case "welcome":
                self._on_welcome(at_s, socket, message)
            case "patch":
                self._on_patch(at_s, socket, message)
            case "snapshot":
                self._on_snapshot(at_s, socket, message)
            case _:
                pass

    def _on_welcome(self, at_s: float, socket: SocketState, message: ServerMessage) -> None:
        whose = self._attribution.whose.get(socket.outbox) or self._account_id
        if message.account != whose or message.cart not in {"", self._account_id}:
            self._report("isolation", f"welcomed as {message.account}")
        if message.last < socket.answered:
            self._report("lost", f"op {socket.answered} was answered; last is {message.last}")
        for said in message.verdicts:
            self._on_verdict(at_s, socket.outbox, answer_of(said))
        if message.mode == "same" and socket.held < socket.floor:
            self._report("own writes", f"{socket.held} is called current; {socket.floor} was known")

    def _on_patch(self, at_s: float, socket: SocketState, message: ServerMessage) -> None:
        patch = f"a patch {message.prev} → {message.rev}"
        if socket.held != message.prev or message.rev <= message.prev:
            self._report("gap", f"held {socket.held}, and received {patch}")
        if len(message.by) != message.rev - message.prev:
            self._report("sources", f"{patch} names {len(message.by)} sources")
        if _epoch(message.at) != socket.epoch:
            self._report("epoch", f"a tab of epoch {socket.epoch} received a patch of {message.at}")
        socket.held = message.rev
        self._check_note(message.note or "")
        for rev, by in enumerate(message.by, message.prev + 1):
            if by.k == "order":
                self._order_revs.add(rev)
            elif by.outbox is not None and by.n is not None:
                self._check_source(socket, (by.outbox, by.n), rev)
        self._patches.append(Patch(message.prev, message.rev, message.contents))
        self._record_rev(at_s, message.rev, message.at)

    def _check_source(self, socket: SocketState, name: Name, rev: int) -> None:
        if name not in self._sent_ops:
            self._report("invention", f"revision {rev} was made by {name}, which was never sent")
        elif (
            name[0] == socket.outbox and name[1] in socket.first_sent and name not in self._verdicts
        ):
            self._report("order of patches", f"the patch of {name} came before its verdict")
        if (said := self._verdicts.get(name)) and said.rev != rev:
            self._report("sources", f"{name} was answered at {said.rev}, and made {rev}")
        if (first := self._rev_of_op.setdefault(name, rev)) != rev:
            self._report("duplicate", f"{name} made revisions {first} and {rev}")
        if (other := self._op_of_rev.setdefault(rev, name)) != name:
            self._report("fork", f"revision {rev} was made by {other} and by {name}")

    def _on_snapshot(self, at_s: float, socket: SocketState, message: ServerMessage) -> None:
        if message.rev < max(socket.held, socket.floor):
            self._report(
                "own writes", f"back to {message.rev} from {max(socket.held, socket.floor)}"
            )
        socket.held, socket.epoch = message.rev, _epoch(message.at)
        self._check_note(message.cart.note if isinstance(message.cart, SnapshotCart) else "")
        self._record_rev(at_s, message.rev, message.at)

    def _on_cart_read(self, look: CartRead) -> None:
        floor = next(rev for at_s, rev in reversed(self._floors) if at_s <= look.began_s)
        if look.rev < floor:
            self._report("own writes", f"read revision {look.rev}, after {floor} was known")
        self._record_rev(look.at_s, look.rev, look.at)

    def _on_verdict(self, at_s: float, outbox: str, verdict: Verdict | RetryLater) -> None:
        if isinstance(verdict, RetryLater):
            return
        name = (outbox, verdict.n)
        if name not in self._sent_ops:
            self._report("invention", f"a verdict on {name}, which was never sent")
        elif (first := self._verdicts.setdefault(name, verdict)) != verdict:
            self._report("two verdicts", f"{name}: {first}, and later {verdict}")
        elif verdict.rev < self._sent_ops[name][1]:
            since = self._sent_ops[name][1]
            self._report("own writes", f"{name} was ruled on at {verdict.rev}, after {since}")
        self._last_answered[outbox] = max(self._last_answered[outbox], verdict.n)
        self._record_rev(at_s, verdict.rev, "")

    def _on_order_placed(self, at_s: float, key: str, number: str) -> None:
        if (first := self._placed.setdefault(key, number)) != number:
            self._report("two orders", f"key {key} is {first}, and later {number}")
        self._record_rev(at_s, self._ordered_at[key] + 1, "")

    def _record_rev(self, at_s: float, rev: int, at: str) -> None:
        """Record that *rev* exists, and its digest; only an operator changes the epoch."""
        if rev > self._newest_rev:
            self._newest_rev = rev
            self._floors.append((at_s, rev))
        if (
            at
            and (first := self._contents_at.setdefault(rev, at.rpartition(".")[2]))
            != (at.rpartition(".")[2])
        ):
            self._report("fork", f"revision {rev} is {first}, and also {at}")

    def _check_note(self, note: str) -> None:
        if note and not note.startswith(self._account_id):
            self._report("isolation", f"received another account's note: {note}")

    # The final state

    def _check_orders(self, rows: list[OrderRow]) -> None:
        for key, count in Counter(row.key for row in rows).items():
            if count > 1:
                self._report("two orders", f"key {key} has {count}")
            if key not in self._ordered_at:
                self._report("invention", f"an order under key {key}, which was never requested")
        there = {row.key: row.number for row in rows}
        for key, number in self._placed.items():
            if there.get(key) != number:
                self._report("lost", f"order {number} was placed; there is {there.get(key)}")
        if kept := self._cancelled - {row.number for row in rows if row.state == CANCELLED}:
            self._report("lost", f"orders {kept} were cancelled, and are not")

    def _replay(self, rows: list[OrderRow], final: FinalState) -> None:
        """Replay all revisions: each has one source, and no other op has an effect."""
        newest = final.carts[self._account_id].rev
        if newest < self._newest_rev:
            self._report("lost", f"the cart is at {newest}, but {self._newest_rev} was known")
        accepted = self._accepted_ops()
        orders = {self._ordered_at[row.key] + 1: row for row in rows if row.key in self._ordered_at}
        if unknown := self._order_revs - orders.keys():
            self._report("invention", f"revisions {sorted(unknown)} were made by no order")
        model = Model(0, {})
        contents_at: list[Contents] = []
        for rev in range(newest + 1):
            if rev:
                model = self._advance(model, rev, accepted, orders.get(rev))
            contents_at.append(model.contents)
            for name, one in accepted[rev]:
                if self._op_of_rev.get(rev) != name and model.changes(one):
                    self._report("lost", f"{name} ({one.op.k}) is ok at {rev}, and not in it")
        if differ := dict(model.contents.items() ^ final.contents[self._account_id].items()):
            self._report("lost", f"the answers make another cart than there is: {differ}")
        if whose := dict(model.authors.items() ^ final.authors.get(self._account_id, {}).items()):
            self._report("attribution", f"lines are of others than put them there: {whose}")
        self._check_patches(contents_at)

    def _accepted_ops(self) -> defaultdict[int, Ops]:
        """Return the ops that were answered ok, by revision.

        Who is removed may not get an answer; then what patches told others of counts, and what they
        do not name may have made a revision of which only a snapshot told.
        """
        accepted: defaultdict[int, Ops] = defaultdict(list)
        whose = self._attribution.whose
        for name, (op, _) in self._sent_ops.items():
            said, by = self._verdicts.get(name), whose.get(name[0], "")
            if isinstance(said, Ok):
                got = said.warn.got if said.warn else None
                accepted[said.rev].append((name, Accepted(op, got, by)))
            elif said is None and self._attribution.is_gone(name[0]):
                rev = self._rev_of_op.get(name, UNKNOWN)
                accepted[rev].append((name, Accepted(op, None, by)))
        return accepted

    def _check_patches(self, contents_at: list[Contents]) -> None:
        """Check that each patch makes the cart at its `rev` of the cart at its `prev`."""
        for prev, rev, changes in self._patches:
            if max(prev, rev) >= len(contents_at):
                continue
            made = {key: value for key, value in {**contents_at[prev], **changes}.items() if value}
            if differ := dict(made.items() ^ contents_at[rev].items()):
                self._report("patches", f"the patch {prev} → {rev} is wrong about {differ}")

    def _advance(
        self, model: Model, rev: int, accepted: dict[int, Ops], row: OrderRow | None
    ) -> Model:
        """Return the model one revision later; after an order only saved lines are left."""
        if row is not None:
            lines = {sku: qty for (kind, sku), qty in model.contents.items() if kind == "line"}
            if lines != row.lines:
                self._report("orders", f"{row.number} has {row.lines}; the cart had {lines}")
            return Model(rev, {k: v for k, v in model.contents.items() if k[0] == "saved"})
        named = self._op_of_rev.get(rev)
        ops = (*accepted[rev], *accepted[UNKNOWN])
        can = [one for one in ops if named in {None, one[0]} and model.changes(one[1])]
        if not can:
            self._report("invention", f"revision {rev} was made by nothing that was answered ok")
            return Model(rev, model.contents)
        self._op_of_rev[rev] = can[0][0]
        accepted[UNKNOWN] = [one for one in accepted[UNKNOWN] if one is not can[0]]
        model.advance(can[0][1])
        return model

    def _report(self, kind: str, detail: str) -> None:
        self._found.append(Anomaly(kind, self._account_id, detail))


def _check_convergence(final: FinalState) -> Iterator[Anomaly]:
    if final.settled_s > SETTLE_S:
        yield Anomaly("liveness", "", f"ops still waited after {final.settled_s:.1f} s")
    for (account_id, tab), agreed_s in final.agreed_s.items():
        if agreed_s > CONVERGED_S:
            yield Anomaly(
                "convergence", account_id, f"tab {tab} did not agree within {CONVERGED_S} s"
            )


def _check_stock(final: FinalState) -> Iterator[Anomaly]:
    """Compare the decrease of stock with the orders that are not cancelled."""
    sold: Counter[str] = Counter()
    for row in final.orders:
        if row.state != CANCELLED:
            sold.update(row.lines)
    before, after = final.stock
    for sku, count in before.items():
        if count - after[sku] != sold[sku] or after[sku] < 0:
            yield Anomaly("stock", "", f"{sku}: {count}, sold {sold[sku]}, now {after[sku]}")


def _epoch(at: str) -> str:
    return at.partition(".")[0]


def format_anomalies(anomalies: Iterable[Anomaly]) -> str:
    """Return *anomalies* as text, one a line."""
    return "\n".join(f"{one.kind}: {one.account_id} {one.detail}" for one in anomalies)


def kinds(anomalies: Iterable[Anomaly]) -> Mapping[str, int]:
    """Return how many there are of each kind."""
    return Counter(one.kind for one in anomalies)

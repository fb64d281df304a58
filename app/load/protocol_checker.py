"""Checks every frame of one tab against the protocol's promises."""

from typing import Final, NamedTuple

from app.client import Observer
from app.client.decode import Answer, answer_of
from app.domain.verdicts import RetryLater
from app.load.account_checker import AccountChecker, PatchContents
from app.load.checker_texts import OpName
from app.load.frames import (
    HELLO,
    OP,
    Frame,
    HelloFields,
    decode_frame,
    decode_hello,
    decode_op,
    decode_verdict,
)
from app.load.model import END_OF_HELP
from app.load.run_context import RunContext
from app.load.trace import Trace

CLIENT_HEAD, SHORT_HEAD = 8, 2
"""Frame header sizes (RFC 6455 §5.2): masked with a 16-bit length, and unmasked and short."""
SHORT = 125
NOT_SHARED: Final = 4413


class SocketState:
    """The state of one websocket: its revision, and the ops that were first sent on it.

    `named` is the newest op of each outbox that a patch named.
    """

    def __init__(self, hello: HelloFields, min_rev: int, answered: int):
        self.hello = hello
        self.min_rev = min_rev
        self.answered = answered
        self.rev = hello.rev
        self.sent: set[int] = set()
        self.named: dict[str, int] = {}


class ObservedTab(NamedTuple):
    """A tab's number, the account whose cart it shows, and whose tab it is.

    `by` is a member of the household, and empty for the owner of the cart.
    """

    number: int
    account: str
    by: str = ""


class Gone(NamedTuple):
    """What a tab may be told that shows the cart no longer: up to a revision, and of these ops."""

    rev: int
    ops: frozenset[OpName]


class ProtocolChecker(Observer):
    """Observes one tab: counts, and reports what breaks a promise."""

    def __init__(
        self,
        tab: ObservedTab,
        checker: AccountChecker,
        trace: Trace,
        run: RunContext,
    ):
        self._tab, self._account, self._by = tab
        self._gone: Gone | None = None
        self._run = run
        self._lost_s: float | None = None
        self._checker = checker
        self._trace = trace
        self._counters = run.counters
        self._open: dict[int, SocketState] = {}
        self._sent: dict[str, int] = {}
        self._answered: dict[str, int] = {}

    def opened(self, gen: int) -> None:
        """Count it."""
        self._counters.sockets += 1
        self._trace.record(f"tab {self._tab}.{gen}", "opened")

    def closed(self, gen: int, code: int, reason: str) -> None:
        """Count it."""
        self._counters.sockets -= 1
        self._open.pop(gen, None)
        self._trace.record(f"tab {self._tab}.{gen}", f"closed {code} {reason}")
        if code not in {1000, 1006, NOT_SHARED}:
            self._counters.errors[f"closed {code} {reason}".rstrip()] += 1
        if not self._open:
            self._lost_s = self._run.now_s()

    def on_removed(self) -> None:
        """Note that from now on the tab is to be told of nothing that is sent to the cart."""
        self._gone = Gone(self._checker.newest, self._checker.pending)

    def failed(self, why: str) -> None:
        """Count it."""
        self._counters.errors[why] += 1

    def exchanged(self, sent_bytes: int, received_bytes: int) -> None:
        """Count it."""
        self._counters.sent_bytes += sent_bytes
        self._counters.received_bytes += received_bytes

    def sent(self, gen: int, frame: str) -> None:
        """Record an op or a hello."""
        self._counters.sent_bytes += len(frame) + (6 if len(frame) <= SHORT else CLIENT_HEAD)
        self._trace.record(f"tab {self._tab}.{gen} >", frame)
        if frame.startswith(OP):
            self._on_op(gen, frame)
        elif frame.startswith(HELLO):
            self._on_hello(gen, decode_hello(frame))

    def received(self, gen: int, frame: bytes) -> None:
        """Check a message against those before it."""
        self._counters.received_bytes += len(frame) + (SHORT_HEAD if len(frame) <= SHORT else 4)
        self._trace.record(f"tab {self._tab}.{gen} <", frame)
        if frame.startswith((b'{"t":"ok"', b'{"t":"no"')):
            self._on_verdict(self._open[gen], decode_verdict(frame))
            return
        message = decode_frame(frame)
        match message.t:
            case "patch":
                self._on_patch(self._open[gen], message)
            case "snapshot":
                self._on_snapshot(self._open[gen], message.rev)
            case "welcome":
                self._on_welcome(self._open[gen], message)
            case _:
                pass

    def _on_hello(self, gen: int, hello: HelloFields) -> None:
        self._checker.add_outbox(hello.outbox, self._by)
        answered = self._answered.get(hello.outbox, 0)
        self._open[gen] = SocketState(hello, self._checker.newest, answered)

    def _on_op(self, gen: int, frame: str) -> None:
        socket, op = self._open[gen], decode_op(frame)
        outbox = socket.hello.outbox
        if op.n > self._sent.get(outbox, 0):
            self._sent[outbox] = op.n
            socket.sent.add(op.n)
        self._checker.on_sent(outbox, op)

    def _on_welcome(self, socket: SocketState, welcome: Frame) -> None:
        if welcome.account != (expected := self._by or self._account):
            self._trace.report(f"a tab of {expected} was welcomed as {welcome.account}")
        if welcome.last < socket.answered:
            self._trace.report(
                f"op {socket.answered} was answered, but the shop knows of {welcome.last} only"
            )
        if self._lost_s is not None:
            self._counters.returns.record(self._run.now_s() - self._lost_s)
            self._lost_s = None
        for message in welcome.verdicts:
            self._on_verdict(socket, answer_of(message))
        if welcome.mode == "same" and socket.rev < socket.min_rev:
            self._trace.report(
                f"revision {socket.rev} is called current, but {socket.min_rev} was told"
            )

    def _on_verdict(self, socket: SocketState, verdict: Answer) -> None:
        outbox = socket.hello.outbox
        if isinstance(verdict, RetryLater):
            self._counters.later[verdict.code] += 1
            return
        self._answered[outbox] = max(verdict.n, self._answered.get(outbox, 0))
        self._checker.on_verdict(outbox, verdict)

    def _on_patch(self, socket: SocketState, patch: Frame) -> None:
        if socket.rev != patch.prev or patch.rev <= patch.prev:
            self._trace.report(
                f"a tab at revision {socket.rev} was told a patch {patch.prev} → {patch.rev}"
            )
        elif len(patch.by) != patch.rev - patch.prev:
            self._trace.report(f"the patch {patch.prev} → {patch.rev} names {len(patch.by)} ops")
        socket.rev = patch.rev
        for rev, by in enumerate(patch.by, patch.prev + 1):
            if by.outbox is not None and by.n is not None:
                self._attribute(socket, (by.outbox, by.n), rev, by.account)
            elif by.k == END_OF_HELP:
                self._checker.on_end_of_help(rev)
        for sku, line in patch.lines.items():
            if line and line.is_held_in_vain:
                self._trace.report(f"{line.qty} of {sku} are called held, and there are fewer")
            if not self._checker.has_used(sku):
                self._trace.report(f"a patch tells of {sku}, which nobody asked for")
        self._checker.on_patch(PatchContents(patch.prev, patch.rev, patch.contents))

    def _attribute(self, socket: SocketState, name: OpName, rev: int, by: str) -> None:
        outbox, n = name
        if self._gone and rev > self._gone.rev and name not in self._gone.ops:
            self._trace.report(f"{self._by} shares the cart no longer, and was told of op {name}")
        if outbox == socket.hello.outbox and n in socket.sent:
            socket.sent.discard(n)
            if not self._checker.has_verdict(name):
                self._trace.report(f"the patch of op {name} came before its verdict")
        self._checker.on_source(name, rev, by)
        if n <= (before := socket.named.get(outbox, 0)):
            self._trace.report(f"a patch names op {name} after op {before} of the same outbox")
        socket.named[outbox] = n

    def _on_snapshot(self, socket: SocketState, rev: int) -> None:
        if rev < max(socket.rev, socket.min_rev):
            self._trace.report(
                f"a snapshot goes back to revision {rev} from {max(socket.rev, socket.min_rev)}"
            )
        socket.rev = rev

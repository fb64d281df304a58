"""Checks every frame of one tab against the protocol's promises."""

from app.client import Observer
from app.domain.verdicts import RetryLater
from app.load.account_checker import AccountChecker
from app.load.frames import (
    HELLO,
    OP,
    Frame,
    HelloFields,
    VerdictMessage,
    decode_frame,
    decode_hello,
    decode_op,
    decode_verdict,
)
from app.load.run_context import RunContext
from app.load.trace import Trace

CLIENT_HEAD, SHORT_HEAD = 8, 2
"""Frame header sizes (RFC 6455 §5.2): masked with a 16-bit length, and unmasked and short."""
SHORT = 125


class SocketState:
    """The state of one websocket: its revision, and the ops that were first sent on it."""

    def __init__(self, hello: HelloFields, min_rev: int, answered: int):
        self.hello = hello
        self.min_rev = min_rev
        self.answered = answered
        self.rev = hello.rev
        self.sent: set[int] = set()


class ProtocolChecker(Observer):
    """Observes one tab: counts, and reports what breaks a promise."""

    def __init__(
        self,
        number: int,
        account: str,
        checker: AccountChecker,
        trace: Trace,
        run: RunContext,
    ):
        self._tab = number
        self._run = run
        self._lost_s: float | None = None
        self._account = account
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
        if code not in {1000, 1006}:
            self._counters.errors[f"closed {code} {reason}".rstrip()] += 1
        if not self._open:
            self._lost_s = self._run.now_s()

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
        self._checker.add_outbox(hello.outbox)
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
        if welcome.account != self._account:
            self._trace.report(f"a tab of {self._account} was welcomed as {welcome.account}")
        if welcome.last < socket.answered:
            self._trace.report(
                f"op {socket.answered} was answered, but the shop knows of {welcome.last} only"
            )
        if self._lost_s is not None:
            self._counters.returns.record(self._run.now_s() - self._lost_s)
            self._lost_s = None
        for message in welcome.verdicts:
            self._on_verdict(socket, message)
        if welcome.mode == "same" and socket.rev < socket.min_rev:
            self._trace.report(
                f"revision {socket.rev} is called current, but {socket.min_rev} was told"
            )

    def _on_verdict(self, socket: SocketState, message: VerdictMessage) -> None:
        outbox, verdict = socket.hello.outbox, message.verdict
        if isinstance(verdict, RetryLater):
            self._counters.later[verdict.code] += 1
            return
        self._answered[outbox] = max(verdict.n, self._answered.get(outbox, 0))
        self._checker.on_verdict(outbox, verdict)

    def _on_patch(self, socket: SocketState, patch: Frame) -> None:
        if socket.rev != patch.prev or patch.rev != patch.prev + 1:
            self._trace.report(
                f"a tab at revision {socket.rev} was told a patch {patch.prev} → {patch.rev}"
            )
        socket.rev = patch.rev
        if patch.by and patch.by.outbox is not None and patch.by.n is not None:
            self._attribute(socket, (patch.by.outbox, patch.by.n), patch.rev)
        for sku in patch.lines:
            if not self._checker.has_used(sku):
                self._trace.report(f"a patch tells of {sku}, which nobody asked for")

    def _attribute(self, socket: SocketState, name: tuple[str, int], rev: int) -> None:
        outbox, n = name
        if outbox == socket.hello.outbox and n in socket.sent:
            socket.sent.discard(n)
            if not self._checker.has_verdict(name):
                self._trace.report(f"the patch of op {name} came before its verdict")
        self._checker.on_patch(name, rev)

    def _on_snapshot(self, socket: SocketState, rev: int) -> None:
        if rev < max(socket.rev, socket.min_rev):
            self._trace.report(
                f"a snapshot goes back to revision {rev} from {max(socket.rev, socket.min_rev)}"
            )
        socket.rev = rev

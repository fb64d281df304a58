"""Who sees every frame of one tab, and holds it against what was promised."""

from app.client import Observer
from app.domain.verdicts import RetryLater
from app.load.account_checker import AccountChecker
from app.load.frames import (
    HELLO,
    OP,
    Frame,
    Greeting,
    Said,
    read_frame,
    read_greeting,
    read_said,
    read_wish,
)
from app.load.run_context import RunContext
from app.load.trace import Trace

CLIENT_HEAD, SHORT_HEAD = 8, 2
"""Bytes around a frame of some hundred bytes, and of fewer than 126."""
SHORT = 125


class Line:
    """What is known of one socket: the revision told last, and the ops that went out on it."""

    def __init__(self, greeting: Greeting, floor: int, answered: int):
        self.greeting = greeting
        self.floor = floor
        self.answered = answered
        self.held = greeting.rev
        self.sent: set[int] = set()


class ProtocolChecker(Observer):
    """Sees one tab of an account."""

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
        self._lines: dict[int, Line] = {}
        self._sent: dict[str, int] = {}
        self._answered: dict[str, int] = {}

    def opened(self, gen: int) -> None:
        """Count it."""
        self._counters.sockets += 1
        self._trace.note(f"tab {self._tab}.{gen}", "opened")

    def closed(self, gen: int, code: int, reason: str) -> None:
        """Count it."""
        self._counters.sockets -= 1
        self._lines.pop(gen, None)
        self._trace.note(f"tab {self._tab}.{gen}", f"closed {code} {reason}")
        if code not in {1000, 1006}:
            self._counters.errors[f"closed {code} {reason}".rstrip()] += 1
        if not self._lines:
            self._lost_s = self._run.now_s()

    def failed(self, why: str) -> None:
        """Count it."""
        self._counters.errors[why] += 1

    def exchanged(self, sent_bytes: int, received_bytes: int) -> None:
        """Count it."""
        self._counters.sent_bytes += sent_bytes
        self._counters.heard_bytes += received_bytes

    def sent(self, gen: int, frame: str) -> None:
        """Note what is asked."""
        self._counters.sent_bytes += len(frame) + (6 if len(frame) <= SHORT else CLIENT_HEAD)
        self._trace.note(f"tab {self._tab}.{gen} >", frame)
        if frame.startswith(OP):
            self._ask(gen, frame)
        elif frame.startswith(HELLO):
            self._greet(gen, read_greeting(frame))

    def received(self, gen: int, frame: bytes) -> None:
        """Hold what is told against what was told before."""
        self._counters.heard_bytes += len(frame) + (SHORT_HEAD if len(frame) <= SHORT else 4)
        self._trace.note(f"tab {self._tab}.{gen} <", frame)
        if frame.startswith((b'{"t":"ok"', b'{"t":"no"')):
            self._rule(self._lines[gen], read_said(frame))
            return
        told = read_frame(frame)
        match told.t:
            case "patch":
                self._follow(self._lines[gen], told)
            case "snapshot":
                self._start_from(self._lines[gen], told.rev)
            case "welcome":
                self._come_in(self._lines[gen], told)
            case _:
                pass

    def _greet(self, gen: int, greeting: Greeting) -> None:
        self._checker.own(greeting.outbox)
        answered = self._answered.get(greeting.outbox, 0)
        self._lines[gen] = Line(greeting, self._checker.newest, answered)

    def _ask(self, gen: int, frame: str) -> None:
        line, wish = self._lines[gen], read_wish(frame)
        outbox = line.greeting.outbox
        if wish.n > self._sent.get(outbox, 0):
            self._sent[outbox] = wish.n
            line.sent.add(wish.n)
        self._checker.ask(outbox, wish)

    def _come_in(self, line: Line, welcome: Frame) -> None:
        if welcome.account != self._account:
            self._trace.object_to(f"a tab of {self._account} was welcomed as {welcome.account}")
        if welcome.last < line.answered:
            self._trace.object_to(
                f"op {line.answered} was answered, but the shop knows of {welcome.last} only"
            )
        if self._lost_s is not None:
            self._counters.returns.record(self._run.now_s() - self._lost_s)
            self._lost_s = None
        for said in welcome.verdicts:
            self._rule(line, said)
        if welcome.mode == "same" and line.held < line.floor:
            self._trace.object_to(
                f"revision {line.held} is called current, but {line.floor} was told"
            )

    def _rule(self, line: Line, said: Said) -> None:
        outbox, verdict = line.greeting.outbox, said.verdict
        if isinstance(verdict, RetryLater):
            self._counters.later[verdict.code] += 1
            return
        self._answered[outbox] = max(verdict.n, self._answered.get(outbox, 0))
        self._checker.rule(outbox, verdict)

    def _follow(self, line: Line, patch: Frame) -> None:
        if line.held != patch.prev or patch.rev != patch.prev + 1:
            self._trace.object_to(
                f"a tab at revision {line.held} was told a patch {patch.prev} → {patch.rev}"
            )
        line.held = patch.rev
        if patch.by and patch.by.outbox is not None and patch.by.n is not None:
            self._credit(line, (patch.by.outbox, patch.by.n), patch.rev)
        for sku in patch.lines:
            if not self._checker.has_asked_for(sku):
                self._trace.object_to(f"a patch tells of {sku}, which nobody asked for")

    def _credit(self, line: Line, name: tuple[str, int], rev: int) -> None:
        outbox, n = name
        if outbox == line.greeting.outbox and n in line.sent:
            line.sent.discard(n)
            if not self._checker.has_ruled(name):
                self._trace.object_to(f"the patch of op {name} came before its verdict")
        self._checker.change(name, rev)

    def _start_from(self, line: Line, rev: int) -> None:
        if rev < max(line.held, line.floor):
            self._trace.object_to(
                f"a snapshot goes back to revision {rev} from {max(line.held, line.floor)}"
            )
        line.held = rev

"""One open tab: the server-side object that holds the live cart while its socket is open."""

import asyncio
import logging
from typing import assert_never

from app.domain.catalog import Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.outbox import OpRef, OutboxId
from app.domain.position import DIVERGENCES, SnapshotReason, snapshot_reason
from app.domain.sessions import Session
from app.domain.token_bucket import RateLimit, full, spend
from app.domain.verdicts import No, Ok, RetryLater
from app.live.cart import LiveCart
from app.live.ports import DisconnectReason
from app.protocol.decode import ClientMessage, Hello, Ping, Resync, SubmitOp, Watch, decode
from app.protocol.encode import encode
from app.protocol.json import BadFrame, BadValue
from app.protocol.messages import (
    Drain,
    Heartbeat,
    Need,
    PatchMessage,
    Pong,
    Prices,
    ServerMessage,
    Snapshot,
    TabId,
    Welcome,
)
from app.ws.close_codes import CODES, CloseCode
from app.ws.context import ConnectionContext
from app.ws.flow_control import FlowControl
from app.ws.heartbeat import HeartbeatTimer
from app.ws.retry_gate import RetryGate, TooEarly
from app.ws.send_queue import SendQueue
from app.ws.snapshot_requests import Requested, SnapshotRequests
from app.ws.socket import Socket

log = logging.getLogger(__name__)

ANSWERS_S = 5.0
PINGS = RateLimit(10, 2)
LONGEST_REASON = 100
NOTHING: frozenset[Sku] = frozenset()
ANSWERS = frozenset({Ok, No, RetryLater, Need})
STATE = frozenset({PatchMessage, Prices, Snapshot})


class CartConnection:
    """A tab's end of its socket, and the live cart that it holds.

    `serve_hello` lets the tab in; from then on everything happens in what the socket calls and
    in what the live cart tells, and nothing waits.
    """

    __deletable__ = ("_socket", "_send_queue", "_requests", "_flow_control", "_heartbeat")
    """What `_break_cycles` deletes; for mypyc, if it compiles this (`bin/compile`)."""

    def __init__(self, socket: Socket, session: Session, name: str, context: ConnectionContext):
        self.id, self.gen, self.outbox = TabId(""), 0, OutboxId("")
        self.watched = NOTHING
        self.name = name
        self._session = session
        self._socket = socket
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._hello: asyncio.Future[Hello | None] = self._loop.create_future()
        self._cart: LiveCart | None = None
        self._send_queue = SendQueue(socket, self._state, self._flushed, self._give_up)
        self._requests = SnapshotRequests(self._show)
        self._gate = RetryGate()
        self._pings = full(PINGS, self._loop.time())
        self._flow_control = FlowControl(socket)
        every_s = context.heartbeat_ms / 1000
        self._heartbeat = HeartbeatTimer(every_s, lambda: self._send_queue.wrote_at_s, self._beat)
        self._goodbye: tuple[int, str] | None = None
        self._answers_timer: asyncio.TimerHandle | None = None
        self._closed = False
        context.sessions.join(session, self)
        context.connections.inside.add(self)

    async def serve_hello(self) -> None:
        """Wait for the tab's hello and let it in, or close the socket."""
        try:
            async with asyncio.timeout(self._context.hello_ms / 1000):
                hello = await self._hello
        except TimeoutError:
            self._hang_up(CloseCode.TOO_SLOW, "no hello in time")
            return
        if hello is None:
            return
        try:
            async with self._context.hub.borrow(self._session.account, hello.outbox) as cart:
                if not self._closed:
                    self._enter(cart, hello)
        except DatabaseUnavailable:
            self._hang_up(CloseCode.OVERLOADED, "the database is away")
        except Exception:
            self._hang_up(CloseCode.FAILED, "")
            raise

    # What the socket calls

    def heard(self, text: str) -> None:
        """Take a text frame."""
        if self._goodbye is not None:
            return
        try:
            self._take(decode(text))
        except (BadFrame, BadValue) as fault:
            self._hang_up_after_answers(CloseCode.BAD_MESSAGE, str(fault))
        except TooEarly:
            self._hang_up_after_answers(CloseCode.RATE_IGNORED, "wait for retry_ms")

    def heard_bytes(self) -> None:
        """Refuse a binary frame."""
        self._hang_up_after_answers(CloseCode.BAD_MESSAGE, "a binary frame")

    def failed(self, code: int, reason: str) -> None:
        """Part from a client that broke the WebSocket protocol."""
        self._hang_up_after_answers(code, reason)

    def writable(self) -> None:
        """Write what waited for room."""
        self._send_queue.writable()

    def gone(self, code: int) -> None:
        """Forget a closed socket."""
        ours, _ = self._goodbye or (None, "")
        log.info("socket closed", extra={"socket": self.name, "code": ours or code})
        self._context.connections.part(ours or code)
        self._let_go()
        self._break_cycles()

    # What the live cart and the login call

    def tell(self, news: ServerMessage) -> None:
        """Have *news* read by the tab, in order, soon."""
        if self._closed:
            return
        kind = type(news)
        if kind in ANSWERS:
            self._flow_control.unanswered -= 1
            if isinstance(news, RetryLater):
                self._gate.hold(news, self._loop.time())
        self._send_queue.add(self._context.encoder.encode(news), is_state=kind in STATE)

    def reject_duplicate(self) -> None:
        """Refuse an op whose number another op has."""
        if self._closed:
            return
        self._flow_control.unanswered -= 1
        self._hang_up_after_answers(CloseCode.BAD_MESSAGE, "n: another op had this number")

    def disconnect(self, why: DisconnectReason) -> None:
        """Hang up, because nothing more will be told."""
        self._hang_up(CODES[why], "")

    # What the server calls, or reads

    @property
    def unread(self) -> int:
        """How many frames wait to be written."""
        return self._send_queue.waiting

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        """Send the tab to another socket."""
        self.tell(Drain(open_after_ms, close_in_ms))

    def restart(self) -> None:
        """Hang up."""
        self._hang_up(CloseCode.RESTARTING, "")

    # Coming in

    def _enter(self, cart: LiveCart, hello: Hello) -> None:
        """Let the tab in: verdicts come before state (protocol.md §4, `welcome`)."""
        self.id, self.gen, self.outbox = hello.tab, hello.gen, hello.outbox
        why = snapshot_reason(hello.at, cart.saved)
        state = cart.snapshot() if why else cart.prices()
        if not cart.tabs.enter(self):
            self._hang_up(CloseCode.REPLACED, "a newer connection of this tab is open")
            return
        self._context.hub.context.stats.welcomes[why] += 1
        if why in DIVERGENCES:
            self._record_divergence(why, hello)
        self._cart = cart
        self._log_entry(hello, why)
        self.tell(self._welcome(cart, hello, why))
        self.tell(state)
        cart.tabs.publish_count(self)
        self._heartbeat.start()
        self._flow_control.mind()

    def _welcome(self, cart: LiveCart, hello: Hello, why: SnapshotReason | None) -> Welcome:
        last, verdicts = cart.standing(hello.outbox, hello.pend)
        return Welcome(
            self._session.account,
            self._context.node,
            self.name,
            why,
            last,
            verdicts,
            self._context.heartbeat_ms,
            self._context.sessions.left_ms(self._session),
            self._context.hub.context.limits,
        )

    def _log_entry(self, hello: Hello, why: SnapshotReason | None) -> None:
        """Log which tab is behind which socket, so that its ops can be followed to it."""
        if log.isEnabledFor(logging.DEBUG):
            account = self._session.account
            tab = {"account": account, "tab": hello.tab, "gen": hello.gen, "outbox": hello.outbox}
            log.debug(
                "tab let in", extra={"socket": self.name, **tab, "stands": hello.at, "why": why}
            )

    def _record_divergence(self, why: SnapshotReason, hello: Hello) -> None:
        divergences, now_s = self._context.hub.divergences, self._loop.time()
        divergences.record(self._session.account, why, hello.at, now_s)

    # What is asked

    def _take(self, message: ClientMessage) -> None:
        if isinstance(message, Hello):
            self._take_hello(message)
        elif self._cart is None:
            raise BadFrame("t: the first message must be hello")
        elif isinstance(message, SubmitOp):
            self._ask(self._cart, message)
        elif isinstance(message, Watch):
            self.watched = message.skus
            self._requests.ask(Requested.WATCHED)
        elif isinstance(message, Resync):
            self._requests.ask(Requested.CART)
        elif isinstance(message, Ping):
            self._pong(message.id)
        else:
            assert_never(message)

    def _take_hello(self, hello: Hello) -> None:
        if self._hello.done():
            raise BadFrame("t: a second hello")
        self._hello.set_result(hello)
        self._flow_control.stop()

    def _ask(self, cart: LiveCart, asked: SubmitOp) -> None:
        self._context.sessions.use(self._session)
        if self._gate.holds and not self._lets_in(cart, asked.n):
            return
        self._flow_control.asked()
        cart.submit(OpRef(self.outbox, asked.n, asked.body), asked.op, self, self.id)

    def _lets_in(self, cart: LiveCart, n: int) -> bool:
        return self._gate.lets_in(n, cart.last(self.outbox), self._loop.time())

    def _show(self, look: Requested) -> None:
        if self._cart is None:
            return
        if look is Requested.CART:
            self.tell(self._cart.snapshot())
        else:
            self.tell(Prices(self._context.hub.context.catalog.items(self.watched)))

    def _pong(self, number: int) -> None:
        if left := spend(self._pings, PINGS, self._loop.time()):
            self._pings = left
            self.tell(Pong(number))

    # What goes out

    def _state(self) -> list[bytes]:
        """Return all state anew, for a tab that missed some."""
        if self._cart is None:
            return []
        watched = self._context.hub.context.catalog.items(self.watched)
        return [encode(self._cart.snapshot()), encode(Prices(watched))]

    def _flushed(self) -> None:
        if self._closed:
            return
        if self._goodbye and self._flow_control.unanswered <= 0:
            self._close()
        elif self._cart:
            self._flow_control.mind()

    def _beat(self) -> None:
        self.tell(Heartbeat())

    # Going

    def _hang_up_after_answers(self, code: int, reason: str) -> None:
        """Close once everything that was asked before is answered (protocol.md §2)."""
        if self._goodbye is None:
            self._goodbye = (code, reason)
            self._end_hello()
            self._send_queue.flush_soon()
            self._answers_timer = self._loop.call_later(ANSWERS_S, self._close)

    def _hang_up(self, code: int, reason: str) -> None:
        """Close now, after what was told already."""
        if not self._closed:
            self._goodbye, self._flow_control.unanswered = (code, reason), 0
            self._send_queue.flush()
            self._close()

    def _give_up(self) -> None:
        self._hang_up(CloseCode.TOO_SLOW, "the client does not read")

    def _close(self) -> None:
        if self._goodbye and not self._closed:
            code, reason = self._goodbye
            self._let_go()
            self._socket.close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))

    def _let_go(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._end_hello()
        self._requests.stop()
        self._send_queue.stop()
        self._heartbeat.stop()
        if self._answers_timer:
            self._answers_timer.cancel()
        self._context.connections.inside.discard(self)
        self._context.sessions.leave(self._session, self)
        if self._cart:
            self._context.hub.leave(self._cart, self)
            self._cart = None

    def _break_cycles(self) -> None:
        """Let go of all that holds this in turn: what is gone is freed at once, not some day."""
        del self._socket, self._send_queue, self._requests, self._flow_control, self._heartbeat

    def _end_hello(self) -> None:
        if not self._hello.done():
            self._hello.set_result(None)

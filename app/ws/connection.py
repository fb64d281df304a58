"""One open tab: the server-side object that holds the live cart while its websocket is open."""

import logging

from app.domain.catalog import Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.limits import MOST_PENDING
from app.domain.members import OWNER
from app.domain.outbox import OpRef, OutboxId, outbox_of
from app.domain.sessions import Session
from app.domain.verdicts import RetryLater
from app.live.cart import LiveCart
from app.live.ports import DisconnectReason
from app.protocol.decode import ClientMessage, Hello, SubmitOp, decode
from app.protocol.json import BadFrame, BadValue
from app.protocol.messages import Drain, Heartbeat, ServerMessage, TabId
from app.ws.admission import Admission, NotAdmitted, Place
from app.ws.close_codes import CODES, CloseCode
from app.ws.closing import ClosingQueue
from app.ws.context import ConnectionContext
from app.ws.heartbeat import HeartbeatTimer
from app.ws.requests import NO_SKUS, Requests
from app.ws.retry_gate import RetryGate, TooEarly
from app.ws.socket import Socket

log = logging.getLogger(__name__)

OWN_CART = Place()


class CartConnection(ClosingQueue):
    """A tab's end of its websocket, and the live cart that it holds.

    `serve_hello` lets the tab in. From then on it has no task: everything happens in callbacks of
    the websocket (`on_…`), of the live cart (`tell`) and of timers, and nothing waits.
    """

    def __init__(
        self,
        socket: Socket,
        session: Session,
        name: str,
        context: ConnectionContext,
        place: Place = OWN_CART,
    ):
        super().__init__(socket, context)
        self.id, self.gen, self.outbox = TabId(""), 0, OutboxId("")
        self.by, self.device = session.account if place.member_of else OWNER, place.device
        self._cart_of = place.member_of or session.account
        self.name = name
        self._session = session
        self._context = context
        self._cart: LiveCart | None = None
        self._requests: Requests | None = None
        self._retry_gate: RetryGate | None = None
        every_s = context.heartbeat_ms / 1000
        self._heartbeat = HeartbeatTimer(
            every_s, lambda: self.wrote_at_s, lambda: self.tell(Heartbeat())
        )
        self._login = context.sessions.join(session, self)
        if self.by:
            context.hub.expect_visit(self._cart_of, self)
        context.connections.inside.add(self)

    async def serve_hello(self) -> None:
        """Wait for the tab's hello and let it in, or close the websocket."""
        try:
            hello = await self._hello_wait.hello(self._context.hello_ms / 1000)
        except TimeoutError:
            self._close_now(CloseCode.TOO_SLOW, "no hello in time")
            return
        if hello is None:
            return
        if hello.account not in {None, self._session.account}:
            self._close_now(CloseCode.ANOTHER_ACCOUNT, "")
            return
        try:
            outbox = outbox_of(self.by, hello.outbox)
            async with self._context.hub.borrow(self._cart_of, outbox) as cart:
                if self.by and not await self._context.may_show(self._cart_of, self.by):
                    self._close_now(CloseCode.NOT_A_MEMBER, "")
                elif not self._is_closed:
                    self._let_in(cart, hello)
        except DatabaseUnavailable:
            self._close_now(CloseCode.OVERLOADED, "the database is away")
        except Exception:
            self._close_now(CloseCode.FAILED, "")
            raise

    # Called by the websocket

    def on_text(self, data: bytes) -> None:
        """Handle a message, nearly always an op, which goes straight to the cart.

        Raises `UnicodeDecodeError` if it is not in UTF-8.
        """
        if self._closing is not None:
            return
        try:
            message = decode(data)
            if not isinstance(message, SubmitOp) or (cart := self._cart) is None:
                self._handle(message)
                return
            self._login.is_used = True
            if self._login.is_warned:
                self._context.sessions.use(self._session)
            gate = self._retry_gate
            if gate and not gate.lets_in(message.n, cart.last(self.outbox), self._loop.time()):
                return
            self._unanswered += 1
            if self._unanswered >= MOST_PENDING:
                self._pause_reading()
            ref = OpRef(self.outbox, message.n, message.body, self.by)
            cart.submit(ref, message.op, self, self.id)
        except (BadFrame, BadValue) as fault:
            self._close_after_answers(CloseCode.BAD_MESSAGE, str(fault))
        except TooEarly:
            self._close_after_answers(CloseCode.RATE_IGNORED, "wait for retry_ms")

    def on_binary(self) -> None:
        """Close: all messages are text."""
        self._close_after_answers(CloseCode.BAD_MESSAGE, "a binary frame")

    def on_protocol_error(self, code: int, reason: str) -> None:
        """Close with the code of the websocket library."""
        self._close_after_answers(code, reason)

    def on_close(self, code: int) -> None:
        """Free everything; the close code that is counted is ours if we closed first."""
        ours, _ = self._closing or (None, "")
        log.info("socket closed", extra={"socket": self.name, "code": ours or code})
        self._context.connections.count_close(ours or code)
        self._leave()
        self._break_cycles()

    # Called by the live cart and the login

    @property
    def watched(self) -> frozenset[Sku]:
        """The products that the tab shows beside those in the cart."""
        return self._requests.watched if self._requests else NO_SKUS

    def reject_duplicate(self) -> None:
        """Close, because another op had the number of an op that was sent."""
        if self._is_closed:
            return
        self._unanswered -= 1
        self._close_after_answers(CloseCode.BAD_MESSAGE, "n: another op had this number")

    def disconnect(self, why: DisconnectReason) -> None:
        """Close, because the cart will tell nothing more."""
        self._close_now(CODES[why], "")

    def hand_over(self) -> None:
        """Close after all answers, because another node is to serve the cart."""
        self._close_after_answers(CloseCode.RESTARTING, "")

    # Called by the server

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        """Ask the tab to reconnect elsewhere."""
        self.tell(Drain(open_after_ms, close_in_ms))

    def restart(self) -> None:
        """Close, because the server ends."""
        self._close_now(CloseCode.RESTARTING, "")

    # Receiving

    def _handle(self, message: ClientMessage) -> None:
        """Handle a message; after the hello, nothing is read until the tab is let in."""
        if isinstance(message, Hello):
            self._hello_wait.take(message)
            self._pause_reading()
        elif self._requests is None or isinstance(message, SubmitOp):
            raise BadFrame("t: the first message must be hello")
        else:
            self._requests.handle(message)

    def _let_in(self, cart: LiveCart, hello: Hello) -> None:
        self.id, self.gen, self.outbox = hello.tab, hello.gen, outbox_of(self.by, hello.outbox)
        self.speak(hello.language)
        admission = Admission(self._session, self.name, self.language, self._context)
        greeting = admission.admit(self, cart, hello, self._loop.time())
        if isinstance(greeting, NotAdmitted):
            self._close_now(*greeting)
            return
        self._cart = cart
        self._requests = Requests(self, cart, self._context.hub.context.catalog)
        for message in greeting:
            self.tell(message)
        cart.tabs.publish_count(self)
        self._heartbeat.start()
        self._update_reading()

    # What the sending half needs

    def _on_retry_later(self, later: RetryLater) -> None:
        self._retry_gate = self._retry_gate or RetryGate()
        self._retry_gate.hold(later, self._loop.time())

    def _state(self) -> list[ServerMessage]:
        return self._requests.state() if self._requests else []

    def _on_flush(self) -> None:
        if self._closing and self._unanswered <= 0:
            self._close()
        elif self._requests:
            self._update_reading()

    def _on_stalled(self) -> None:
        self._close_now(CloseCode.TOO_SLOW, "the client does not read")

    # Closing

    def _leave(self) -> None:
        """Stop all timers, and release the cart and the login."""
        if self._is_closed:
            return
        self._is_closed = True
        self._hello_wait.cancel()
        self._stop_stall_timer()
        self._heartbeat.stop()
        if self._answers_timer:
            self._answers_timer.cancel()
        self._context.connections.inside.discard(self)
        self._context.sessions.leave(self._session, self)
        if self.by:
            self._context.hub.forget_visit(self._cart_of, self)
        if self._requests and self._cart:
            self._requests.stop()
            self._context.hub.leave(self._cart, self)
            self._requests = self._cart = None

    def _break_cycles(self) -> None:
        """Delete what refers back to this object, so that it is freed at once.

        The cycle collector is set to run seldom, and would keep thousands of closed connections.
        """
        del self._heartbeat

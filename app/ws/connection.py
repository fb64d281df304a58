"""One open tab: the server-side object that holds the live cart while its websocket is open."""

import asyncio
import logging

from app.domain.catalog import Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.outbox import OutboxId
from app.domain.sessions import Session
from app.domain.verdicts import RetryLater
from app.live.cart import LiveCart
from app.live.ports import DisconnectReason
from app.protocol.decode import ClientMessage, Hello, decode
from app.protocol.json import BadFrame, BadValue
from app.protocol.messages import Drain, Heartbeat, ServerMessage, TabId
from app.ws.admission import Admission
from app.ws.close_codes import CODES, CloseCode
from app.ws.context import ConnectionContext
from app.ws.flow_control import ANSWERS, FlowControl
from app.ws.heartbeat import HeartbeatTimer
from app.ws.hello import HelloWait
from app.ws.requests import NO_SKUS, Requests
from app.ws.retry_gate import TooEarly
from app.ws.send_queue import STATE, SendQueue
from app.ws.socket import Socket

log = logging.getLogger(__name__)

ANSWERS_S = 5.0
"""How long a connection that is to close waits for verdicts on ops that came before."""
LONGEST_REASON = 100


class CartConnection:
    """A tab's end of its websocket, and the live cart that it holds.

    `serve_hello` lets the tab in. From then on it has no task: everything happens in callbacks of
    the websocket (`on_…`), of the live cart (`tell`) and of timers, and nothing waits.
    """

    __deletable__ = ("_socket", "_send_queue", "_flow_control", "_heartbeat")
    """What `_break_cycles` deletes; mypyc needs to know if it compiles this (`bin/compile`)."""

    def __init__(self, socket: Socket, session: Session, name: str, context: ConnectionContext):
        self.id, self.gen, self.outbox = TabId(""), 0, OutboxId("")
        self.name = name
        self._session = session
        self._socket = socket
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._hello_wait = HelloWait()
        self._requests: Requests | None = None
        self._send_queue = SendQueue(
            socket,
            snapshot=lambda: self._requests.state() if self._requests else [],
            on_flush=self._on_flush,
            on_stalled=lambda: self._close_now(CloseCode.TOO_SLOW, "the client does not read"),
        )
        self._flow_control = FlowControl(socket)
        every_s = context.heartbeat_ms / 1000
        self._heartbeat = HeartbeatTimer(
            every_s, lambda: self._send_queue.wrote_at_s, lambda: self.tell(Heartbeat())
        )
        self._closing: tuple[int, str] | None = None
        self._answers_timer: asyncio.TimerHandle | None = None
        self._is_closed = False
        context.sessions.join(session, self)
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
        try:
            async with self._context.hub.borrow(self._session.account, hello.outbox) as cart:
                if not self._is_closed:
                    self._let_in(cart, hello)
        except DatabaseUnavailable:
            self._close_now(CloseCode.OVERLOADED, "the database is away")
        except Exception:
            self._close_now(CloseCode.FAILED, "")
            raise

    # Called by the websocket

    def on_text(self, text: str) -> None:
        """Handle a message."""
        if self._closing is not None:
            return
        try:
            self._handle(decode(text))
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

    def on_writable(self) -> None:
        """Write what waited for the client to read."""
        self._send_queue.on_writable()

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

    def tell(self, message: ServerMessage) -> None:
        """Send *message* at the end of this turn of the loop."""
        if self._is_closed:
            return
        kind = type(message)
        if kind in ANSWERS:
            self._flow_control.unanswered -= 1
            if isinstance(message, RetryLater) and self._requests:
                self._requests.hold(message)
        self._send_queue.add(self._context.encoder.encode(message), is_state=kind in STATE)

    def reject_duplicate(self) -> None:
        """Close, because another op had the number of an op that was sent."""
        if self._is_closed:
            return
        self._flow_control.unanswered -= 1
        self._close_after_answers(CloseCode.BAD_MESSAGE, "n: another op had this number")

    def disconnect(self, why: DisconnectReason) -> None:
        """Close, because the cart will tell nothing more."""
        self._close_now(CODES[why], "")

    # Called by the server

    @property
    def unread(self) -> int:
        """How many frames wait to be written."""
        return self._send_queue.waiting

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
            self._flow_control.pause()
        elif self._requests is None:
            raise BadFrame("t: the first message must be hello")
        else:
            self._requests.handle(message)

    def _let_in(self, cart: LiveCart, hello: Hello) -> None:
        self.id, self.gen, self.outbox = hello.tab, hello.gen, hello.outbox
        admission = Admission(self._session, self.name, self._context)
        greeting = admission.admit(self, cart, hello, self._loop.time())
        if not greeting:
            self._close_now(CloseCode.REPLACED, "a newer connection of this tab is open")
            return
        self._requests = Requests(self, cart, self._session, self._context, self._flow_control)
        for message in greeting:
            self.tell(message)
        cart.tabs.publish_count(self)
        self._heartbeat.start()
        self._flow_control.update()

    def _on_flush(self) -> None:
        if self._is_closed:
            return
        if self._closing and self._flow_control.unanswered <= 0:
            self._close()
        elif self._requests:
            self._flow_control.update()

    # Closing

    def _close_after_answers(self, code: int, reason: str) -> None:
        """Close once all ops that came before are answered (protocol.md §2)."""
        if self._closing is None:
            self._closing = (code, reason)
            self._hello_wait.cancel()
            self._send_queue.flush_soon()
            self._answers_timer = self._loop.call_later(ANSWERS_S, self._close)

    def _close_now(self, code: int, reason: str) -> None:
        """Write what waits, and close without waiting for verdicts."""
        if not self._is_closed:
            self._closing, self._flow_control.unanswered = (code, reason), 0
            self._send_queue.flush()
            self._close()

    def _close(self) -> None:
        if self._closing and not self._is_closed:
            code, reason = self._closing
            self._leave()
            self._socket.close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))

    def _leave(self) -> None:
        """Stop all timers, and release the cart and the login."""
        if self._is_closed:
            return
        self._is_closed = True
        self._hello_wait.cancel()
        self._send_queue.stop()
        self._heartbeat.stop()
        if self._answers_timer:
            self._answers_timer.cancel()
        self._context.connections.inside.discard(self)
        self._context.sessions.leave(self._session, self)
        if self._requests:
            self._requests.stop()
            self._context.hub.leave(self._requests.cart, self)
            self._requests = None

    def _break_cycles(self) -> None:
        """Delete what refers back to this object, so that it is freed at once.

        The cycle collector is set to run seldom, and would keep thousands of closed connections.
        """
        del self._socket, self._send_queue, self._flow_control, self._heartbeat

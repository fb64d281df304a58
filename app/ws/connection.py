"""One open tab: the server-side object that holds the live cart while its socket is open."""

import asyncio
import logging
from typing import assert_never

from app.domain.allowance import Bucket, full, spend
from app.domain.outbox import OutboxId, Ticket
from app.domain.position import ALARMS, Why, why_snapshot
from app.domain.sessions import Session
from app.domain.shelf import Sku
from app.domain.verdicts import Later, No, Ok
from app.live.cart import LiveCart
from app.live.ports import Away, Farewell
from app.protocol.decode import Asked, Hello, Message, Ping, Resync, Watch, read
from app.protocol.encode import write
from app.protocol.json import BadFrame, BadValue
from app.protocol.messages import (
    Changed,
    Drain,
    Heartbeat,
    Need,
    News,
    Pong,
    Prices,
    Snapshot,
    TabId,
    Welcome,
)
from app.ws.codes import CODES, CloseCode
from app.ws.flow import Flow
from app.ws.looks import Look, Looks
from app.ws.manners import Manners
from app.ws.outgoing import Outgoing
from app.ws.patience import Impatient, Patience
from app.ws.pulse import Pulse
from app.ws.socket import Socket

log = logging.getLogger(__name__)

ANSWERS_S = 5.0
PINGS = Bucket(10, 2)
LONGEST_REASON = 100
NOTHING: frozenset[Sku] = frozenset()
ANSWERS = frozenset({Ok, No, Later, Need})
STATE = frozenset({Changed, Prices, Snapshot})


class CartConnection:
    """A tab's end of its socket, and the live cart that it holds.

    `serve_hello` lets the tab in; from then on everything happens in what the socket calls and
    in what the live cart tells, and nothing waits.
    """

    __deletable__ = ("_socket", "_outgoing", "_looks", "_flow", "_pulse")
    """What `_untie` deletes; for mypyc, if it compiles this (`bin/compile`)."""

    def __init__(self, socket: Socket, session: Session, name: str, manners: Manners):
        self.id, self.gen, self.outbox = TabId(""), 0, OutboxId("")
        self.watched = NOTHING
        self.name = name
        self._session = session
        self._socket = socket
        self._manners = manners
        self._loop = asyncio.get_running_loop()
        self._hello: asyncio.Future[Hello | None] = self._loop.create_future()
        self._cart: LiveCart | None = None
        self._outgoing = Outgoing(socket, self._state, self._flushed, self._give_up)
        self._looks = Looks(self._show)
        self._patience = Patience()
        self._pings = full(PINGS, self._loop.time())
        self._flow = Flow(socket)
        every_s = manners.heartbeat_ms / 1000
        self._pulse = Pulse(every_s, lambda: self._outgoing.wrote_at_s, self._beat)
        self._goodbye: tuple[int, str] | None = None
        self._answers_timer: asyncio.TimerHandle | None = None
        self._closed = False
        manners.sessions.join(session, self)
        manners.guests.inside.add(self)

    async def serve_hello(self) -> None:
        """Wait for the tab's hello and let it in, or close the socket."""
        try:
            async with asyncio.timeout(self._manners.hello_ms / 1000):
                hello = await self._hello
        except TimeoutError:
            self._hang_up(CloseCode.TOO_SLOW, "no hello in time")
            return
        if hello is None:
            return
        try:
            async with self._manners.hub.borrow(self._session.account, hello.outbox) as cart:
                if not self._closed:
                    self._enter(cart, hello)
        except Away:
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
            self._take(read(text))
        except (BadFrame, BadValue) as fault:
            self._hang_up_after_answers(CloseCode.BAD_MESSAGE, str(fault))
        except Impatient:
            self._hang_up_after_answers(CloseCode.IMPATIENT, "wait for retry_ms")

    def heard_bytes(self) -> None:
        """Refuse a binary frame."""
        self._hang_up_after_answers(CloseCode.BAD_MESSAGE, "a binary frame")

    def failed(self, code: int, reason: str) -> None:
        """Part from a client that broke the WebSocket protocol."""
        self._hang_up_after_answers(code, reason)

    def writable(self) -> None:
        """Write what waited for room."""
        self._outgoing.writable()

    def gone(self, code: int) -> None:
        """Forget a closed socket."""
        ours, _ = self._goodbye or (None, "")
        log.info("socket closed", extra={"socket": self.name, "code": ours or code})
        self._manners.guests.part(ours or code)
        self._let_go()
        self._untie()

    # What the live cart and the login call

    def tell(self, news: News) -> None:
        """Have *news* read by the tab, in order, soon."""
        if self._closed:
            return
        kind = type(news)
        if kind in ANSWERS:
            self._flow.unanswered -= 1
            if isinstance(news, Later):
                self._patience.hold(news, self._loop.time())
        self._outgoing.add(self._manners.scribe.write(news), is_state=kind in STATE)

    def contradict(self) -> None:
        """Refuse an op whose number another op has."""
        if self._closed:
            return
        self._flow.unanswered -= 1
        self._hang_up_after_answers(CloseCode.BAD_MESSAGE, "n: another op had this number")

    def dismiss(self, why: Farewell) -> None:
        """Hang up, because nothing more will be told."""
        self._hang_up(CODES[why], "")

    # What the server calls, or reads

    @property
    def unread(self) -> int:
        """How many frames wait to be written."""
        return self._outgoing.waiting

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
        why = why_snapshot(hello.at, cart.saved)
        state = cart.snapshot() if why else cart.prices()
        if not cart.tabs.enter(self):
            self._hang_up(CloseCode.REPLACED, "a newer connection of this tab is open")
            return
        self._manners.hub.shop.figures.welcomes[why] += 1
        if why in ALARMS:
            self._raise_alarm(why, hello)
        self._cart = cart
        self._log_entry(hello, why)
        self.tell(self._welcome(cart, hello, why))
        self.tell(state)
        cart.tabs.count(self)
        self._pulse.start()
        self._flow.mind()

    def _welcome(self, cart: LiveCart, hello: Hello, why: Why | None) -> Welcome:
        last, verdicts = cart.standing(hello.outbox, hello.pend)
        return Welcome(
            self._session.account,
            self._manners.node,
            self.name,
            why,
            last,
            verdicts,
            self._manners.heartbeat_ms,
            self._manners.sessions.left_ms(self._session),
            self._manners.hub.shop.limits,
        )

    def _log_entry(self, hello: Hello, why: Why | None) -> None:
        """Log which tab is behind which socket, so that its ops can be followed to it."""
        if log.isEnabledFor(logging.DEBUG):
            account = self._session.account
            tab = {"account": account, "tab": hello.tab, "gen": hello.gen, "outbox": hello.outbox}
            log.debug(
                "tab let in", extra={"socket": self.name, **tab, "stands": hello.at, "why": why}
            )

    def _raise_alarm(self, why: Why, hello: Hello) -> None:
        alarms, now_s = self._manners.hub.alarms, self._loop.time()
        alarms.raise_for(self._session.account, why, hello.at, now_s)

    # What is asked

    def _take(self, message: Message) -> None:
        if isinstance(message, Hello):
            self._take_hello(message)
        elif self._cart is None:
            raise BadFrame("t: the first message must be hello")
        elif isinstance(message, Asked):
            self._ask(self._cart, message)
        elif isinstance(message, Watch):
            self.watched = message.skus
            self._looks.ask(Look.WATCHED)
        elif isinstance(message, Resync):
            self._looks.ask(Look.CART)
        elif isinstance(message, Ping):
            self._pong(message.id)
        else:
            assert_never(message)

    def _take_hello(self, hello: Hello) -> None:
        if self._hello.done():
            raise BadFrame("t: a second hello")
        self._hello.set_result(hello)
        self._flow.stop()

    def _ask(self, cart: LiveCart, asked: Asked) -> None:
        self._manners.sessions.use(self._session)
        if self._patience.holds and not self._lets_in(cart, asked.n):
            return
        self._flow.asked()
        cart.submit(Ticket(self.outbox, asked.n, asked.body), asked.op, self, self.id)

    def _lets_in(self, cart: LiveCart, n: int) -> bool:
        return self._patience.lets_in(n, cart.last(self.outbox), self._loop.time())

    def _show(self, look: Look) -> None:
        if self._cart is None:
            return
        if look is Look.CART:
            self.tell(self._cart.snapshot())
        else:
            self.tell(Prices(self._manners.hub.shop.shelf.items(self.watched)))

    def _pong(self, number: int) -> None:
        if left := spend(self._pings, PINGS, self._loop.time()):
            self._pings = left
            self.tell(Pong(number))

    # What goes out

    def _state(self) -> list[bytes]:
        """Return all state anew, for a tab that missed some."""
        if self._cart is None:
            return []
        watched = self._manners.hub.shop.shelf.items(self.watched)
        return [write(self._cart.snapshot()), write(Prices(watched))]

    def _flushed(self) -> None:
        if self._closed:
            return
        if self._goodbye and self._flow.unanswered <= 0:
            self._close()
        elif self._cart:
            self._flow.mind()

    def _beat(self) -> None:
        self.tell(Heartbeat())

    # Going

    def _hang_up_after_answers(self, code: int, reason: str) -> None:
        """Close once everything that was asked before is answered (protocol.md §2)."""
        if self._goodbye is None:
            self._goodbye = (code, reason)
            self._end_hello()
            self._outgoing.flush_soon()
            self._answers_timer = self._loop.call_later(ANSWERS_S, self._close)

    def _hang_up(self, code: int, reason: str) -> None:
        """Close now, after what was told already."""
        if not self._closed:
            self._goodbye, self._flow.unanswered = (code, reason), 0
            self._outgoing.flush()
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
        self._looks.stop()
        self._outgoing.stop()
        self._pulse.stop()
        if self._answers_timer:
            self._answers_timer.cancel()
        self._manners.guests.inside.discard(self)
        self._manners.sessions.leave(self._session, self)
        if self._cart:
            self._manners.hub.leave(self._cart, self)
            self._cart = None

    def _untie(self) -> None:
        """Let go of all that holds this in turn: what is gone is freed at once, not some day."""
        del self._socket, self._outgoing, self._looks, self._flow, self._pulse

    def _end_hello(self) -> None:
        if not self._hello.done():
            self._hello.set_result(None)

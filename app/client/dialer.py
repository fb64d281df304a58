"""Opens a tab's connections: over a websocket, or where that is blocked over an event stream."""

import asyncio
from typing import Final

from websockets.exceptions import InvalidHandshake, InvalidStatus

from app.client.backoff import Reconnect, RetryPolicy
from app.client.connection import Connection
from app.client.deps import Transport
from app.client.errors import HandshakeRefused
from app.client.event_wire import EventWire, answers_over_http
from app.client.first_word import Ask, FirstWord
from app.client.observer import Observer
from app.client.websocket_wire import Endpoint, open_websocket
from app.client.wire import after_status

REMEMBERED_S: Final = 86_400
"""For so long websockets are not tried again once they were found to be blocked."""


class Dialer:
    """Opens one connection after the other. `transport` is what it uses at the moment."""

    def __init__(
        self, endpoint: Endpoint, observer: Observer, retry_policy: RetryPolicy, wanted: Transport
    ):
        self.transport = Transport.EVENTS if wanted is Transport.EVENTS else Transport.WEBSOCKET
        self._endpoint = endpoint
        self._observer = observer
        self._retry_policy = retry_policy
        self._wanted = wanted
        self._newest: Connection | None = None
        self._blocked_at_s = 0.0
        self._answered_s: float | None = None

    async def __call__(self, gen: int) -> Connection | Reconnect | HandshakeRefused:
        """Return an open connection, or what to do after a failed handshake."""
        self._try_websockets_again()
        self._answered_s = None
        if self._newest and self._newest.is_silent:
            await self._leave(self._newest)
        outcome = await self._open(gen)
        if isinstance(outcome, Connection):
            self._newest = outcome
        elif self._may_be_blocked(outcome) and await self._answers():
            outcome = await self._open_or_find_out(gen)
        return outcome

    async def _open(self, gen: int) -> Connection | Reconnect | HandshakeRefused:
        if self.transport is Transport.EVENTS:
            return self._open_events(gen)
        first_word = self._first_word(self._answers)
        timeout_s = first_word.timeout_s if first_word else self._retry_policy.open_timeout_s
        try:
            wire = await open_websocket(self._endpoint, self._retry_policy, timeout_s)
        except InvalidStatus as refusal:
            self._observer.failed(str(refusal))
            response = refusal.response
            retry_after = response.headers.get("Retry-After", "")
            return after_status(response.status_code, response.reason_phrase, retry_after)
        except (OSError, TimeoutError, InvalidHandshake) as failure:
            self._observer.failed(f"{type(failure).__name__}: {failure}")
            return Reconnect()
        return Connection(wire, gen, self._observer, first_word)

    def _open_events(self, gen: int) -> Connection:
        wire = EventWire(self._endpoint, self._retry_policy)
        return Connection(wire, gen, self._observer, self._first_word())

    def _first_word(self, ask: Ask | None = None) -> FirstWord | None:
        """Return what gives up on a connection without a word, if there is something else."""
        if self._wanted is not Transport.AUTO:
            return None
        return FirstWord(self._retry_policy.welcome_timeout_s, ask, self._answered_s)

    async def _leave(self, silent: Connection) -> None:
        """Change the transport, unless it may be the shop that stands still.

        Then wait for an answer of it, after which a websocket that is silent again is blocked.
        """
        if self.transport is Transport.EVENTS:
            self.transport = Transport.WEBSOCKET
        elif silent.is_blocked:
            self._use_events()
        elif await self._answers():
            self._answered_s = asyncio.get_running_loop().time()

    def _may_be_blocked(self, outcome: Reconnect | HandshakeRefused) -> bool:
        """Say whether something in between may have failed.

        It has not if the shop says when to retry, or while the connection before is open.
        """
        is_full = isinstance(outcome, Reconnect) and outcome.min_delay_s > 0
        is_drained = self._newest is not None and self._newest.is_open
        return self.transport is Transport.WEBSOCKET and not is_full and not is_drained

    async def _open_or_find_out(self, gen: int) -> Connection | Reconnect | HandshakeRefused:
        """Try a websocket once more, now that the shop answers: it may just have started again."""
        outcome = await self._open(gen)
        if not isinstance(outcome, Connection) and self._may_be_blocked(outcome):
            await self._find_out()
            if self.transport is Transport.EVENTS:
                outcome = self._open_events(gen)
        if isinstance(outcome, Connection):
            self._newest = outcome
        return outcome

    async def _find_out(self) -> None:
        """Use events from now on if a websocket has failed while the shop answers requests."""
        if await self._answers():
            self._use_events()

    def _use_events(self) -> None:
        self.transport = Transport.EVENTS
        self._blocked_at_s = asyncio.get_running_loop().time()

    async def _answers(self) -> bool:
        """Say whether the shop answers a request, if there is another way than websockets."""
        return self._wanted is Transport.AUTO and await answers_over_http(
            self._endpoint.site, self._endpoint.cookie, self._retry_policy.open_timeout_s
        )

    def _try_websockets_again(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._wanted is Transport.AUTO and now_s >= self._blocked_at_s + REMEMBERED_S:
            self.transport = Transport.WEBSOCKET

"""A provider whose failures stay its own: calls have a time-out, a limit, and a circuit breaker."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from app.domain.catalog import Money
from app.domain.orders import HostedPage
from app.domain.payments import Payment, ProviderStatus
from app.services.payments.provider import (
    PageRequest,
    Provider,
    ProviderEvent,
    ProviderRefused,
    ProviderUnavailable,
)

T = TypeVar("T")

CALL_S: Final = 10.0
MOST_CALLS: Final = 8
"""How many calls may be under way; another one is refused at once, so that nobody queues."""
MOST_FAILURES: Final = 3
OPEN_S: Final = 10.0
"""After `MOST_FAILURES` failures in a row, no call but one is made in so long."""

CallCounts = Counter[tuple[str, str]]
"""How many calls there were, by their name and outcome."""
CALLS: Final = ("begin", "status", "close", "capture", "void", "refund")
DONE, REFUSED, UNAVAILABLE, KEPT_BACK = OUTCOMES = ("done", "refused", "unavailable", "kept_back")


class GuardedProvider:
    """Does what *provider* does, or raises `ProviderUnavailable` soon.

    The breaker of the database (`app/store/circuit_breaker.py`) has a thread that probes. Here
    there is no harmless call to probe with, so the next call of somebody is the probe. Each call
    is counted in *counts*.
    """

    def __init__(self, provider: Provider, steady_s: Callable[[], float], counts: CallCounts):
        self._provider = provider
        self._steady_s = steady_s
        self._counts = counts
        self._calls = 0
        self._failures = 0
        self._closed_again_s = 0.0

    @property
    def page_origin(self) -> str:
        """Where hosted pages are."""
        return self._provider.page_origin

    @property
    def is_away(self) -> bool:
        """Say whether the last calls have failed."""
        return self._failures >= MOST_FAILURES

    @property
    def is_test(self) -> bool:
        """Say whether no money is moved."""
        return self._provider.is_test

    def read_event(self, body: bytes, signature: str) -> ProviderEvent | None:
        """Return what the provider tells."""
        return self._provider.read_event(body, signature)

    async def begin(self, request: PageRequest) -> HostedPage:
        """Make the page on which an order is paid."""
        return await self._call("begin", lambda: self._provider.begin(request))

    async def status(self, payment: Payment) -> ProviderStatus:
        """Return what became of a payment."""
        return await self._call("status", lambda: self._provider.status(payment))

    async def close(self, payment: Payment) -> ProviderStatus:
        """End the hosted page."""
        return await self._call("close", lambda: self._provider.close(payment))

    async def capture(self, payment: Payment, amount: Money) -> ProviderStatus:
        """Take *amount*."""
        return await self._call("capture", lambda: self._provider.capture(payment, amount))

    async def void(self, payment: Payment) -> ProviderStatus:
        """Release what is authorised."""
        return await self._call("void", lambda: self._provider.void(payment))

    async def refund(self, payment: Payment, amount: Money, key: str) -> ProviderStatus:
        """Give *amount* back."""
        return await self._call("refund", lambda: self._provider.refund(payment, amount, key))

    async def disconnect(self) -> None:
        """Close the connections."""
        await self._provider.disconnect()

    async def _call(self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        now_s = self._steady_s()
        if self._calls >= MOST_CALLS or (self.is_away and now_s < self._closed_again_s):
            self._counts[name, KEPT_BACK] += 1
            raise ProviderUnavailable
        self._closed_again_s = now_s + OPEN_S
        self._calls += 1
        outcome = UNAVAILABLE
        try:
            async with asyncio.timeout(CALL_S):
                answer = await call()
            outcome = DONE
        except TimeoutError:
            raise ProviderUnavailable from None
        except ProviderRefused:
            outcome = REFUSED
            raise
        finally:
            self._calls -= 1
            self._counts[name, outcome] += 1
            self._failures = self._failures + 1 if outcome == UNAVAILABLE else 0
        return answer

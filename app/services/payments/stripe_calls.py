"""How Stripe is called: the package's client, its limits of time, its errors, and our keys."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, NamedTuple, TypeVar

import httpx
from stripe import (
    APIError,
    CardError,
    HTTPXClient,
    IdempotencyError,
    InvalidRequestError,
    StripeClient,
    StripeError,
)

from app.services.payments.provider import ProviderRefused, ProviderUnavailable

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class StripeAccount(NamedTuple):
    """Whose calls they are: the secret key, and what signs events, empty if none are told."""

    key: str
    webhook_secret: str = ""


class StripeAddresses(NamedTuple):
    """Where the API is, and where hosted pages are."""

    api: str = "https://api.stripe.com"
    page_origin: str = "https://checkout.stripe.com"


class CallLimits(NamedTuple):
    """How long a call may take to connect, and as a whole with the `retries` of the package."""

    connect_s: float = 5.0
    answer_s: float = 10.0
    retries: int = 1


MOST_KEYS: Final = 10
USUAL_ADDRESSES: Final = StripeAddresses()
USUAL_LIMITS: Final = CallLimits()


class StripeCalls:
    """A client of Stripe, and its connections."""

    def __init__(self, key: str, api: str, limits: CallLimits):
        self._limits = limits
        timeout = httpx.Timeout(limits.answer_s, connect=limits.connect_s)
        self._http = HTTPXClient(timeout=timeout)
        client = StripeClient(
            key,
            base_addresses={"api": api},
            http_client=self._http,
            max_network_retries=limits.retries,
        )
        self.sessions = client.v1.checkout.sessions
        self.intents = client.v1.payment_intents
        self.refunds = client.v1.refunds
        self.disputes = client.v1.disputes

    async def disconnect(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    @asynccontextmanager
    async def answered(self) -> AsyncIterator[None]:
        """Turn the errors of Stripe, and a missing answer, into those of a provider."""
        try:
            async with asyncio.timeout(self._limits.answer_s):
                yield
        except (InvalidRequestError, IdempotencyError, CardError) as error:
            log.warning("Stripe refused a call: %r", error)
            raise ProviderRefused(str(error)) from error
        except (StripeError, TimeoutError) as error:
            log.warning("Stripe did not answer a call: %r", error)
            raise ProviderUnavailable from error


async def insist(key: str, call: Callable[[str], Awaitable[Answer]]) -> Answer:
    """Make a call under *key*, and under the next key of it if only an old failure comes back.

    Stripe keeps the answer of a call for its key for a day, even if that is a failure of its own
    (https://docs.stripe.com/api/idempotent_requests).
    """
    for nr in range(2, MOST_KEYS + 1):
        try:
            return await call(key)
        except APIError as error:
            if (error.headers or {}).get("idempotent-replayed") != "true":
                raise
        key = f"{key.partition('#')[0]}#{nr}"
    return await call(key)


@contextmanager
def unless_in_another_state() -> Iterator[None]:
    """Pass over the refusal of a call that was made before, or came too late."""
    try:
        yield
    except InvalidRequestError as error:
        if error.code != "payment_intent_unexpected_state":
            raise

"""The services on a scratch database, with fakes for payment, peers, time and chance."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from app.domain.catalog import Money
from app.domain.orders import OrderKey, Pay
from app.domain.token_bucket import RateLimit
from app.runtime.clock import Clock
from app.runtime.config import Config
from app.runtime.live_shop import LiveShop, make_live_shop
from app.services.auth import Auth, Client
from app.services.checkout import Checkout
from app.services.login_backoff import LoginLocks
from app.services.passwords import Passwords
from app.services.rate_limit import RateLimiter
from tests.http.flaky import FakeClock, FlakyDatabase, FlakyDisk
from tests.http.harness import CHEAP
from tests.live.fakes import FakePeers

HERE = Client("192.0.2.1", "a browser", None)
ELSEWHERE = Client("203.0.113.9", "another browser", None)


@dataclass
class FakePayment:
    """A payment method that remembers what was authorized and what was voided.

    `interlude` is awaited once, within the next authorization.
    """

    secured: list[tuple[OrderKey, Money]] = field(default_factory=list)
    released: list[OrderKey] = field(default_factory=list)
    interlude: Callable[[], Awaitable[object]] | None = None

    async def secure(self, key: OrderKey, total: Money) -> None:
        """Remember."""
        self.secured.append((key, total))
        interlude, self.interlude = self.interlude, None
        if interlude:
            await interlude()

    async def release(self, key: OrderKey) -> None:
        """Remember."""
        self.released.append(key)


@dataclass(frozen=True)
class Services:
    """The services, and the parts that tests look into or break."""

    auth: Auth
    checkout: Checkout
    live: LiveShop
    database: FlakyDatabase
    clock: FakeClock
    peers: FakePeers
    payment: FakePayment


@asynccontextmanager
async def open_services(url: str) -> AsyncIterator[Services]:
    """Open them on the database at *url*; order numbers are drawn from 0 upwards."""
    clock, database, peers = FakeClock(), FlakyDatabase(url), FakePeers()
    config, payment, numbers = Config(), FakePayment(), count()
    live = make_live_shop(
        config, database, FlakyDisk(database), peers, Clock(clock.now_s, clock.now_s)
    )
    auth = make_auth(live, clock)
    checkout = Checkout(database, live.hub, {Pay.ON_DELIVERY: payment}, lambda _: next(numbers))
    await live.catalog.refresh()
    commits = asyncio.create_task(live.commits.run())
    yield Services(auth, checkout, live, database, clock, peers, payment)
    live.writer.close()
    await commits
    auth.passwords.close()
    database.close()


def make_auth(live: LiveShop, clock: FakeClock) -> Auth:
    """Return a service that lets an address register twice, and whose ids are counted."""
    ids = count(1)
    return Auth(
        database=live.database,
        passwords=Passwords(CHEAP),
        registrations=RateLimiter(RateLimit(2, 1), clock.now_s),
        login_locks=LoginLocks(),
        live_sessions=live.sessions,
        lifetime=Config().lifetime,
        free_failures=4,
        now_s=clock.now_s,
        new_secret=lambda: f"secret-{next(ids)}",
        new_uuid=lambda: f"uuid-{next(ids)}",
        new_epoch=lambda: "7c1d",
    )

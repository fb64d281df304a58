"""The services on a scratch database, with fakes for the provider, peers, time and chance."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from app.domain.limits import RateLimit
from app.runtime.clock import Clock
from app.runtime.config import Config
from app.runtime.live_shop import LiveShop, make_live_shop
from app.services.auth import Auth, Client
from app.services.checkout import Checkout
from app.services.login_backoff import LoginLocks
from app.services.order_limiter import OrderLimiter
from app.services.passwords import Passwords
from app.services.payments.cards import Cards
from app.services.payments.reconciler import Reconciler
from app.services.rate_limit import RateLimiter
from app.services.registration import Registration
from tests.http.flaky import FakeClock, FlakyDatabase, FlakyDisk
from tests.http.harness import CHEAP
from tests.live.fakes import FakePeers
from tests.services.fake_provider import FakeProvider

HERE = Client("192.0.2.1", "a browser", None)
ELSEWHERE = Client("203.0.113.9", "another browser", None)


@dataclass(frozen=True)
class Services:
    """The services, and the parts that tests look into or break."""

    auth: Auth
    registration: Registration
    checkout: Checkout
    live: LiveShop
    database: FlakyDatabase
    clock: FakeClock
    peers: FakePeers
    provider: FakeProvider
    reconciler: Reconciler


@asynccontextmanager
async def open_services(url: str) -> AsyncIterator[Services]:
    """Open them on the database at *url*; order numbers are drawn from 0 upwards."""
    clock, database, peers = FakeClock(), FlakyDatabase(url), FakePeers()
    config, provider, numbers = Config(), FakeProvider(), count()
    live = make_live_shop(
        config, database, FlakyDisk(database), peers, Clock(clock.now_s, clock.now_s)
    )
    registration = make_registration(live, clock)
    refresh = live.hub.request_refresh
    checkout = Checkout(
        database,
        live.hub,
        Cards(database, provider, "http://localhost", "GBP", clock.now_s, refresh),
        OrderLimiter(database, config.order_limits, clock.now_s),
        lambda _: next(numbers),
    )
    reconciler = Reconciler(database, provider, checkout.cancel, clock.now_s, refresh)
    await live.catalog.refresh()
    commits = asyncio.create_task(live.commits.run())
    auth = registration.auth
    parts = auth, registration, checkout, live, database, clock, peers, provider, reconciler
    try:
        yield Services(*parts)
    finally:
        live.writer.close()
        await commits
        registration.auth.passwords.close()
        database.close()


def make_registration(live: LiveShop, clock: FakeClock) -> Registration:
    """Return a service that lets an address register twice, and whose ids are counted."""
    ids = count(1)
    auth = Auth(
        database=live.database,
        security=live.security,
        passwords=Passwords(CHEAP),
        login_locks=LoginLocks(),
        live_sessions=live.sessions,
        lifetime=Config().lifetime,
        free_failures=4,
        now_s=clock.now_s,
        new_secret=lambda: f"secret-{next(ids)}",
    )
    return Registration(
        auth,
        RateLimiter(RateLimit(2, 1), clock.now_s),
        lambda: f"uuid-{next(ids)}",
        lambda: "7c1d",
        confirms=False,
    )

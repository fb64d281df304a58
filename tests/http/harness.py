"""A shop to send HTTP requests to: the real parts, on a scratch database and a still clock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from quart import Quart

from app.domain.catalog import Money, Sku
from app.http.app import register_blueprints
from app.http.core.assets import Assets
from app.http.core.context import HttpContext
from app.runtime.build import CHANCE
from app.runtime.clock import Clock
from app.runtime.cluster import NoPeers
from app.runtime.config import OFF, Config
from app.runtime.http_context import make_http_context
from app.runtime.live_shop import LiveShop, make_live_shop
from app.runtime.web_app import make_web_app
from app.services.event_frames import Delivery
from app.services.passwords import Passwords
from app.services.payments.provider import Provider
from app.store.catalog import load_categories
from app.store.orders import find_order_by_number, move_on
from tests.http.flaky import FakeClock, FlakyDatabase, FlakyDisk
from tests.http.visitor import ADA, Visitor
from tests.staff import set_product

ROOT = Path(__file__).parents[2]
ASSETS = Assets(ROOT / "static")
ORIGIN = "http://localhost"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CONFIG = Config(
    origins=(ORIGIN,),
    secret="a key for tests only, and long enough",
    confirm=OFF,
    registrations=10,
    registrations_per_h=3600,
)


class TemplateCache(BytecodeCache):
    """Compiled templates, shared by all shops of a test run."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill *bucket* if its template was compiled before."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in *bucket*."""
        self._code[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = TemplateCache()


@dataclass(frozen=True)
class HttpHarness:
    """The shop, and the parts that tests look into or break."""

    app: Quart
    context: HttpContext
    live: LiveShop
    database: FlakyDatabase
    disk: FlakyDisk
    clock: FakeClock
    kills: list[float]
    """When the process was to be killed."""
    provider: Provider | None
    """Of card payments, if the shop takes cards."""

    def visitor(self, address: str = "192.0.2.1") -> "Visitor":
        """Return a visitor with cookies of their own, at *address*."""
        return Visitor(self.app.test_client(), address, self.context.origins[0])

    async def ada(self, **fields: str) -> "Visitor":
        """Return a visitor who has just registered, as Ada unless *fields* say otherwise."""
        visitor = self.visitor()
        answer = await visitor.send("/api/accounts", {**ADA, **fields})
        assert answer.status_code == 201, await answer.get_data(as_text=True)
        return visitor

    async def set_product(
        self, sku: str, *, price: int | None = None, stock: int | None = None
    ) -> None:
        """Edit a product, and refresh the live catalogue."""
        await self.set_product_unseen(sku, price=price, stock=stock)
        await self.refresh_catalog()

    async def set_product_unseen(
        self, sku: str, *, price: int | None = None, stock: int | None = None
    ) -> None:
        """Edit a product on disk, without refreshing the live catalogue."""
        money = None if price is None else Money(price)
        await self.database.write(set_product, Sku(sku), money, stock)

    async def refresh_catalog(self) -> None:
        """Load what changed on disk, and tell the tabs that show it."""
        await self.live.catalog.refresh()
        await self.live.hub.broadcaster.send_due()

    async def move_on(self, number: str) -> None:
        """Move an order to its next state."""
        order = await self.database.read(find_order_by_number, number)
        await self.database.write(move_on, order, int(self.clock.now_s()))


@asynccontextmanager
async def open_harness(
    url: str,
    *,
    passwords: Passwords | None = None,
    draw: Callable[[int], int] = CHANCE.draw,
    assets: Assets = ASSETS,
    provider: Provider | None = None,
    **settings: Any,
) -> AsyncIterator[HttpHarness]:
    """Open a shop with the usual settings but for *settings*.

    Commits are announced, as in the real shop, but no background job runs: a test calls what it
    needs of them, so that nothing happens at a time of its own.
    """
    config = replace(CONFIG, **settings)
    clock, database = FakeClock(), FlakyDatabase(url)
    kills: list[float] = []
    clocks, disk = Clock(clock.now_s, clock.now_s), FlakyDisk(database)
    live = make_live_shop(config, database, disk, NoPeers(), clocks)
    context = make_http_context(
        config,
        live,
        assets=assets,
        passwords=passwords or Passwords(CHEAP),
        gauges=lambda: {"sockets": 3, "waiting": live.writer.waiting},
        clock=clocks,
        deliver_frames=lambda *_: Delivery.UNKNOWN,
        chance=CHANCE._replace(draw=draw),
        kill=lambda: kills.append(clock.now_s()),
        provider=provider,
    )
    await live.catalog.refresh()
    context.categories.extend(await database.read(load_categories))
    app = make_web_app(config)
    app.jinja_options = {"bytecode_cache": TEMPLATES}
    register_blueprints(app, context)
    database.reads.clear()
    commits = asyncio.create_task(live.commits.run())
    try:
        yield HttpHarness(app, context, live, database, disk, clock, kills, provider)
    finally:
        live.writer.close()
        await commits
        context.auth.passwords.close()
        database.close()

"""A shop with its doors open, on a scratch database, with a clock that stands still."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from quart import Quart
from quart_auth import QuartAuth

from app.domain.catalog import Money, Sku
from app.domain.limits import Limits
from app.domain.sessions import Lifetime
from app.domain.token_bucket import RateLimit
from app.http.app import register_blueprints
from app.http.core.assets import Assets
from app.http.core.context import HttpContext
from app.live.catalog import LiveCatalog
from app.live.context import CartContext
from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.protocol.messages import OrderMoved
from app.runtime.cluster import NoPeers
from app.services.login_backoff import LoginLocks
from app.services.passwords import Passwords
from app.services.rate_limit import RateLimiter
from app.store.catalog import load_catalog_changes, load_categories
from app.store.database import Database
from app.store.orders import find_any_order, load_moved_orders, move_on
from app.store.writer import Writer
from tests.http.flaky import Clock, Disk, FlakyDatabase
from tests.http.visitor import ADA, Visitor
from tests.staff import set_product

ROOT = Path(__file__).parents[2]
ASSETS = Assets(ROOT / "static")
ORIGIN = "http://localhost"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Compiled(BytecodeCache):
    """Templates that an earlier shop has compiled already."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill *bucket* if its template is known."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember what is in *bucket*."""
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@dataclass(frozen=True)
class House:
    """The shop, and all that a test may want to turn a screw on."""

    app: Quart
    context: HttpContext
    database: FlakyDatabase
    clock: Clock
    writer: Writer
    disk: Disk

    def visitor(self, address: str = "192.0.2.1") -> "Visitor":
        """Return somebody with a browser of their own, at *address*."""
        return Visitor(self.app.test_client(), address, self.context.origins[0])

    async def ada(self, **fields: str) -> "Visitor":
        """Return somebody who has just registered, as Ada unless *fields* say otherwise."""
        visitor = self.visitor()
        answer = await visitor.send("/api/accounts", {**ADA, **fields})
        assert answer.status_code == 201, await answer.get_data(as_text=True)
        return visitor

    async def set_product(
        self, sku: str, *, price: int | None = None, stock: int | None = None
    ) -> None:
        """Change what is on the shelf, on disk and live."""
        await self.set_product_unseen(sku, price=price, stock=stock)
        await update_catalog(self.database, self.context.hub)

    async def set_product_unseen(
        self, sku: str, *, price: int | None = None, stock: int | None = None
    ) -> None:
        """Change what is on the shelf on disk, before the server looks at it again."""
        money = None if price is None else Money(price)
        await self.database.write(set_product, Sku(sku), money, stock)

    async def move_on(self, number: str) -> None:
        """Move an order on by a step."""
        order = await self.database.read(find_any_order, number)
        await self.database.write(move_on, order)


@asynccontextmanager
async def open_house(
    url: str, *, hasher: PasswordHasher = CHEAP, limits: Limits | None = None, **changes: Any
) -> AsyncIterator[House]:
    """Open a shop whose desk is as usual but for *changes*."""
    clock, database, peers = Clock(), FlakyDatabase(url), NoPeers()
    writer, disk = Writer(database, clock.now_s, clock.now_s), Disk(database)
    shop = CartContext(LiveCatalog(), writer, limits or Limits(), clock.now_s, clock.now_s, peers)
    hub = Hub(disk, shop)
    await update_catalog(database, hub)
    lifetime = changes.get("lifetime", Lifetime())
    usual = HttpContext(
        database=database,
        hub=hub,
        catalog=shop.catalog,
        request_refresh=shop.request_refresh,
        sessions=LiveSessions(lifetime, clock.now_s, peers),
        gauges=lambda: {"sockets": 3, "waiting": writer.waiting},
        assets=ASSETS,
        categories=list(await database.read(load_categories)),
        origins=(ORIGIN,),
        lifetime=lifetime,
        passwords=Passwords(hasher),
        free_failures=4,
        registrations=RateLimiter(RateLimit(10, 1), clock.now_s),
        login_locks=LoginLocks(),
        now_s=clock.now_s,
        new_secret=lambda: secrets.token_urlsafe(32),
        new_uuid=lambda: str(uuid4()),
        new_epoch=lambda: secrets.token_hex(4),
        draw=secrets.randbelow,
    )
    context = replace(usual, **changes)
    database.reads.clear()
    saving = asyncio.create_task(_save(writer, hub, database))
    yield House(_make_app(context), context, database, clock, writer, disk)
    writer.close()
    await saving
    context.passwords.close()
    database.close()


async def update_catalog(database: Database, hub: Hub) -> None:
    """Bring what has moved on disk to the live shelf."""
    since = hub.context.catalog.revision
    moves = await database.read(load_catalog_changes, since)
    hub.update_catalog(moves.revision, moves.catalog)
    await hub.broadcaster.tell_due()
    if since >= 0:
        moved = await database.read(load_moved_orders, since, moves.revision)
        hub.tell_orders((one.account, OrderMoved(one.number, one.state)) for one in moved)


async def _save(writer: Writer, hub: Hub, database: Database) -> None:
    async for commit in writer.commits():
        hub.announce(commit.saved)
        hub.mark_stale(commit.stale)
        hub.mark_unknown(commit.unknown)
        hub.lose(commit.broken)
        if commit.refused:
            await update_catalog(database, hub)
            hub.refuse(commit.refused)


def _make_app(context: HttpContext) -> Quart:
    app = Quart(
        "app", root_path=str(ROOT / "app"), template_folder="../templates", static_folder=None
    )
    app.jinja_options = {"bytecode_cache": COMPILED}
    app.secret_key = "a key for tests only, and long enough"
    prefix = "__Host-" if context.is_https else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}shop-notices",
        SESSION_COOKIE_SECURE=context.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    QuartAuth(
        app,
        cookie_name=f"{prefix}shop",
        cookie_secure=context.is_https,
        duration=context.lifetime.absolute_s,
    )
    register_blueprints(app, context)
    return app

"""The one place where everything is built and started."""

import asyncio
import gc
import logging
import os
import secrets
import signal
import time
from collections.abc import (
    AsyncGenerator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from quart import Quart
from quart_auth import QuartAuth

from app.bus.redis import BusDisconnected, RedisBus
from app.domain.cart import AccountId, Cart
from app.domain.errors import DatabaseUnavailable
from app.domain.outbox import OutboxId
from app.domain.sessions import Lifetime, Session
from app.domain.token_bucket import RateLimit
from app.http.app import register_blueprints
from app.http.core.assets import Assets
from app.http.core.context import HttpContext
from app.http.core.security import hosts_of
from app.live.catalog import LiveCatalog
from app.live.context import CartContext
from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.live.trace import LoggingTrace
from app.metrics.collect import Metrics
from app.protocol.messages import OrderMoved
from app.runtime.cluster import NoPeers, PeerListener, RedisPeers
from app.runtime.config import Config
from app.server.health import Health, Readiness
from app.server.lifecycle import ShopServer, Watch, make_server
from app.services.login_backoff import LoginLocks
from app.services.passwords import Passwords, make_hasher
from app.services.rate_limit import RateLimiter
from app.store.carts import load_cart, load_carts, load_last, load_versions
from app.store.catalog import load_catalog_changes, load_categories
from app.store.database import Database
from app.store.orders import load_moved_orders
from app.store.server_lock import ServerLock
from app.store.sessions import digest, find_session, touch_session
from app.store.writer import Writer
from app.ws.context import ConnectionContext
from app.ws.registry import ConnectionRegistry
from app.ws.routes import WsContext, socket_blueprint

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
LOOK_AT_SHELF_EVERY_S = 0.1
LOOK_BESIDE_NEWS_EVERY_S = 1.0
"""Other servers tell when they moved the shelf; commands do not."""
LOOK_AT_SESSIONS_EVERY_S = 1.0
RENEW_LOCK_EVERY_S = 5.0
TRY_AGAIN_AFTER_S = 0.5


@dataclass(frozen=True, slots=True)
class Disk:
    """The database, as the rooms need it that do not know it."""

    database: Database
    lifetime: Lifetime

    async def cart(self, account: AccountId) -> Cart:
        """Return *account*'s cart as last saved; raise `DatabaseUnavailable`."""
        with _away():
            return await self.database.read(load_cart, account)

    async def carts_of(self, accounts: Iterable[AccountId]) -> Sequence[Cart]:
        """Return many carts in any order, without unreadable ones; may raise likewise."""
        with _away():
            return await self.database.read(load_carts, [*accounts])

    async def version(self, account: AccountId) -> int:
        """Return how often *account*'s cart was saved; may raise likewise."""
        with _away():
            return (await self.database.read(load_versions, [account]))[account]

    async def last(self, account: AccountId, outbox: OutboxId) -> int:
        """Return how far an outbox got that has left the cart; may raise likewise."""
        with _away():
            return await self.database.read(load_last, account, outbox)

    async def session(self, session_id: str) -> Session | None:
        """Return the login that a cookie names, if it is valid; may raise likewise."""
        with _away():
            known = digest(session_id)
            return await self.database.read(find_session, known, self.lifetime, int(time.time()))


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except DatabaseUnavailable as error:
        raise DatabaseUnavailable from error


def build(config: Config, lock: ServerLock, ready: Callable[[], None]) -> ShopServer:
    """Build the shop that *config* describes, on the database that is claimed for it.

    Nothing runs until the server does.
    """
    app = _make_app(config)
    database = Database(config.database)
    writer = Writer(database, time.time, time.monotonic)
    bus = RedisBus(config.redis, f"{config.node}-{secrets.token_hex(4)}") if config.redis else None
    peers = RedisPeers(bus) if bus else NoPeers()
    carts = CartContext(
        LiveCatalog(),
        writer,
        config.told_limits,
        time.time,
        time.monotonic,
        peers,
        trace=LoggingTrace if config.log == "debug" else None,
    )
    disk = Disk(database, config.lifetime)
    hub = Hub(disk, carts)
    sessions = LiveSessions(config.lifetime, time.time, peers)
    connections = ConnectionRegistry(
        config.sockets_in_all, config.sockets_without_login, config.sockets_without_hello
    )
    shared = ConnectionContext(
        hub, sessions, connections, config.node, config.heartbeat_ms, config.hello_ms
    )
    origins, hosts = frozenset(config.origins), hosts_of(config.origins)
    sockets = WsContext(shared, origins, hosts, disk.session, _new_connection_name)
    app.register_blueprint(socket_blueprint(sockets))

    def gauges() -> Mapping[str, int]:
        return {"sockets": len(connections.inside), "waiting": writer.waiting}

    context = _make_desk(config, database, hub, sessions, gauges)
    register_blueprints(app, context)
    metrics = Metrics(config.node, hub, connections, writer, context.passwords, bus, time.time())

    @app.while_serving
    async def open_shop() -> AsyncGenerator[None]:
        await _load_catalog_changes(database, hub)
        context.categories.extend(await database.read(load_categories))
        saving = _start(_save(writer, hub, database))
        _spare_the_collector()
        others = [_start(work) for work in _chores(database, hub, sessions, lock)]
        if bus:
            listener = PeerListener(hub, sessions, database, config.lifetime, time.time)
            others += [_start(work) for work in _news(bus, listener)]
        yield
        writer.close()
        await saving
        for other in others:
            other.cancel()
        if bus:
            await bus.close()
        context.passwords.close()
        database.close()

    return make_server(
        app,
        config.host,
        config.port,
        ready,
        lambda in_a_hurry: _drain(connections, config.drain_ms, in_a_hurry),
        proxies=config.proxies,
        watch=_make_watch(config, metrics, database, hub) if config.metrics else None,
    )


def _spare_the_collector() -> None:
    """Look for cycles rarely: carts make none, and a look at all open carts costs a lot."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _make_app(config: Config) -> Quart:
    app = Quart(
        "app", root_path=str(ROOT / "app"), template_folder="../templates", static_folder=None
    )
    app.secret_key = config.secret
    prefix = "__Host-" if config.is_https else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}shop-notices",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    QuartAuth(
        app,
        cookie_name=f"{prefix}shop",
        cookie_secure=config.is_https,
        duration=config.login_s,
    )
    return app


def _make_desk(
    config: Config,
    database: Database,
    hub: Hub,
    sessions: LiveSessions,
    gauges: Callable[[], Mapping[str, int]],
) -> HttpContext:
    registering = RateLimit(config.registrations, config.registrations_per_h / 3600)
    return HttpContext(
        database=database,
        hub=hub,
        catalog=hub.context.catalog,
        request_refresh=hub.context.request_refresh,
        sessions=sessions,
        gauges=gauges,
        assets=Assets(ROOT / "static"),
        categories=[],
        origins=config.origins,
        lifetime=config.lifetime,
        passwords=Passwords(make_hasher()),
        free_failures=config.sign_in_failures,
        registrations=RateLimiter(registering, time.monotonic),
        login_locks=LoginLocks(),
        now_s=time.time,
        new_secret=lambda: secrets.token_urlsafe(32),
        new_uuid=lambda: str(uuid4()),
        new_epoch=lambda: secrets.token_hex(4),
        draw=secrets.randbelow,
    )


def _make_watch(config: Config, metrics: Metrics, database: Database, hub: Hub) -> Watch:
    """Let others watch; ready is who could save just now, so the knock goes the writer's way."""

    async def probe() -> None:
        await database.write(load_catalog_changes, hub.context.catalog.revision)

    health = Health(metrics.text, Readiness(probe, (DatabaseUnavailable,)))
    return Watch(config.metrics_host, config.metrics_port, health)


def _new_connection_name() -> str:
    return f"c-{secrets.token_hex(6)}"


async def _save(writer: Writer, hub: Hub, database: Database) -> None:
    """Tell what was saved, commit by commit: the belt between the disk and the tabs."""
    async for commit in writer.commits():
        hub.announce(commit.saved)
        hub.mark_stale(commit.stale)
        hub.mark_unknown(commit.unknown)
        hub.lose(commit.broken)
        hub.context.stats.commit(hub.context.steady_s(), commit.took_s, commit[:-1])
        hub.settle()
        if commit.refused:
            await _refuse(database, hub, commit.refused)


async def _refuse(database: Database, hub: Hub, refused: Iterable[AccountId]) -> None:
    """Have orders that could not be saved ruled on again, beside the shelf as it is now."""
    with suppress(DatabaseUnavailable):
        await _load_catalog_changes(database, hub)
    hub.refuse(refused)


def _chores(
    database: Database, hub: Hub, sessions: LiveSessions, lock: ServerLock
) -> tuple[Coroutine[Any, Any, None], ...]:
    return (
        _keep(hub.resync, 0),
        _keep(hub.broadcaster.go, 0),
        _keep(lambda: _refresh_catalog(database, hub), 0),
        _keep(lambda: _look_at_sessions(database, sessions), LOOK_AT_SESSIONS_EVERY_S),
        _keep(lambda: asyncio.to_thread(lock.renew), RENEW_LOCK_EVERY_S),
    )


def _news(bus: RedisBus, listener: PeerListener) -> tuple[Coroutine[Any, Any, None], ...]:
    return (
        _keep(lambda: bus.listen(listener), 0),
        _keep(bus.flush, 0),
        _keep(listener.look, 0),
        _keep(listener.go_round, 0),
    )


async def _keep(chore: Callable[[], Coroutine[Any, Any, None]], every_s: float) -> None:
    """Do *chore* for as long as the shop is open; if the database is away, a little later."""
    while True:
        try:
            await chore()
        except (DatabaseUnavailable, BusDisconnected):
            await asyncio.sleep(TRY_AGAIN_AFTER_S)
        await asyncio.sleep(every_s)


async def _refresh_catalog(database: Database, hub: Hub) -> None:
    """Look at once when something here moved the shelf; others, commands say, move it too."""
    hears = hub.context.peers.are_any
    every_s = LOOK_BESIDE_NEWS_EVERY_S if hears else LOOK_AT_SHELF_EVERY_S
    with suppress(TimeoutError):
        async with asyncio.timeout(every_s):
            await hub.context.catalog.refresh_requested.wait()
    hub.context.catalog.refresh_requested.clear()
    await _load_catalog_changes(database, hub)


async def _load_catalog_changes(database: Database, hub: Hub) -> None:
    """Put on the shelf what moved since it was looked at, and tell of orders that did."""
    since = hub.context.catalog.revision
    moves = await database.read(load_catalog_changes, since)
    if moves.revision > hub.context.catalog.revision:
        hub.update_catalog(moves.revision, moves.catalog)
    if 0 <= since < moves.revision:
        moved = await database.read(load_moved_orders, since, moves.revision)
        hub.tell_orders((one.account, OrderMoved(one.number, one.state)) for one in moved)


async def _look_at_sessions(database: Database, sessions: LiveSessions) -> None:
    sessions.sweep()
    for use in sessions.take_uses():
        await database.write(touch_session, use.id_hash, use.at_s)


async def _drain(
    connections: ConnectionRegistry, drain_ms: int, in_a_hurry: Callable[[], bool]
) -> None:
    """Ask the tabs to leave, spread over half of the time, and part from those that stay."""
    connections.draining = True
    for connection in tuple(connections.inside):
        connection.drain(secrets.randbelow(drain_ms // 2 + 1), drain_ms)
    for _ in range(drain_ms // 50):
        if connections.inside and not in_a_hurry():
            await asyncio.sleep(0.05)
    for connection in tuple(connections.inside):
        connection.restart()


def _start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run *work* beside the doors; if it fails, the shop must not go on without it."""
    task = asyncio.create_task(work)
    task.add_done_callback(_end_if_failed)
    return task


def _end_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("a part of the shop has failed, so it ends", exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)

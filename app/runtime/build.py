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

from app.bus.redis import Cut, RedisBus
from app.domain.allowance import Bucket
from app.domain.cart import Account, Cart
from app.domain.outbox import OutboxId
from app.domain.sessions import Lifetime, Session
from app.http.assets import Assets
from app.http.desk import Desk
from app.http.doors import open_doors
from app.http.passwords import Passwords, make_hasher
from app.http.security import hosts_of
from app.http.throttle import Throttle
from app.http.tries import Turns
from app.live.cart import LiveCart
from app.live.followed import FollowedCart
from app.live.hub import Hub
from app.live.ports import Away
from app.live.sessions import LiveSessions
from app.live.shelf import LiveShelf
from app.live.shop import Shop
from app.metrics.collect import Metrics
from app.protocol.messages import OrderMoved
from app.runtime.cluster import Alone, Ears, Neighbours
from app.runtime.config import Config
from app.server.health import Health, Readiness
from app.server.lifecycle import ShopServer, Watch, make_server
from app.store.carts import load_cart, load_carts, load_last, load_versions
from app.store.claims import Claim
from app.store.database import Database, NotNow
from app.store.orders import load_moved_orders
from app.store.sessions import digest, find_session, touch_session
from app.store.shelf import load_categories, load_moves
from app.store.writer import Writer
from app.ws.guests import Guests
from app.ws.manners import Manners
from app.ws.routes import Doorway, socket_door

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
LOOK_AT_SHELF_EVERY_S = 0.1
LOOK_BESIDE_NEWS_EVERY_S = 1.0
"""Other servers tell when they moved the shelf; commands do not."""
LOOK_AT_SESSIONS_EVERY_S = 1.0
RENEW_CLAIM_EVERY_S = 5.0
TRY_AGAIN_AFTER_S = 0.5


@dataclass(frozen=True, slots=True)
class Disk:
    """The database, as the rooms need it that do not know it."""

    database: Database
    lifetime: Lifetime

    async def cart(self, account: Account) -> Cart:
        """Return *account*'s cart as last saved; raise `Away` if that cannot be told now."""
        with _away():
            return await self.database.read(load_cart, account)

    async def carts_of(self, accounts: Iterable[Account]) -> Sequence[Cart]:
        """Return many carts, in any order, but for unreadable ones; raise `Away` likewise."""
        with _away():
            return await self.database.read(load_carts, [*accounts])

    async def version(self, account: Account) -> int:
        """Return how often *account*'s cart was saved; raise `Away` likewise."""
        with _away():
            return (await self.database.read(load_versions, [account]))[account]

    async def last(self, account: Account, outbox: OutboxId) -> int:
        """Return how far an outbox got that has left the cart; raise `Away` likewise."""
        with _away():
            return await self.database.read(load_last, account, outbox)

    async def session(self, session_id: str) -> Session | None:
        """Return the login that a cookie names, if it still is one; raise `Away` likewise."""
        with _away():
            known = digest(session_id)
            return await self.database.read(find_session, known, self.lifetime, int(time.time()))


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except NotNow as error:
        raise Away from error


def build(config: Config, claim: Claim, ready: Callable[[], None]) -> ShopServer:
    """Build the shop that *config* describes, on the database that is claimed for it.

    Nothing runs until the server does.
    """
    app = _make_app(config)
    database = Database(config.database)
    writer = Writer(database, time.time, time.monotonic)
    bus = RedisBus(config.redis, f"{config.node}-{secrets.token_hex(4)}") if config.redis else None
    nodes = Neighbours(bus) if bus else Alone()
    shop = Shop(LiveShelf(), writer, config.told_limits, time.time, time.monotonic, nodes)
    disk = Disk(database, config.lifetime)
    hub = Hub(disk, shop, FollowedCart if config.log == "debug" else LiveCart)
    sessions = LiveSessions(config.lifetime, time.time, nodes)
    guests = Guests(
        config.sockets_in_all, config.sockets_without_login, config.sockets_without_hello
    )
    manners = Manners(hub, sessions, guests, config.node, config.heartbeat_ms, config.hello_ms)
    origins, hosts = frozenset(config.origins), hosts_of(config.origins)
    doorway = Doorway(manners, origins, hosts, disk.session, _new_connection_name)
    app.register_blueprint(socket_door(doorway))

    def gauges() -> Mapping[str, int]:
        return {"sockets": len(guests.inside), "waiting": writer.waiting}

    desk = _make_desk(config, database, hub, sessions, gauges)
    open_doors(app, desk)
    metrics = Metrics(config.node, hub, guests, writer, desk.passwords, bus, time.time())

    @app.while_serving
    async def open_shop() -> AsyncGenerator[None]:
        await _restock(database, hub)
        desk.categories.extend(await database.read(load_categories))
        saving = _start(_save(writer, hub, database))
        _spare_the_collector()
        others = [_start(work) for work in _chores(database, hub, sessions, claim)]
        if bus:
            ears = Ears(hub, sessions, database, config.lifetime, time.time)
            others += [_start(work) for work in _news(bus, ears)]
        yield
        writer.close()
        await saving
        for other in others:
            other.cancel()
        if bus:
            await bus.close()
        desk.passwords.close()
        database.close()

    return make_server(
        app,
        config.host,
        config.port,
        ready,
        lambda in_a_hurry: _drain(guests, config.drain_ms, in_a_hurry),
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
) -> Desk:
    registering = Bucket(config.registrations, config.registrations_per_h / 3600)
    return Desk(
        database=database,
        hub=hub,
        sessions=sessions,
        gauges=gauges,
        assets=Assets(ROOT / "static"),
        categories=[],
        origins=config.origins,
        lifetime=config.lifetime,
        passwords=Passwords(make_hasher()),
        free_failures=config.sign_in_failures,
        registrations=Throttle(registering, time.monotonic),
        turns=Turns(),
        now_s=time.time,
        new_secret=lambda: secrets.token_urlsafe(32),
        new_uuid=lambda: str(uuid4()),
        new_epoch=lambda: secrets.token_hex(4),
        draw=secrets.randbelow,
    )


def _make_watch(config: Config, metrics: Metrics, database: Database, hub: Hub) -> Watch:
    """Let others watch; ready is who could save just now, so the knock goes the writer's way."""

    async def knock() -> None:
        await database.write(load_moves, hub.shop.shelf.moved)

    health = Health(metrics.text, Readiness(knock, (NotNow,)))
    return Watch(config.metrics_host, config.metrics_port, health)


def _new_connection_name() -> str:
    return f"c-{secrets.token_hex(6)}"


async def _save(writer: Writer, hub: Hub, database: Database) -> None:
    """Tell what was saved, commit by commit: the belt between the disk and the tabs."""
    async for commit in writer.commits():
        hub.announce(commit.saved)
        hub.outrun(commit.stale)
        hub.doubt(commit.unknown)
        hub.lose(commit.broken)
        hub.shop.figures.commit(hub.shop.steady_s(), commit.took_s, commit[:-1])
        hub.settle()
        if commit.refused:
            await _refuse(database, hub, commit.refused)


async def _refuse(database: Database, hub: Hub, refused: Iterable[Account]) -> None:
    """Have orders that could not be saved ruled on again, beside the shelf as it is now."""
    with suppress(NotNow):
        await _restock(database, hub)
    hub.refuse(refused)


def _chores(
    database: Database, hub: Hub, sessions: LiveSessions, claim: Claim
) -> tuple[Coroutine[Any, Any, None], ...]:
    return (
        _keep(hub.mend, 0),
        _keep(hub.rounds.go, 0),
        _keep(lambda: _look_at_shelf(database, hub), 0),
        _keep(lambda: _look_at_sessions(database, sessions), LOOK_AT_SESSIONS_EVERY_S),
        _keep(lambda: asyncio.to_thread(claim.renew), RENEW_CLAIM_EVERY_S),
    )


def _news(bus: RedisBus, ears: Ears) -> tuple[Coroutine[Any, Any, None], ...]:
    return (
        _keep(lambda: bus.listen(ears), 0),
        _keep(bus.speak, 0),
        _keep(ears.look, 0),
        _keep(ears.go_round, 0),
    )


async def _keep(chore: Callable[[], Coroutine[Any, Any, None]], every_s: float) -> None:
    """Do *chore* for as long as the shop is open; if the database is away, a little later."""
    while True:
        try:
            await chore()
        except (NotNow, Away, Cut):
            await asyncio.sleep(TRY_AGAIN_AFTER_S)
        await asyncio.sleep(every_s)


async def _look_at_shelf(database: Database, hub: Hub) -> None:
    """Look at once when something here moved the shelf; others, commands say, move it too."""
    hears = hub.shop.nodes.are_any
    every_s = LOOK_BESIDE_NEWS_EVERY_S if hears else LOOK_AT_SHELF_EVERY_S
    with suppress(TimeoutError):
        async with asyncio.timeout(every_s):
            await hub.shop.shelf.stirred.wait()
    hub.shop.shelf.stirred.clear()
    await _restock(database, hub)


async def _restock(database: Database, hub: Hub) -> None:
    """Put on the shelf what moved since it was looked at, and tell of orders that did."""
    since = hub.shop.shelf.moved
    moves = await database.read(load_moves, since)
    if moves.moved > hub.shop.shelf.moved:
        hub.restock(moves.moved, moves.shelf)
    if 0 <= since < moves.moved:
        moved = await database.read(load_moved_orders, since, moves.moved)
        hub.tell_orders((one.account, OrderMoved(one.number, one.state)) for one in moved)


async def _look_at_sessions(database: Database, sessions: LiveSessions) -> None:
    sessions.sweep()
    for use in sessions.take_uses():
        await database.write(touch_session, use.id_hash, use.at_s)


async def _drain(guests: Guests, drain_ms: int, in_a_hurry: Callable[[], bool]) -> None:
    """Ask the tabs to leave, spread over half of the time, and part from those that stay."""
    guests.draining = True
    for guest in tuple(guests.inside):
        guest.drain(secrets.randbelow(drain_ms // 2 + 1), drain_ms)
    for _ in range(drain_ms // 50):
        if guests.inside and not in_a_hurry():
            await asyncio.sleep(0.05)
    for guest in tuple(guests.inside):
        guest.restart()


def _start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run *work* beside the doors; if it fails, the shop must not go on without it."""
    task = asyncio.create_task(work)
    task.add_done_callback(_end_if_failed)
    return task


def _end_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("a part of the shop has failed, so it ends", exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)

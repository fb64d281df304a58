"""Composition: all parts of a server are made and put together here, top down."""

import os
import secrets
import signal
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from functools import partial
from uuid import uuid4

from app.bus.redis import RedisBus
from app.http.app import register_blueprints
from app.http.core.assets import Assets
from app.http.core.context import HttpContext
from app.http.core.security import hosts_of
from app.metrics.collect import Metrics
from app.runtime.clock import Clock
from app.runtime.cluster import NoPeers, PeerListener, RedisPeers
from app.runtime.config import Config
from app.runtime.disk import CartDisk, session_finder
from app.runtime.drain import drain
from app.runtime.garbage_collector import collect_cycles_rarely
from app.runtime.http_context import Chance, make_http_context
from app.runtime.live_shop import LiveShop, make_live_shop
from app.runtime.tasks import BackgroundTasks, Job, peer_jobs, server_jobs
from app.runtime.web_app import ROOT, make_web_app
from app.server.health import Health, Readiness
from app.server.health_endpoint import HealthEndpoint
from app.server.lifecycle import ShopServer, make_server
from app.services.passwords import Passwords, make_hasher
from app.store.catalog import load_catalog_changes, load_categories
from app.store.database import Database
from app.store.server_lock import ServerLock
from app.ws.context import ConnectionContext
from app.ws.registry import ConnectionRegistry
from app.ws.routes import WsContext, socket_blueprint

CLOCK = Clock(time.time, time.monotonic)
CHANCE = Chance(
    new_secret=lambda: secrets.token_urlsafe(32),
    new_uuid=lambda: str(uuid4()),
    new_epoch=lambda: secrets.token_hex(4),
    draw=secrets.randbelow,
)


def build(config: Config, lock: ServerLock, ready: Callable[[], None]) -> ShopServer:
    """Build a server on the database that *lock* holds; nothing runs until the server does.

    *ready* is called once it listens.
    """
    database = Database(config.database)
    bus = _make_bus(config)
    peers = RedisPeers(bus) if bus else NoPeers()
    live = make_live_shop(config, database, CartDisk(database), peers, CLOCK)
    connections = ConnectionRegistry(
        config.sockets_in_all, config.sockets_without_login, config.sockets_without_hello
    )
    context = _make_http_context(config, live, connections)
    app = make_web_app(config)
    app.register_blueprint(socket_blueprint(_make_ws_context(config, live, connections)))
    register_blueprints(app, context)
    jobs = (*server_jobs(live, lock), *_peer_jobs(config, live, bus))
    app.while_serving(partial(_run, live, context, bus, jobs))
    metrics = Metrics(
        config.node, live.hub, connections, live.writer, context.auth.passwords, bus, CLOCK.now_s()
    )
    return make_server(
        app,
        config.host,
        config.port,
        ready,
        partial(drain, connections, config.drain_ms, CHANCE.draw),
        proxies=config.proxies,
        health=_make_health(config, metrics, live) if config.metrics else None,
    )


async def _run(
    live: LiveShop, context: HttpContext, bus: RedisBus | None, jobs: Iterable[Job]
) -> AsyncGenerator[None]:
    """Run all that is beside the web app, from before its first request until after its last.

    The commit loop goes on until everything that waits is saved and announced.
    """
    await live.catalog.refresh()
    context.categories.extend(await live.database.read(load_categories))
    tasks = BackgroundTasks(_end_process)
    commits = tasks.start(live.commits.run())
    collect_cycles_rarely()
    tasks.keep(jobs)
    yield
    live.writer.close()
    await commits
    tasks.cancel()
    if bus:
        await bus.close()
    context.auth.passwords.close()
    live.database.close()


def _make_bus(config: Config) -> RedisBus | None:
    """Return the connection to the other servers; its name differs each time a server starts."""
    if not config.redis:
        return None
    return RedisBus(config.redis, f"{config.node}-{secrets.token_hex(4)}")


def _make_http_context(
    config: Config, live: LiveShop, connections: ConnectionRegistry
) -> HttpContext:
    def gauges() -> Mapping[str, int]:
        return {"sockets": len(connections.inside), "waiting": live.writer.waiting}

    return make_http_context(
        config,
        live,
        assets=Assets(ROOT / "static"),
        passwords=Passwords(make_hasher()),
        gauges=gauges,
        clock=CLOCK,
        chance=CHANCE,
    )


def _make_ws_context(config: Config, live: LiveShop, connections: ConnectionRegistry) -> WsContext:
    shared = ConnectionContext(
        live.hub, live.sessions, connections, config.node, config.heartbeat_ms, config.hello_ms
    )
    find_session = session_finder(live.database, config.lifetime, CLOCK.now_s)
    return WsContext(
        shared,
        frozenset(config.origins),
        hosts_of(config.origins),
        find_session,
        new_name=lambda: f"c-{secrets.token_hex(6)}",
    )


def _peer_jobs(config: Config, live: LiveShop, bus: RedisBus | None) -> tuple[Job, ...]:
    if bus is None:
        return ()
    listener = PeerListener(live, config.lifetime, CLOCK.now_s)
    return peer_jobs(bus, listener)


def _make_health(config: Config, metrics: Metrics, live: LiveShop) -> HealthEndpoint:
    """Return the endpoint for monitoring.

    A server is ready if it could save now; so the probe takes the way of a write.
    """

    async def probe() -> None:
        await live.database.write(load_catalog_changes, live.hub.context.catalog.revision)

    health = Health(metrics.text, Readiness(probe))
    return HealthEndpoint(config.metrics_host, config.metrics_port, health)


def _end_process() -> None:
    """End as after `kill`: gracefully, after draining the clients."""
    os.kill(os.getpid(), signal.SIGTERM)

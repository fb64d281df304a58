"""Composition: all parts of a server are made and put together here, top down."""

import asyncio
import os
import resource
import secrets
import signal
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from uuid import uuid4

from quart import Quart

from app.domain.errors import DatabaseUnavailable
from app.http.app import register_blueprints
from app.http.core.assets import Assets, Look
from app.http.core.context import HttpContext
from app.i18n.languages import offer, speak_pseudo
from app.metrics.collect import Metrics
from app.runtime.chance import Chance
from app.runtime.clock import Clock
from app.runtime.cluster import NoPeers, RedisPeers
from app.runtime.config import Config
from app.runtime.connection_limits import make_connection_limits
from app.runtime.disk import CartDisk
from app.runtime.drain import drain
from app.runtime.garbage_collector import collect_cycles_rarely, keep_what_exists
from app.runtime.http_context import make_http_context
from app.runtime.live_shop import LiveShop, make_live_shop
from app.runtime.mailing import make_mail_sender
from app.runtime.monitoring import make_health
from app.runtime.payment_provider import open_provider
from app.runtime.payments import payment_jobs
from app.runtime.relaying import Cluster, Relaying
from app.runtime.tasks import BackgroundTasks, Job, demo_jobs, mail_job, peer_jobs, server_jobs
from app.runtime.web_app import ROOT, compile_templates, make_web_app, session_id_reader
from app.runtime.ws_context import make_event_streams, make_ws_context
from app.server.connection_limits import ConnectionLimits
from app.server.lifecycle import Drain, ShopServer, make_server
from app.services.mail.sender import MailStats
from app.services.passwords import Passwords, make_hasher
from app.services.payments.provider import Provider
from app.store.catalog import load_categories
from app.store.database import Database
from app.store.server_lock import ServerLock
from app.ws.event_streams import EventStreams, StreamStats
from app.ws.registry import ConnectionRegistry
from app.ws.routes import Handshakes

ANSWERED_S = 0.2
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
    connections = _make_registry(config)
    cluster = _connect(config, connections)
    peers = RedisPeers(cluster.bus, cluster.leases, cluster.barriers) if cluster else NoPeers()
    live = make_live_shop(config, database, CartDisk(database), peers, CLOCK, CHANCE.new_uuid())
    provider = open_provider(config)
    streams = make_event_streams(config, cluster)
    context = _make_http_context(config, live, connections, streams, provider)
    app = make_web_app(config)
    if provider:
        app.after_serving(provider.disconnect)
    register_blueprints(app, context)
    ws_context = make_ws_context(
        config, live, connections, session_id_reader(app), streams, cluster
    )
    relaying = cluster.serve(live, ws_context.shared, streams) if cluster else None
    mails = make_mail_sender(config, live, ROOT / "templates", CLOCK, CHANCE)
    jobs = (*_jobs(live, lock, context, relaying), mail_job(mails, database))
    app.while_serving(partial(_run, app, live, context, cluster, jobs))
    limits = make_connection_limits(config, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    metrics = _make_metrics(
        config, live, connections, streams.stats, context, relaying, limits, mails.stats
    )
    return make_server(
        Handshakes(app, ws_context),
        config.host,
        config.port,
        ready,
        _make_drain(config, connections, cluster),
        proxies=config.proxies,
        health=make_health(config, metrics, live, has_peers=cluster is not None),
        limits=limits,
    )


def _make_metrics(  # noqa: PLR0913, PLR0917 - each is a part of the server
    config: Config,
    live: LiveShop,
    connections: ConnectionRegistry,
    streams: StreamStats,
    context: HttpContext,
    relaying: Relaying | None,
    limits: ConnectionLimits,
    mails: MailStats,
) -> Metrics:
    return Metrics(
        config.node,
        live.hub,
        connections,
        streams,
        live.writer,
        context.auth.passwords,
        relaying,
        CLOCK.now_s(),
        limits.ended,
        live.security,
        mails,
        cards.calls if (cards := context.checkout.cards) else None,
    )


def _jobs(
    live: LiveShop, lock: ServerLock, context: HttpContext, relaying: Relaying | None
) -> tuple[Job, ...]:
    with_peers = peer_jobs(live, relaying) if relaying else ()
    cards = payment_jobs(context.checkout)
    return (
        *server_jobs(live, lock, context.account_removal),
        *cards,
        *demo_jobs(context.demo),
        *with_peers,
    )


async def _run(
    app: Quart, live: LiveShop, context: HttpContext, cluster: Cluster | None, jobs: Iterable[Job]
) -> AsyncGenerator[None]:
    """Run all that is beside the web app, from before its first request until after its last.

    The commit loop goes on until everything that waits is saved and announced, and what shoppers
    wanted in vain is saved last.
    """
    collect_cycles_rarely()
    await live.catalog.refresh()
    context.categories.extend(await live.database.read(load_categories))
    tasks = BackgroundTasks(_end_process)
    commits = tasks.start(live.commits.run())
    keep_what_exists()
    reading = tasks.start(_read_texts(context))
    tasks.keep(jobs)
    compiling = tasks.start(compile_templates(app))
    yield
    live.writer.close()
    await commits
    await tasks.cancel()
    with suppress(DatabaseUnavailable):
        await live.demand.save()
    compiling.cancel()
    reading.cancel()
    if cluster:
        await cluster.close()
    context.auth.passwords.close()
    context.cart_reports.close()
    live.database.close()


async def _read_texts(context: HttpContext) -> None:
    """Make the search ready while the first pages are served; what goes by words waits for it."""
    await context.search.read_new()
    keep_what_exists()


def _make_registry(config: Config) -> ConnectionRegistry:
    return ConnectionRegistry(
        config.sockets_in_all, config.sockets_without_login, config.sockets_without_hello
    )


def _connect(config: Config, connections: ConnectionRegistry) -> Cluster | None:
    """Return the connection to the other servers; its name differs each time a server starts."""
    if not config.redis:
        return None
    return Cluster.connect(config.redis, f"{config.node}-{secrets.token_hex(4)}", connections)


def _make_drain(config: Config, connections: ConnectionRegistry, cluster: Cluster | None) -> Drain:
    async def leave(in_a_hurry: Callable[[], bool]) -> None:
        if cluster:
            cluster.leases.begin_leaving()
        await drain(connections, config.drain_ms, CHANCE.draw, in_a_hurry)

    return leave


def _make_http_context(
    config: Config,
    live: LiveShop,
    connections: ConnectionRegistry,
    streams: EventStreams,
    provider: Provider | None,
) -> HttpContext:
    def gauges() -> Mapping[str, int]:
        return {"sockets": len(connections.inside), "waiting": live.writer.waiting}

    offer(config.settings.languages)
    if config.pseudo_language:
        speak_pseudo()
    return make_http_context(
        config,
        live,
        assets=Assets(ROOT / "static", Look(config.settings.logo, config.settings.accent)),
        passwords=Passwords(make_hasher(), names=config.settings.names),
        gauges=gauges,
        deliver_frames=streams.deliver,
        clock=CLOCK,
        chance=CHANCE,
        kill=_kill_process_soon,
        provider=provider,
    )


def _kill_process_soon() -> None:
    """End as after `kill -9`, once what is being answered has gone out."""
    asyncio.get_running_loop().call_later(ANSWERED_S, os.kill, os.getpid(), signal.SIGKILL)


def _end_process() -> None:
    """End as after `kill`: gracefully, after draining the clients."""
    os.kill(os.getpid(), signal.SIGTERM)

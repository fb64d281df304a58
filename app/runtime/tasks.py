"""Background tasks: what a server does beside answering requests. Each is one line here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, NamedTuple

from app.bus.redis import BusDisconnected, RedisBus
from app.domain.errors import DatabaseUnavailable
from app.live.sessions import LiveSessions
from app.runtime.cluster import PeerListener
from app.runtime.live_shop import LiveShop
from app.store.database import Database
from app.store.server_lock import ServerLock
from app.store.sessions import save_last_use

log = logging.getLogger(__name__)

SAVE_SESSION_USES_EVERY_S = 1.0
RENEW_LOCK_EVERY_S = 5.0
RETRY_AFTER_S = 0.5

Sleep = Callable[[float], Awaitable[None]]


class Job(NamedTuple):
    """Something that is run again and again, with a pause of `every_s` in between.

    A job without a pause waits by itself for something to do.
    """

    run: Callable[[], Awaitable[None]]
    every_s: float = 0.0


def server_jobs(live: LiveShop, lock: ServerLock) -> tuple[Job, ...]:
    """Return what every server does."""
    return (
        Job(live.hub.resync),
        Job(live.hub.broadcaster.go),
        Job(live.catalog.poll),
        Job(lambda: save_session_uses(live.database, live.sessions), SAVE_SESSION_USES_EVERY_S),
        Job(lambda: asyncio.to_thread(lock.ensure_held), RENEW_LOCK_EVERY_S),
    )


def peer_jobs(bus: RedisBus, listener: PeerListener) -> tuple[Job, ...]:
    """Return what a server does that has peers."""
    return (
        Job(lambda: bus.listen(listener)),
        Job(bus.flush),
        Job(listener.check_suspects),
        Job(listener.reconcile),
    )


async def save_session_uses(database: Database, sessions: LiveSessions) -> None:
    """End logins whose time is over, and save when the others were used last."""
    sessions.sweep()
    for use in sessions.take_uses():
        await database.write(save_last_use, use.id_hash, use.at_s)


async def keep_running(job: Job, sleep: Sleep = asyncio.sleep) -> None:
    """Run *job* forever; an outage of the database or of Redis only delays the next run."""
    while True:
        try:
            await job.run()
        except (DatabaseUnavailable, BusDisconnected):
            await sleep(RETRY_AFTER_S)
        await sleep(job.every_s)


class BackgroundTasks:
    """The running tasks of a server; *on_failure* is called if one fails.

    A shop without its commit loop or its refresh would go on and serve wrong answers. It has to
    end instead, and be restarted by whatever supervises it.
    """

    def __init__(self, on_failure: Callable[[], None]):
        self._on_failure = on_failure
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run *work* to its end."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._on_done)
        return task

    def keep(self, jobs: Iterable[Job]) -> None:
        """Run *jobs* until `cancel`."""
        self._tasks += [self.start(keep_running(job)) for job in jobs]

    def cancel(self) -> None:
        """Stop the jobs."""
        for task in self._tasks:
            task.cancel()

    def _on_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.critical("a part of the shop has failed, so it ends", exc_info=error)
            self._on_failure()

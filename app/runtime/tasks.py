"""Background tasks: what a server does beside answering requests. Each is one line here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, NamedTuple

from app.bus.redis import BusDisconnected
from app.domain.errors import DatabaseUnavailable
from app.http.core.context import Demo
from app.live.sessions import LiveSessions
from app.runtime.hold_keeper import CARE_EVERY_S
from app.runtime.live_shop import LiveShop
from app.runtime.relaying import Relaying
from app.services.account_removal import AccountRemoval
from app.services.mail.sender import MailSender
from app.services.session_lookup import SessionLookup
from app.store.database import Database
from app.store.server_lock import ServerLock
from app.store.sessions import save_last_use
from app.store.wakes import Woken
from app.ws.relay_links import BEAT_EVERY_S

log = logging.getLogger(__name__)

SAVE_SESSIONS_EVERY_S = 1.0
SAVE_DEMAND_EVERY_S = 10.0
RENEW_LOCK_EVERY_S = 5.0
REMOVE_GUESTS_EVERY_S = 600.0
REMOVE_ACCOUNTS_EVERY_S = 3600.0
FINISH_HOUSEHOLDS_EVERY_S = 60.0
END_VISITS_EVERY_S = 1.0
RETRY_AFTER_S = 0.5
CANCEL_EVERY_S = 1.0
HELP_CARE_EVERY_S = 5.0

Sleep = Callable[[float], Awaitable[None]]


class Job(NamedTuple):
    """Something that is run again and again, with a pause of `every_s` in between.

    A job without a pause waits by itself for something to do.
    """

    run: Callable[[], Awaitable[None]]
    every_s: float = 0.0


def server_jobs(live: LiveShop, lock: ServerLock, removal: AccountRemoval) -> tuple[Job, ...]:
    """Return what every server does."""
    return (
        Job(live.hub.resync),
        Job(live.hub.broadcaster.go),
        Job(live.polling.poll),
        Job(live.holds.take_care, CARE_EVERY_S),
        Job(live.demand.save, SAVE_DEMAND_EVERY_S),
        Job(lambda: save_sessions(live.sessions, live.session_lookup), SAVE_SESSIONS_EVERY_S),
        Job(lambda: asyncio.to_thread(lock.ensure_held), RENEW_LOCK_EVERY_S),
        Job(removal.remove_old, REMOVE_ACCOUNTS_EVERY_S),
        Job(removal.endings.finish, FINISH_HOUSEHOLDS_EVERY_S),
        Job(removal.endings.end_visits_of_disabled, END_VISITS_EVERY_S),
        Job(removal.helps.take_care, HELP_CARE_EVERY_S),
    )


def demo_jobs(demo: Demo | None) -> tuple[Job, ...]:
    """Return what a server of a demo does, if it is one."""
    return (Job(demo.guests.remove_old, REMOVE_GUESTS_EVERY_S),) if demo else ()


def mail_job(sender: MailSender, database: Database) -> Job:
    """Return what sends mails; it is woken when one was written here."""

    async def send() -> None:
        database.on_commit(Woken.MAILS, sender.wake)
        await sender.run()

    return Job(send)


def peer_jobs(live: LiveShop, relaying: Relaying) -> tuple[Job, ...]:
    """Return what a server does that has peers."""
    cluster, listener, links = relaying.cluster, relaying.listener, relaying.links
    return (
        Job(lambda: cluster.bus.listen(listener)),
        Job(cluster.bus.flush),
        Job(lambda: cluster.leases.run(live.hub.hand_over)),
        Job(lambda: cluster.relay_bus.flush(links)),
        Job(links.beat, BEAT_EVERY_S),
        Job(listener.check_suspects),
        Job(listener.reconcile),
    )


async def save_sessions(sessions: LiveSessions, lookup: SessionLookup) -> None:
    """Delete logins whose time is over, and save when the others were used last."""
    sessions.sweep()
    for id_hash in sessions.take_expired():
        await lookup.delete_expired(id_hash)
    for use in sessions.take_uses():
        await lookup.database.write(save_last_use, use.id_hash, use.at_s)


async def keep_running(job: Job, sleep: Sleep = asyncio.sleep) -> None:
    """Run *job* forever; an outage of the database or of Redis only delays the next run."""
    while True:
        try:
            await job.run()
        except (DatabaseUnavailable, BusDisconnected):
            await sleep(RETRY_AFTER_S)
        await sleep(job.every_s)


async def cancel_all(tasks: Iterable[asyncio.Task[None]], every_s: float = CANCEL_EVERY_S) -> None:
    """Cancel *tasks* until all of them have ended.

    Once is not enough: `asyncio.wait_for` of Python 3.11, by which the Redis client sends, drops a
    cancellation that comes together with the result, and the task goes on.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=every_s)


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

    async def cancel(self) -> None:
        """Stop the jobs, and return when they have ended."""
        await cancel_all(self._tasks)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.critical("a part of the shop has failed, so it ends", exc_info=error)
            self._on_failure()

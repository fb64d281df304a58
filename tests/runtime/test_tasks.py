"""Background jobs continue after outages, and any other error ends the shop."""

import asyncio
import logging

import pytest

from app.bus.redis import BusDisconnected
from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Lifetime, Session, SessionHash
from app.live.sessions import LiveSessions
from app.runtime.tasks import (
    RETRY_AFTER_S,
    BackgroundTasks,
    Job,
    cancel_all,
    keep_running,
    save_sessions,
)
from app.services.session_lookup import SessionLookup
from app.store.accounts import Person, add_account
from app.store.sessions import add_session, load_last_uses
from tests.examples import ADA, NOON
from tests.http.flaky import FakeClock, FlakyDatabase
from tests.http.logins import Socket
from tests.live.fakes import FakePeers

LIFETIME = Lifetime()


class FakeSleep:
    """Returns at once and records the durations; raises CancelledError at the last of *times*."""

    def __init__(self, times: int) -> None:
        self.slept_s: list[float] = []
        self._times = times

    async def __call__(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        if len(self.slept_s) == self._times:
            raise asyncio.CancelledError


class FakeWork:
    """Raises the given errors one after another, and counts its runs."""

    def __init__(self, *errors: Exception | None) -> None:
        self.runs = 0
        self._errors = [*errors]

    async def run(self) -> None:
        self.runs += 1
        if self._errors and (error := self._errors.pop(0)):
            raise error


async def run_until_cancelled(job: Job, sleep: FakeSleep) -> None:
    """Keep *job* running until the sleep stops it."""
    with pytest.raises(asyncio.CancelledError):
        await keep_running(job, sleep)


async def test_a_job_is_run_again_after_its_pause() -> None:
    work, sleep = FakeWork(), FakeSleep(3)

    await run_until_cancelled(Job(work.run, every_s=7.0), sleep)

    assert work.runs == 3
    assert sleep.slept_s == [7.0, 7.0, 7.0]


@pytest.mark.parametrize("error", [DatabaseUnavailable(), BusDisconnected()])
async def test_an_outage_delays_the_next_run(error: Exception) -> None:
    work, sleep = FakeWork(error), FakeSleep(3)

    await run_until_cancelled(Job(work.run, every_s=7.0), sleep)

    assert work.runs == 2
    assert sleep.slept_s == [RETRY_AFTER_S, 7.0, 7.0]


async def test_any_other_error_ends_a_job() -> None:
    with pytest.raises(ZeroDivisionError):
        await keep_running(Job(FakeWork(ZeroDivisionError()).run), FakeSleep(1))


async def test_a_failed_task_ends_the_shop_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    ends: list[str] = []
    tasks = BackgroundTasks(lambda: ends.append("shop"))

    task = tasks.start(FakeWork(ZeroDivisionError()).run())
    await asyncio.wait([task])
    await asyncio.sleep(0)

    assert ends == ["shop"]
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]
    assert "ZeroDivisionError" in caplog.text


async def test_a_finished_task_does_not_end_the_shop() -> None:
    ends: list[str] = []

    task = BackgroundTasks(lambda: ends.append("shop")).start(FakeWork().run())
    await asyncio.wait([task])
    await asyncio.sleep(0)

    assert ends == []


async def test_jobs_run_until_they_are_cancelled() -> None:
    ends: list[str] = []
    tasks, work = BackgroundTasks(lambda: ends.append("shop")), FakeWork()

    tasks.keep([Job(work.run, every_s=3600.0)])
    await asyncio.sleep(0)
    await tasks.cancel()

    assert work.runs == 1
    assert ends == []
    assert len(asyncio.all_tasks()) == 1


async def test_a_job_is_cancelled_again_if_the_first_time_is_lost() -> None:
    sent = asyncio.get_running_loop().create_future()

    async def send() -> None:
        await asyncio.wait_for(sent, 5)

    task = asyncio.create_task(keep_running(Job(send, every_s=3600.0)))
    await asyncio.sleep(0)
    sent.set_result(None)
    await asyncio.sleep(0)
    await cancel_all([task], every_s=0.01)

    assert task.cancelled()


async def test_last_uses_of_logins_are_saved_and_expired_logins_end(
    database: FlakyDatabase,
) -> None:
    clock = FakeClock()
    sessions = LiveSessions(LIFETIME, clock.now_s, FakePeers())
    used, over = Socket(), Socket()
    await database.write(add_account, Person(ADA, "ada@shop.example", "Ada", "a hash"), "e0", NOON)
    logins = [login("used", NOON + 10**6), login("over", NOON + 1000)]
    for one, socket in zip(logins, (used, over), strict=True):
        await database.write(add_session, one, "a browser", LIFETIME, NOON)
        sessions.join(one, socket)
    clock.at_s += 1000
    sessions.use(logins[0])

    await save_sessions(sessions, SessionLookup(database, LIFETIME, clock.now_s))

    names = [one.id_hash for one in logins]
    assert await database.read(load_last_uses, names, LIFETIME, NOON) == {"used": NOON + 1000}
    assert (used.disconnects, len(over.disconnects)) == ([], 1)


def login(name: str, ends_at_s: int) -> Session:
    """Return a login of Ada's that was used at noon."""
    return Session(SessionHash(name), ADA, "Ada", staff=False, used_at_s=NOON, ends_at_s=ends_at_s)

"""What changes in the database without a word to the server is found by polling."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, update

from app.domain.catalog import Money, Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Session
from app.live.ports import DisconnectReason
from app.runtime import polling
from app.runtime.polling import Polling
from app.runtime.tasks import keep_running, server_jobs
from app.store.query_counter import count_queries
from app.store.server_lock import acquire_server_lock
from app.store.sessions import end_account_sessions, end_session
from app.store.tables import sessions
from tests.http.harness import HttpHarness, open_harness
from tests.http.logins import Socket, cookie, session_of, with_socket
from tests.http.visitor import ADA, PASSWORD
from tests.staff import set_product

MILK = Sku("milk-2l")
AN_HOUR_S = 3600.0
ENDED = [DisconnectReason.SIGNED_OUT]


@pytest.fixture
async def harness(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop that does not poll by itself."""
    async with open_harness(url) as opened:
        yield opened


def polling_of(harness: HttpHarness, every_s: float = 0.0) -> Polling:
    """Return the shop's polling with another interval."""
    live = harness.live
    parts = (live.hub.context.catalog, live.catalog, live.ended_sessions)
    return Polling(harness.database, *parts, lambda: every_s)


async def signed_in(harness: HttpHarness) -> tuple[Session, Socket]:
    """Register Ada; return her session and a socket of it, after a first poll."""
    answer = await harness.visitor().send("/api/accounts", ADA)
    session, socket = await session_of(harness, answer), await with_socket(harness, answer)
    assert session
    await polling_of(harness).poll()
    harness.database.reads.clear()
    return session, socket


def cut_short(connection: Connection, column: str, at_s: int) -> None:
    """Set a time of all sessions by hand."""
    connection.execute(update(sessions).values({column: at_s}))


async def test_the_catalogue_is_polled(harness: HttpHarness) -> None:
    await harness.database.write(set_product, MILK, Money(999), None)

    await polling_of(harness).poll()

    assert harness.context.catalog.today.products[MILK].price == 999


async def test_a_requested_refresh_does_not_wait_for_the_interval(harness: HttpHarness) -> None:
    await harness.database.write(set_product, MILK, Money(999), None)
    harness.context.hub.request_refresh()

    await polling_of(harness, AN_HOUR_S).poll()

    assert harness.context.catalog.today.products[MILK].price == 999
    assert not harness.context.catalog.refresh_requested.is_set()


async def test_a_requested_refresh_that_the_database_was_away_for_is_made_up_for(
    harness: HttpHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise DatabaseUnavailable

    harness.live.catalog.start_over()
    monkeypatch.setattr(harness.live.catalog, "refresh", fail)
    with pytest.raises(DatabaseUnavailable):
        await polling_of(harness).poll()
    monkeypatch.undo()

    harness.database.reads.clear()
    await polling_of(harness, AN_HOUR_S).poll()
    assert "load_news" in harness.database.reads


async def test_without_a_request_a_poll_waits_for_the_interval(harness: HttpHarness) -> None:
    task = asyncio.create_task(polling_of(harness, AN_HOUR_S).poll())
    await asyncio.sleep(0)

    assert harness.database.reads == []
    task.cancel()


async def test_a_poll_that_finds_the_same_revisions_loads_nothing(harness: HttpHarness) -> None:
    await signed_in(harness)

    await polling_of(harness).poll()

    assert harness.database.reads == ["revisions"]


@pytest.mark.parametrize(("open_carts", "has_peers"), [(0, False), (0, True), (9, True)])
def test_an_idle_server_and_one_with_peers_poll_at_most_twice_a_second_and_within_a_second(
    open_carts: int, *, has_peers: bool
) -> None:
    assert 0.5 <= polling.poll_every_s(open_carts, has_peers=has_peers) < 0.8


def test_a_lone_server_that_is_used_polls_ten_times_a_second() -> None:
    assert polling.poll_every_s(1, has_peers=False) == 0.1


async def test_an_idle_server_makes_at_most_two_statements_a_second(
    harness: HttpHarness, url: str
) -> None:
    lock = acquire_server_lock(url, shared=False)
    await signed_in(harness)
    with count_queries() as counter:
        jobs = [
            asyncio.create_task(keep_running(job))
            for job in server_jobs(harness.live, lock, harness.context.account_removal)
        ]
        await asyncio.sleep(0.5)  # what an hourly job does when it starts
        at_start = counter.spent.queries
        await asyncio.sleep(1.1)
    for job in jobs:
        job.cancel()
    lock.close()

    assert 1 <= counter.spent.queries - at_start <= 2


async def test_a_login_that_was_deleted_beside_the_server_loses_its_sockets(
    harness: HttpHarness,
) -> None:
    session, socket = await signed_in(harness)
    await harness.database.write(end_session, session.id_hash)

    await polling_of(harness).poll()

    assert socket.disconnects == ENDED
    assert harness.database.reads == ["revisions", "load_ended_sessions"]


@pytest.mark.parametrize("column", ["ends_at", "used_at"])
async def test_a_login_whose_time_was_cut_short_in_the_database_loses_its_sockets(
    harness: HttpHarness, column: str
) -> None:
    _, socket = await signed_in(harness)
    await harness.database.write(cut_short, column, 1)

    await polling_of(harness).poll()

    assert socket.disconnects == ENDED


async def test_a_login_that_was_given_less_time_ends_when_that_is_over(
    harness: HttpHarness,
) -> None:
    session, socket = await signed_in(harness)
    await harness.database.write(cut_short, "ends_at", session.used_at_s + 60)

    await polling_of(harness).poll()

    assert (socket.disconnects, harness.live.sessions.left_ms(session)) == ([], 60_000)


async def test_the_end_of_another_login_ends_no_socket(harness: HttpHarness) -> None:
    _, socket = await signed_in(harness)
    other = await harness.visitor().send(
        "/api/session", {"email": ADA["email"], "password": PASSWORD}
    )
    session = await session_of(harness, other)
    assert session
    await harness.database.write(end_session, session.id_hash)

    await polling_of(harness).poll()

    assert socket.disconnects == []


async def test_constant_edits_of_products_do_not_delay_the_end_of_a_login(
    harness: HttpHarness,
) -> None:
    session, socket = await signed_in(harness)
    await harness.database.write(end_session, session.id_hash)
    harness.context.hub.request_refresh()

    await polling_of(harness, AN_HOUR_S).poll()

    assert socket.disconnects == ENDED


async def test_a_server_that_missed_more_than_is_kept_compares_its_logins(
    harness: HttpHarness,
) -> None:
    session, socket = await signed_in(harness)
    harness.live.ended_sessions.revision = -1
    await polling_of(harness).poll()
    assert socket.disconnects == []

    await harness.database.write(end_account_sessions, session.account)
    harness.live.ended_sessions.revision = -1
    await polling_of(harness).poll()

    assert socket.disconnects == ENDED


async def test_a_login_that_another_server_renewed_keeps_its_sockets_without_a_message(
    harness: HttpHarness, url: str
) -> None:
    async with open_harness(url) as elsewhere:
        begun = await harness.visitor().send("/api/accounts", ADA)
        socket = await with_socket(harness, begun)
        await polling_of(harness).poll()
        passwords = {"current": PASSWORD, "new": "nine purple bricks"}
        there = elsewhere.visitor()
        answer = await there.post("/account/password", passwords, Cookie=f"shop={cookie(begun)}")
        renewed = await session_of(elsewhere, answer)
        assert renewed

        await polling_of(harness).poll()
        assert socket.disconnects == []
        assert harness.live.sessions.names() == (renewed.id_hash,)

        await elsewhere.database.write(end_session, renewed.id_hash)
        await polling_of(harness).poll()
        assert socket.disconnects == ENDED

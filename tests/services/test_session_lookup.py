"""Finding the session of a cookie; one that has expired is over for good."""

import pytest

from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Lifetime, Session
from app.services.session_lookup import SessionLookup
from app.store.accounts import Person, add_account
from app.store.sessions import add_session, digest, save_last_use
from tests.examples import ADA, NOON
from tests.http.flaky import FakeClock, FlakyDatabase
from tests.services.shop import Services

LIFETIME = Lifetime(absolute_s=1000, idle_s=100)
LOGIN = Session(
    digest("secret"),
    ADA,
    "Ada",
    staff=False,
    used_at_s=NOON,
    ends_at_s=NOON + 1000,
    began_at_s=NOON,
)


@pytest.fixture
async def database(services: Services) -> FlakyDatabase:
    """Return a database with a session of Ada's."""
    person = Person(ADA, "ada@shop.example", "Ada", "a hash")
    await services.database.write(add_account, person, "e0", NOON)
    await services.database.write(add_session, LOGIN, "a browser", LIFETIME, NOON)
    return services.database


async def test_a_session_is_found_until_it_expires(database: FlakyDatabase) -> None:
    clock = FakeClock()
    lookup = SessionLookup(database, LIFETIME, clock.now_s)

    assert await lookup.find(LOGIN.id_hash) == LOGIN
    assert await lookup.find(digest("another")) is None

    clock.at_s += LIFETIME.idle_s
    assert await lookup.find(LOGIN.id_hash) is None


async def test_an_expired_session_does_not_revive_when_the_clock_goes_back(
    database: FlakyDatabase,
) -> None:
    clock = FakeClock()
    lookup = SessionLookup(database, LIFETIME, clock.now_s)
    clock.at_s += LIFETIME.idle_s
    assert await lookup.find(LOGIN.id_hash) is None

    clock.at_s = NOON

    assert await lookup.find(LOGIN.id_hash) is None


async def test_a_session_that_was_used_elsewhere_meanwhile_is_not_deleted(
    database: FlakyDatabase,
) -> None:
    clock = FakeClock()
    lookup = SessionLookup(database, LIFETIME, clock.now_s)
    clock.at_s += LIFETIME.idle_s
    await database.write(save_last_use, LOGIN.id_hash, NOON + 50)

    await lookup.delete_expired(LOGIN.id_hash)

    assert await lookup.find(LOGIN.id_hash) is not None


async def test_an_unknown_cookie_costs_no_write(database: FlakyDatabase) -> None:
    database.writes.clear()

    await SessionLookup(database, LIFETIME, FakeClock().now_s).find(digest("another"))

    assert database.writes == []


async def test_an_expired_session_is_over_even_if_it_cannot_be_deleted(
    database: FlakyDatabase,
) -> None:
    clock = FakeClock()
    lookup = SessionLookup(database, LIFETIME, clock.now_s)
    clock.at_s += LIFETIME.idle_s
    database.writes_fail = True

    assert await lookup.find(LOGIN.id_hash) is None
    with pytest.raises(DatabaseUnavailable):
        await lookup.delete_expired(LOGIN.id_hash)

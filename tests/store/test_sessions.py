"""Sessions on disk: how long they last, and how they end."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from app.domain.sessions import Lifetime, Session
from app.store.accounts import add_account
from app.store.queries import run_query
from app.store.sessions import add_session, digest, end_all_sessions, end_session, save_last_use
from tests.examples import ADA, NOON
from tests.sessions import find_session
from tests.store.example_people import BOB, BOB_HIMSELF

pytestmark = pytest.mark.on_both

LIFETIME = Lifetime(absolute_s=1000, idle_s=300)
ADAS = Session(
    digest("what the cookie holds"),
    ADA,
    "Ada",
    staff=False,
    used_at_s=NOON,
    ends_at_s=NOON + 1000,
    began_at_s=NOON,
)


def sign_in(engine: Engine, login: Session = ADAS, agent: str = "Browser/1") -> None:
    """Store *login* as a new session."""
    run_query(engine, add_session, login, agent, LIFETIME, login.used_at_s)


def found(engine: Engine, now_s: int, login: Session = ADAS) -> Session | None:
    """Return the session of *login* as found at that time."""
    return run_query(engine, find_session, login.id_hash, LIFETIME, now_s)


def test_the_database_stores_only_a_digest_of_the_cookie() -> None:
    assert len(ADAS.id_hash) == 64
    assert digest("what the cookie holds") == ADAS.id_hash != digest("something else")


def test_a_session_is_found_with_its_account(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)
    bobs = replace(
        ADAS, id_hash=digest("bob's"), account=BOB, name="Bob", staff=True, mfa_at_s=NOON
    )
    sign_in(engine)
    sign_in(engine, bobs)

    assert found(engine, NOON) == ADAS
    assert found(engine, NOON, bobs) == bobs


def test_an_unknown_session_is_not_found(engine: Engine) -> None:
    sign_in(engine)

    assert found(engine, NOON, replace(ADAS, id_hash=digest("something else"))) is None


def test_a_session_ends_after_its_idle_time(engine: Engine) -> None:
    sign_in(engine)

    assert found(engine, NOON + 299) == ADAS
    assert found(engine, NOON + 300) is None


def test_a_session_is_extended_by_use_up_to_its_maximum_lifetime(engine: Engine) -> None:
    sign_in(engine)
    for now_s in range(NOON + 200, NOON + 1000, 200):
        run_query(engine, save_last_use, ADAS.id_hash, now_s)

    assert found(engine, NOON + 999) == replace(ADAS, used_at_s=NOON + 800)
    assert found(engine, NOON + 1000) is None


def test_using_a_session_does_not_extend_another(engine: Engine) -> None:
    other = replace(ADAS, id_hash=digest("on the phone"))
    sign_in(engine)
    sign_in(engine, other)

    run_query(engine, save_last_use, ADAS.id_hash, NOON + 200)

    assert found(engine, NOON + 300, other) is None


def test_ending_a_session_ends_no_other(engine: Engine) -> None:
    other = replace(ADAS, id_hash=digest("on the phone"))
    sign_in(engine)
    sign_in(engine, other)

    run_query(engine, end_session, ADAS.id_hash)
    run_query(engine, save_last_use, ADAS.id_hash, NOON + 1)

    assert found(engine, NOON + 1) is None
    assert found(engine, NOON + 1, other) == other


def test_signing_in_deletes_ended_sessions_of_the_account(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)
    unused = replace(ADAS, id_hash=digest("unused"))
    ended = replace(ADAS, id_hash=digest("ended"), used_at_s=NOON + 290, ends_at_s=NOON + 300)
    bobs = replace(ADAS, id_hash=digest("bob's"), account=BOB, name="Bob", staff=True)
    for login in (unused, ended, bobs):
        sign_in(engine, login)

    fresh = replace(ADAS, id_hash=digest("fresh"), used_at_s=NOON + 300, began_at_s=NOON + 300)
    sign_in(engine, fresh)

    at_first = Lifetime(absolute_s=1000, idle_s=1000)
    there = [
        run_query(engine, find_session, login.id_hash, at_first, NOON + 1)
        for login in (unused, ended, bobs, fresh)
    ]
    assert there == [None, None, bobs, fresh]


def test_signing_in_keeps_the_sessions_of_other_devices(engine: Engine) -> None:
    sign_in(engine)

    sign_in(engine, replace(ADAS, id_hash=digest("on the phone"), used_at_s=NOON + 299))

    assert found(engine, NOON + 299) == ADAS


def test_a_user_agent_may_be_any_text(engine: Engine) -> None:
    sign_in(engine, agent="x" * 5000)

    assert found(engine, NOON) == ADAS


def test_all_sessions_can_be_ended_at_once(engine: Engine) -> None:
    sign_in(engine)

    assert run_query(engine, end_all_sessions) == 1

    assert found(engine, NOON) is None

"""The sessions of an account, as its owner lists and ends them."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from app.domain.sessions import Session
from app.store.accounts import add_account
from app.store.queries import run_query
from app.store.sessions import (
    MOST_SHOWN,
    SignedIn,
    digest,
    end_other_sessions,
    end_own_session,
    load_sessions,
)
from tests.examples import ADA, NOON
from tests.store.example_people import BOB, BOB_HIMSELF
from tests.store.test_sessions import ADAS, LIFETIME, found, sign_in

pytestmark = pytest.mark.on_both

PHONE = replace(ADAS, id_hash=digest("on the phone"), used_at_s=NOON + 10)
BOBS = replace(ADAS, id_hash=digest("bob's"), account=BOB, name="Bob", staff=True)


def listed(engine: Engine, now_s: int = NOON + 10) -> list[SignedIn]:
    """Return the sessions of Ada."""
    return run_query(engine, load_sessions, ADA, LIFETIME, now_s)


def sign_in_all(engine: Engine) -> None:
    """Sign Ada in twice, and Bob once."""
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)
    sign_in(engine)
    sign_in(engine, PHONE, agent="Phone/1")
    sign_in(engine, BOBS)


def still_in(engine: Engine) -> list[Session]:
    """Return which of them are still signed in."""
    return [one for one in (ADAS, PHONE, BOBS) if found(engine, NOON + 10, one)]


def test_the_sessions_of_an_account_are_listed_and_no_others(engine: Engine) -> None:
    sign_in_all(engine)

    assert listed(engine) == [
        SignedIn(PHONE.id_hash, "Phone/1", NOON + 10, NOON + 10),
        SignedIn(ADAS.id_hash, "Browser/1", NOON, NOON),
    ]


def test_sessions_that_ended_are_not_listed(engine: Engine) -> None:
    sign_in_all(engine)

    assert [one.id_hash for one in listed(engine, NOON + 305)] == [PHONE.id_hash]
    assert listed(engine, NOON + 1000) == []


def test_the_list_of_sessions_is_limited(engine: Engine) -> None:
    for number in range(MOST_SHOWN + 1):
        sign_in(engine, replace(ADAS, id_hash=digest(str(number)), used_at_s=NOON + number))

    shown = listed(engine, NOON + MOST_SHOWN)

    assert len(shown) == MOST_SHOWN
    assert shown[0].used_at_s == NOON + MOST_SHOWN


def test_an_account_ends_a_session_once_and_only_its_own(engine: Engine) -> None:
    sign_in_all(engine)

    assert not run_query(engine, end_own_session, ADA, BOBS.id_hash)
    assert run_query(engine, end_own_session, ADA, PHONE.id_hash)
    assert not run_query(engine, end_own_session, ADA, PHONE.id_hash)

    assert still_in(engine) == [ADAS, BOBS]


def test_all_other_sessions_of_an_account_end_and_are_returned(engine: Engine) -> None:
    sign_in_all(engine)

    assert run_query(engine, end_other_sessions, ADA, ADAS.id_hash) == [PHONE.id_hash]

    assert still_in(engine) == [ADAS, BOBS]

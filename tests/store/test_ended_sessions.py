"""What the database writes down of logins that have ended, and what disabling an account does."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, update

from app.domain.sessions import Lifetime, Session, SessionHash
from app.store.account_changes import write_disabled, write_password, write_staff
from app.store.accounts import AccountDisabled, PasswordChanged, find_person
from app.store.devices import device_hash
from app.store.ended_sessions import load_ended_sessions
from app.store.queries import run_query
from app.store.sessions import (
    add_session,
    digest,
    end_expired_session,
    end_session,
    load_sessions,
    save_last_use,
)
from app.store.sign_in import NewSession, write_new_password, write_sign_in
from app.store.tables import accounts, sessions
from tests.examples import ADA, NOON
from tests.sessions import find_session
from tests.store.example_people import ADA_HERSELF

pytestmark = pytest.mark.on_both

LIFETIME = Lifetime(absolute_s=1000, idle_s=300)
ADAS = Session(
    digest("here"),
    ADA,
    "Ada",
    staff=False,
    used_at_s=NOON,
    ends_at_s=NOON + 1000,
    began_at_s=NOON,
)
THERE = replace(ADAS, id_hash=digest("there"))
FRESH = replace(ADAS, id_hash=digest("fresh"))


@pytest.fixture(autouse=True)
def signed_in(engine: Engine) -> None:
    """Sign Ada in twice."""
    for login in (ADAS, THERE):
        run_query(engine, add_session, login, "Browser/1", LIFETIME, NOON)


def ended(engine: Engine, since: int = 0) -> dict[SessionHash, SessionHash | None] | None:
    """Return what has ended since a revision."""
    return run_query(engine, load_ended_sessions, since).ended


def renewal(replaces: Session | None) -> NewSession:
    """Return a new session that goes on for another."""
    replaced = replaces.id_hash if replaces else None
    return NewSession(FRESH, "Browser/1", "192.0.2.1", LIFETIME, replaced, device_hash("a laptop"))


def test_a_deleted_session_is_written_down_however_it_was_deleted(engine: Engine) -> None:
    run_query(engine, end_session, ADAS.id_hash)
    assert ended(engine) == {ADAS.id_hash: None}

    with engine.begin() as connection:
        connection.execute(delete(sessions))
    assert ended(engine) == {ADAS.id_hash: None, THERE.id_hash: None}
    assert ended(engine, since=1) == {THERE.id_hash: None}


def test_using_a_session_or_deleting_none_writes_nothing_down(engine: Engine) -> None:
    run_query(engine, save_last_use, ADAS.id_hash, NOON + 1)
    run_query(engine, end_session, digest("unknown"))

    assert run_query(engine, load_ended_sessions, 0) == (0, {})


def test_a_rolled_back_deletion_writes_nothing_down(engine: Engine) -> None:
    with engine.connect() as connection:
        end_session(connection, ADAS.id_hash)
        connection.rollback()

    assert ended(engine) == {}


def test_a_new_password_ends_the_others_and_renews_its_own_session(engine: Engine) -> None:
    others = run_query(engine, write_new_password, ADA_HERSELF, "new", renewal(ADAS))

    assert others == [THERE.id_hash]
    assert ended(engine) == {ADAS.id_hash: FRESH.id_hash, THERE.id_hash: None}
    assert run_query(engine, find_session, FRESH.id_hash, LIFETIME, NOON) == FRESH


def test_a_new_password_does_not_revive_a_session_that_has_ended(engine: Engine) -> None:
    run_query(engine, end_session, ADAS.id_hash)

    with pytest.raises(PasswordChanged):
        run_query(engine, write_new_password, ADA_HERSELF, "new", renewal(ADAS))

    assert run_query(engine, find_person, ADA) == ADA_HERSELF
    assert run_query(engine, find_session, FRESH.id_hash, LIFETIME, NOON) is None


def test_only_the_last_ends_are_kept_and_what_is_missing_is_said(engine: Engine) -> None:
    with engine.begin() as connection:
        for number in range(1100):
            add_session(
                connection, replace(ADAS, id_hash=SessionHash(f"{number}")), "", LIFETIME, NOON
            )
            end_session(connection, SessionHash(f"{number}"))

    assert run_query(engine, load_ended_sessions, 0) == (1100, None)
    assert run_query(engine, load_ended_sessions, 1101) == (1100, None)
    assert ended(engine, since=1098) == {"1098": None, "1099": None}


def test_an_expired_session_is_deleted_and_a_valid_one_is_not(engine: Engine) -> None:
    run_query(engine, end_expired_session, ADAS.id_hash, LIFETIME, NOON + 299)
    assert ended(engine) == {}

    run_query(engine, end_expired_session, ADAS.id_hash, LIFETIME, NOON + 300)
    assert ended(engine) == {ADAS.id_hash: None}


def test_nobody_signs_in_to_a_disabled_account_or_by_a_session_that_is_left(
    engine: Engine,
) -> None:
    both = {ADAS.id_hash, THERE.id_hash}
    assert set(run_query(engine, write_disabled, ADA, NOON, disabled=True)) == both

    with pytest.raises(AccountDisabled):
        run_query(engine, write_sign_in, ADA_HERSELF, None, renewal(None))
    run_query(engine, add_session, FRESH, "", LIFETIME, NOON)
    assert run_query(engine, find_session, FRESH.id_hash, LIFETIME, NOON) is None

    run_query(engine, write_disabled, ADA, NOON, disabled=False)
    assert run_query(engine, find_session, FRESH.id_hash, LIFETIME, NOON) == FRESH


def test_an_account_that_is_disabled_by_hand_has_its_sessions_looked_up(engine: Engine) -> None:
    for disabled in (True, True, False):
        with engine.begin() as connection:
            connection.execute(update(accounts).values(disabled=disabled))

    both = (ADAS.id_hash, THERE.id_hash)
    assert run_query(engine, load_ended_sessions, 0) == (1, dict(zip(both, both, strict=True)))


@pytest.mark.parametrize("change", ["role", "password"])
def test_another_role_and_another_password_end_all_sessions(engine: Engine, change: str) -> None:
    if change == "role":
        run_query(engine, write_staff, ADA, NOON, staff=True)
    else:
        run_query(engine, write_password, ADA, "another hash", NOON)

    assert run_query(engine, load_sessions, ADA, LIFETIME, NOON) == []
    assert len(ended(engine) or {}) == 2


def test_a_renamed_session_goes_on_under_its_new_name(engine: Engine) -> None:
    with engine.begin() as connection:
        renamed = update(sessions).where(sessions.c.id_hash == ADAS.id_hash)
        connection.execute(renamed.values(id_hash=FRESH.id_hash))

    assert ended(engine) == {ADAS.id_hash: FRESH.id_hash}


@pytest.mark.parametrize("column", ["ends_at", "used_at"])
def test_a_session_whose_time_is_cut_short_is_written_down(engine: Engine, column: str) -> None:
    with engine.begin() as connection:
        chosen = update(sessions).where(sessions.c.id_hash == ADAS.id_hash)
        connection.execute(chosen.values({column: NOON - 1}))

    assert ended(engine) == {ADAS.id_hash: ADAS.id_hash}

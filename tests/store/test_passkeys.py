"""Passkeys, recovery codes and challenges on disk, and the logins that they begin."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from app.domain.passkeys import Passkey
from app.domain.sessions import Lifetime
from app.store.account_changes import write_disabled, write_no_passkeys
from app.store.accounts import AccountDisabled, Person, find_person
from app.store.confirmations import (
    SessionEnded,
    UsedCode,
    UsedPasskey,
    write_confirmation,
    write_new_passkey,
    write_passkey_sign_in,
)
from app.store.passkeys import (
    Challenge,
    PasskeyGone,
    PasskeyKnown,
    Purpose,
    add_challenge,
    add_passkey,
    find_passkey,
    load_passkeys,
    passkey_id,
    remove_passkey,
    take_challenge,
)
from app.store.queries import run_query
from app.store.recovery_codes import CodeUsed, count_codes, find_code_hash, replace_codes
from app.store.sessions import digest
from app.store.sign_in import NewSession
from tests.examples import ADA, NOON
from tests.sessions import find_session
from tests.store.test_sessions import ADAS, sign_in

pytestmark = pytest.mark.on_both

LIFETIME = Lifetime(absolute_s=1000, idle_s=300)
PHONE = Passkey(
    id=passkey_id(b"\x00 a phone \xff"),
    account=ADA,
    credential=b"\x00 a phone \xff",
    public_key=b"\xfe a key",
    sign_count=5,
    name="Phone",
    transports=("internal", "hybrid"),
    is_backed_up=True,
    created_at_s=NOON,
)
KEY = PHONE._replace(id=passkey_id(b"a key"), credential=b"a key", name="Key")
RENEWED = replace(ADAS, id_hash=digest("a new id"), mfa_at_s=NOON)


def ada(engine: Engine) -> Person:
    """Return Ada."""
    person = run_query(engine, find_person, ADA)
    assert person
    return person


def new(engine: Engine) -> NewSession:
    """Have Ada signed in, and return the session in which that login is to go on."""
    sign_in(engine)
    return NewSession(RENEWED, "Browser/1", "192.0.2.1", LIFETIME, ADAS.id_hash, digest("here"))


def test_a_passkey_is_found_as_it_was_added_and_only_once(engine: Engine) -> None:
    for passkey in (PHONE, KEY):
        run_query(engine, add_passkey, passkey)

    found = run_query(engine, find_passkey, PHONE.id)
    assert found
    assert (found.passkey, found.person) == (PHONE, ada(engine))
    assert run_query(engine, load_passkeys, ADA) == sorted((PHONE, KEY), key=lambda one: one.id)
    with pytest.raises(PasskeyKnown):
        run_query(engine, add_passkey, PHONE._replace(name="again"))


def test_a_challenge_is_taken_once_in_time_for_its_purpose_and_account(engine: Engine) -> None:
    anybody = Challenge(b"any", Purpose.SIGN_IN, None)
    adas = Challenge(b"hers", Purpose.ADD, ADA)
    for challenge in (anybody, adas):
        run_query(engine, add_challenge, challenge, NOON + 300, NOON)

    for wrong in (
        anybody._replace(account=ADA),
        anybody._replace(purpose=Purpose.CONFIRM),
        adas._replace(account=None),
        adas._replace(value=b"other"),
    ):
        assert not run_query(engine, take_challenge, wrong, NOON)
    assert run_query(engine, take_challenge, anybody, NOON + 299)
    assert not run_query(engine, take_challenge, anybody, NOON + 299)
    assert not run_query(engine, take_challenge, adas, NOON + 300)


def test_two_uses_of_one_count_are_not_both_accepted(engine: Engine) -> None:
    run_query(engine, add_passkey, PHONE)
    used, login = UsedPasskey(PHONE, 6), new(engine)
    run_query(engine, write_passkey_sign_in, ada(engine), used, login)

    assert run_query(engine, find_session, RENEWED.id_hash, LIFETIME, NOON) == RENEWED
    with pytest.raises(PasskeyGone):
        run_query(engine, write_passkey_sign_in, ada(engine), used, login)


def test_a_disabled_account_or_an_ended_login_is_not_confirmed(engine: Engine) -> None:
    run_query(engine, add_passkey, PHONE)
    login, person = new(engine), ada(engine)
    with pytest.raises(SessionEnded):
        run_query(engine, write_confirmation, person, None, login._replace(replaces=None))
    run_query(engine, write_disabled, ADA, NOON, disabled=True)

    for used in (None, UsedPasskey(PHONE, 6)):
        with pytest.raises(AccountDisabled):
            run_query(engine, write_confirmation, person, used, login)


def test_a_code_is_used_once_and_codes_go_with_the_last_passkey(engine: Engine) -> None:
    run_query(engine, replace_codes, ADA, ["hash 0", "hash 1"], NOON)
    used, login = UsedCode(1, "hash 1"), new(engine)
    run_query(engine, write_new_passkey, ada(engine), PHONE, login)
    again = login._replace(
        session=replace(RENEWED, id_hash=digest("newer")), replaces=RENEWED.id_hash
    )
    run_query(engine, write_confirmation, ada(engine), used, again)

    assert run_query(engine, find_code_hash, ADA, 1) is None
    assert run_query(engine, count_codes, ADA) == 1
    with pytest.raises(CodeUsed):
        run_query(engine, write_confirmation, ada(engine), used, login)
    run_query(engine, remove_passkey, ADA, PHONE.id, NOON)
    assert run_query(engine, count_codes, ADA) == 0


def test_all_passkeys_of_an_account_are_reset_with_its_logins(engine: Engine) -> None:
    for passkey in (PHONE, KEY):
        run_query(engine, add_passkey, passkey)
    run_query(engine, add_challenge, Challenge(b"hers", Purpose.ADD, ADA), NOON + 300, NOON)
    sign_in(engine)

    assert run_query(engine, write_no_passkeys, ADA, NOON) == (2, [ADAS.id_hash])
    assert run_query(engine, load_passkeys, ADA) == []

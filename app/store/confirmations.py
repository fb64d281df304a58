"""Transactions that begin a login with a passkey, or have one go on that was confirmed."""

from typing import NamedTuple

from sqlalchemy import Connection

from app.domain.passkeys import Passkey
from app.store.accounts import Person, expect_password
from app.store.failures import clear_failures
from app.store.passkeys import add_passkey, use_passkey
from app.store.recovery_codes import use_code
from app.store.sessions import renew_session
from app.store.sign_in import NewSession, begin_session


class SessionEnded(Exception):
    """The login that was to go on has ended meanwhile."""


class UsedPasskey(NamedTuple):
    """A passkey, and the count that came with its newest use."""

    passkey: Passkey
    sign_count: int


class UsedCode(NamedTuple):
    """A recovery code: its place and its hash."""

    place: int
    code_hash: str


def write_passkey_sign_in(
    connection: Connection, person: Person, used: UsedPasskey, new: NewSession
) -> None:
    """Begin a session of *person*, who has used a passkey, and forget failed sign-ins.

    Raises `PasswordChanged`, `AccountDisabled` or `PasskeyGone`.
    """
    _allow(connection, person, used, new)
    begin_session(connection, new)


def write_confirmation(
    connection: Connection, person: Person, used: UsedPasskey | UsedCode | None, new: NewSession
) -> None:
    """Have a session of *person* go on as a new one that has just begun.

    They have used a passkey, a password and a recovery code, or a password only. Raises
    `SessionEnded` and what `write_passkey_sign_in` does, or `CodeUsed`.
    """
    _allow(connection, person, used, new)
    session, kept = new.session, new.replaces
    if kept is None or not renew_session(connection, kept, session, new.agent, session.used_at_s):
        raise SessionEnded


def _allow(
    connection: Connection, person: Person, used: UsedPasskey | UsedCode | None, new: NewSession
) -> None:
    expect_password(connection, person)
    clear_failures(connection, person.email, new.address)
    match used:
        case UsedPasskey(passkey=passkey, sign_count=sign_count):
            use_passkey(connection, passkey, sign_count, new.session.used_at_s)
        case UsedCode(place=place, code_hash=code_hash):
            use_code(connection, person.account, place, code_hash, new.session.used_at_s)
        case None:
            pass


def write_new_passkey(
    connection: Connection, person: Person, passkey: Passkey, new: NewSession
) -> None:
    """Add a passkey, and have the session that added it go on as a new one.

    Raises `PasskeyKnown`, `TooManyPasskeys`, `SessionEnded`, `PasswordChanged` or
    `AccountDisabled`.
    """
    write_confirmation(connection, person, None, new)
    add_passkey(connection, passkey)

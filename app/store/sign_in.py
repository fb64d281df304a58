"""Transactions that begin a session: registering, signing in, changing a password."""

from typing import NamedTuple

from sqlalchemy import Connection

from app.domain.sessions import Lifetime, Session, SessionHash
from app.store.accounts import (
    Person,
    add_account,
    clear_failures,
    expect_password,
    set_password_hash,
)
from app.store.sessions import add_session, end_other_sessions, end_session


class NewSession(NamedTuple):
    """A session to begin, the browser and the network it is for, and the session it replaces."""

    session: Session
    agent: str
    address: str
    lifetime: Lifetime
    replaces: SessionHash | None


def write_registration(connection: Connection, person: Person, epoch: str, new: NewSession) -> None:
    """Add *person*'s account, with a cart of *epoch*, and begin a session; may raise EmailTaken."""
    add_account(connection, person, epoch, new.session.used_at_s)
    _begin(connection, new)


def write_sign_in(
    connection: Connection, person: Person, better_hash: str | None, new: NewSession
) -> None:
    """Begin a session of *person*, forget failed sign-ins, and keep a better hash if there is one.

    Raises PasswordChanged if the password is not the one that *person* was found with.
    """
    expect_password(connection, person)
    clear_failures(connection, person.email, new.address)
    if better_hash:
        set_password_hash(connection, person.account, better_hash)
    _begin(connection, new)


def write_new_password(
    connection: Connection, person: Person, password_hash: str, new: NewSession
) -> list[SessionHash]:
    """Replace *person*'s password and all sessions by a new one; return which others ended.

    Those are all but the one that is replaced. Raises PasswordChanged as `write_sign_in` does.
    """
    expect_password(connection, person)
    clear_failures(connection, person.email, new.address)
    set_password_hash(connection, person.account, password_hash)
    kept = new.replaces or new.session.id_hash
    ended = end_other_sessions(connection, person.account, kept)
    _begin(connection, new)
    return ended


def _begin(connection: Connection, new: NewSession) -> None:
    if new.replaces is not None:
        end_session(connection, new.replaces)
    add_session(connection, new.session, new.agent, new.lifetime, new.session.used_at_s)

"""Transactions that begin a session: registering, signing in, changing a password."""

from typing import NamedTuple

from sqlalchemy import Connection

from app.domain.mail_tokens import MailToken
from app.domain.mails import MailKind
from app.domain.sessions import Lifetime, Session, SessionHash
from app.store.account_changes import replace_password
from app.store.accounts import PasswordChanged, Person, add_account, expect_password, improve_hash
from app.store.devices import note_device
from app.store.email_addresses import write_confirmation_mail
from app.store.failures import clear_failures
from app.store.mails import tell_owner
from app.store.sessions import add_session, end_other_sessions, end_session, renew_session


class NewSession(NamedTuple):
    """A session to begin, the browser and the network it is for, and the session it replaces.

    `device` is the digest of what names the browser in a cookie of its own.
    """

    session: Session
    agent: str
    address: str
    lifetime: Lifetime
    replaces: SessionHash | None
    device: str


class NewAccount(NamedTuple):
    """An account to add, with a cart of `epoch`, and the digest of the form that makes it.

    `token` and its `path` are mailed if the address is to be confirmed.
    """

    person: Person
    epoch: str
    form_key: str | None
    token: MailToken
    path: str


def write_registration(connection: Connection, account: NewAccount, new: NewSession) -> None:
    """Add an account, have its address confirmed, and begin a session; may raise EmailTaken."""
    person, now_s = account.person, new.session.used_at_s
    add_account(connection, person, account.epoch, now_s, account.form_key)
    if not person.is_confirmed:
        write_confirmation_mail(connection, person, account.token, account.path)
    begin_session(connection, new)


def write_sign_in(
    connection: Connection, person: Person, better_hash: str | None, new: NewSession
) -> None:
    """Begin a session of *person*, forget failed sign-ins, and keep a better hash if there is one.

    Raises PasswordChanged if the password is not the one that *person* was found with, and
    AccountDisabled.
    """
    expect_password(connection, person)
    clear_failures(connection, person.email, new.address)
    if better_hash:
        improve_hash(connection, person.account, better_hash)
    begin_session(connection, new)


def write_new_password(
    connection: Connection, person: Person, password_hash: str, new: NewSession
) -> list[SessionHash]:
    """Replace *person*'s password, have the session that is replaced go on as the new one.

    Return which sessions ended: all others. Raises PasswordChanged as `write_sign_in` does, and if
    the session that is replaced has ended meanwhile.
    """
    expect_password(connection, person)
    clear_failures(connection, person.email, new.address)
    session, kept = new.session, new.replaces
    if kept is None or not renew_session(connection, kept, session, new.agent, session.used_at_s):
        raise PasswordChanged
    replace_password(connection, person.account, password_hash, session.used_at_s)
    return end_other_sessions(connection, person.account, session.id_hash)


def begin_session(connection: Connection, new: NewSession) -> None:
    """Begin a session, and end the one that it replaces.

    A device that is new to the account is told to its owner by mail.
    """
    if new.replaces is not None:
        end_session(connection, new.replaces)
    now_s = new.session.used_at_s
    add_session(connection, new.session, new.agent, new.lifetime, now_s)
    if note_device(connection, new.session.account, new.device, now_s):
        about: dict[str, str | int] = {"agent": new.agent[:200], "at_s": now_s}
        tell_owner(connection, new.session.account, MailKind.NEW_DEVICE, now_s, **about)

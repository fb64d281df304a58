"""Logins: a random id in the cookie, and only its digest in the database (ASVS 5.0, 7.2)."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from app.domain.accounts import AccountId
from app.domain.sessions import Lifetime, Session, SessionHash
from app.store.holds import free_holds
from app.store.lookups import Lookup
from app.store.tables import accounts, holds, sessions

MOST_SHOWN = 50
"""How many logins of an account are listed; more can exist, and be ended together."""


class SignedIn(NamedTuple):
    """A login as its owner sees it: the browser's name, when it began and was last used."""

    id_hash: SessionHash
    agent: str
    began_at_s: int
    used_at_s: int


def digest(session_id: str) -> SessionHash:
    """Return the hash of *session_id*, which is all that databases, logs and memory keep of it."""
    return SessionHash(sha256(session_id.encode()).hexdigest())


def add_session(
    connection: Connection, session: Session, agent: str, lifetime: Lifetime, now_s: int
) -> None:
    """Add a login, and delete those of its account that have expired."""
    expired = (sessions.c.ends_at <= now_s) | (sessions.c.used_at <= now_s - lifetime.idle_s)
    connection.execute(delete(sessions).where(sessions.c.account == session.account, expired))
    connection.execute(insert(sessions).values(_row(session, agent, now_s)))


def load_sessions(
    connection: Connection, account: AccountId, lifetime: Lifetime, now_s: int
) -> list[SignedIn]:
    """Return *account*'s logins, the one used last first."""
    query = (
        select(sessions)
        .where(sessions.c.account == account, _is_valid(lifetime, now_s))
        .order_by(sessions.c.used_at.desc(), sessions.c.created_at.desc(), sessions.c.id_hash)
        .limit(MOST_SHOWN)
    )
    return [
        SignedIn(SessionHash(row.id_hash), row.agent, row.created_at, row.used_at)
        for row in connection.execute(query)
    ]


def load_last_uses(
    connection: Connection, names: Sequence[SessionHash], lifetime: Lifetime, now_s: int
) -> dict[SessionHash, int]:
    """Return when logins were last used; those that ended or expired are left out."""
    query = select(sessions.c.id_hash, sessions.c.used_at).where(
        sessions.c.id_hash.in_(names), _is_valid(lifetime, now_s)
    )
    return {SessionHash(id_hash): used_at for id_hash, used_at in connection.execute(query)}


def save_last_use(connection: Connection, id_hash: SessionHash, now_s: int) -> None:
    """Save that the login was used at *now_s*."""
    connection.execute(update(sessions).where(sessions.c.id_hash == id_hash).values(used_at=now_s))


def end_session(connection: Connection, id_hash: SessionHash) -> None:
    """Delete the login."""
    connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))


def sign_out(connection: Connection, session: Session, lifetime: Lifetime, now_s: int) -> None:
    """Delete the login, and free what its account holds unless it has another login."""
    end_session(connection, session.id_hash)
    others = select(sessions.c.id_hash).where(
        sessions.c.account == session.account, _is_valid(lifetime, now_s)
    )
    if connection.execute(others.limit(1)).first() is None:
        free_holds(connection, holds.c.account == session.account, now_s)


def end_expired_session(
    connection: Connection, id_hash: SessionHash, lifetime: Lifetime, now_s: int
) -> None:
    """Delete the login if it has expired, so that no clock that goes back revives it."""
    expired = (sessions.c.id_hash == id_hash) & ~_is_valid(lifetime, now_s)
    connection.execute(delete(sessions).where(expired))


def renew_session(
    connection: Connection, old: SessionHash, session: Session, agent: str, now_s: int
) -> bool:
    """Have a login go on as *session*, with its new hash; return False if it has ended."""
    query = update(sessions).where(sessions.c.id_hash == old)
    return connection.execute(query.values(_row(session, agent, now_s))).rowcount == 1


def end_own_session(connection: Connection, account: AccountId, id_hash: SessionHash) -> bool:
    """Delete a login of *account*; return False if it has none with this hash."""
    query = delete(sessions).where(sessions.c.id_hash == id_hash, sessions.c.account == account)
    return connection.execute(query).rowcount == 1


def end_other_sessions(
    connection: Connection, account: AccountId, kept: SessionHash
) -> list[SessionHash]:
    """Delete all logins of *account* but one; return their hashes."""
    return _end_where(connection, (sessions.c.account == account) & (sessions.c.id_hash != kept))


def end_account_sessions(connection: Connection, account: AccountId) -> list[SessionHash]:
    """Delete all logins of *account*; return their hashes."""
    return _end_where(connection, sessions.c.account == account)


def end_all_sessions(connection: Connection) -> int:
    """Delete all logins of all accounts; return how many there were."""
    return connection.execute(delete(sessions)).rowcount


def _is_valid(lifetime: Lifetime, now_s: int) -> ColumnElement[bool]:
    return (sessions.c.ends_at > now_s) & (sessions.c.used_at > now_s - lifetime.idle_s)


def _end_where(connection: Connection, condition: ColumnElement[bool]) -> list[SessionHash]:
    ended = connection.scalars(delete(sessions).where(condition).returning(sessions.c.id_hash))
    return [SessionHash(id_hash) for id_hash in ended]


def _row(session: Session, agent: str, now_s: int) -> dict[str, object]:
    return {
        "id_hash": session.id_hash,
        "account": session.account,
        "created_at": now_s,
        "used_at": session.used_at_s,
        "ends_at": session.ends_at_s,
        "agent": agent[:200],
        "mfa_at": session.mfa_at_s,
    }


def _login(row: Sequence[Any] | None) -> Session | None:
    if row is None:
        return None
    id_hash, account, name, staff, used_at_s, ends_at_s, language, began_at_s, mfa_at_s = row
    login, owner = SessionHash(id_hash), AccountId(account)
    times = used_at_s, ends_at_s
    return Session(login, owner, name, bool(staff), *times, language, began_at_s, mfa_at_s)


LOGIN = Lookup(
    "find_session",
    select(
        sessions.c.id_hash,
        sessions.c.account,
        accounts.c.name,
        accounts.c.staff,
        sessions.c.used_at,
        sessions.c.ends_at,
        accounts.c.language,
        sessions.c.created_at,
        sessions.c.mfa_at,
    )
    .join(accounts)
    .where(sessions.c.id_hash == bindparam("id_hash"), ~accounts.c.disabled),
    _login,
)
"""A login that was not ended, by its hash; it may have expired."""

"""Logins: a random id in the cookie, its digest in the database (ASVS 5.0, 7.2)."""

from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.cart import Account
from app.domain.sessions import Lifetime, Session, SessionHash
from app.store.tables import accounts, sessions


def digest(session_id: str) -> SessionHash:
    """Return what the database, the logs and the live sessions know of *session_id*."""
    return SessionHash(sha256(session_id.encode()).hexdigest())


def add_session(
    connection: Connection, session: Session, agent: str, lifetime: Lifetime, now_s: int
) -> None:
    """Begin a login; others of its account that have ended by themselves are forgotten."""
    over = (sessions.c.ends_at <= now_s) | (sessions.c.used_at <= now_s - lifetime.idle_s)
    connection.execute(delete(sessions).where(sessions.c.account == session.account, over))
    connection.execute(
        insert(sessions).values(
            id_hash=session.id_hash,
            account=session.account,
            created_at=now_s,
            used_at=session.used_at_s,
            ends_at=session.ends_at_s,
            agent=agent[:200],
        )
    )


def find_session(
    connection: Connection, id_hash: SessionHash, lifetime: Lifetime, now_s: int
) -> Session | None:
    """Return the login, unless it was ended, is over or was not used for too long."""
    row = connection.execute(
        select(sessions, accounts.c.name, accounts.c.staff)
        .join(accounts)
        .where(
            sessions.c.id_hash == id_hash,
            sessions.c.ends_at > now_s,
            sessions.c.used_at > now_s - lifetime.idle_s,
        )
    ).one_or_none()
    if row is None:
        return None
    return Session(id_hash, Account(row.account), row.name, row.staff, row.used_at, row.ends_at)


def touch_session(connection: Connection, id_hash: SessionHash, now_s: int) -> None:
    """Remember that the login was used."""
    connection.execute(update(sessions).where(sessions.c.id_hash == id_hash).values(used_at=now_s))


def end_session(connection: Connection, id_hash: SessionHash) -> None:
    """End the login for good."""
    connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))

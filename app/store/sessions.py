"""Logins: a random id in the cookie, its digest in the database (ASVS 5.0, 7.2)."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from app.domain.cart import AccountId
from app.domain.sessions import Lifetime, Session, SessionHash
from app.store.tables import accounts, sessions

MOST_SHOWN = 50
"""So many logins of an account are listed; all of them can be ended."""


class SignedIn(NamedTuple):
    """Where an account is signed in: what the browser calls itself, since when, last used."""

    id_hash: SessionHash
    agent: str
    began_at_s: int
    used_at_s: int


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
    return _find(connection, _lasts(lifetime, now_s) & (sessions.c.id_hash == id_hash))


def find_staff(
    connection: Connection, id_hash: SessionHash, lifetime: Lifetime, now_s: int
) -> Session | None:
    """Return the login if it is one of a member of staff; a shopper's is as unknown as none."""
    lasts = _lasts(lifetime, now_s) & (sessions.c.id_hash == id_hash)
    return _find(connection, lasts & accounts.c.staff)


def load_sessions(
    connection: Connection, account: AccountId, lifetime: Lifetime, now_s: int
) -> list[SignedIn]:
    """Return where *account* is signed in, the one used last first."""
    asked = (
        select(sessions)
        .where(sessions.c.account == account, _lasts(lifetime, now_s))
        .order_by(sessions.c.used_at.desc(), sessions.c.created_at.desc(), sessions.c.id_hash)
        .limit(MOST_SHOWN)
    )
    return [
        SignedIn(SessionHash(row.id_hash), row.agent, row.created_at, row.used_at)
        for row in connection.execute(asked)
    ]


def load_uses(
    connection: Connection, names: Sequence[SessionHash], lifetime: Lifetime, now_s: int
) -> dict[SessionHash, int]:
    """Return when those of the logins called *names* were last used that have not ended."""
    asked = select(sessions.c.id_hash, sessions.c.used_at).where(
        sessions.c.id_hash.in_(names), _lasts(lifetime, now_s)
    )
    return {SessionHash(id_hash): used_at for id_hash, used_at in connection.execute(asked)}


def touch_session(connection: Connection, id_hash: SessionHash, now_s: int) -> None:
    """Remember that the login was used."""
    connection.execute(update(sessions).where(sessions.c.id_hash == id_hash).values(used_at=now_s))


def end_session(connection: Connection, id_hash: SessionHash) -> None:
    """End the login for good."""
    connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))


def end_own_session(connection: Connection, account: AccountId, id_hash: SessionHash) -> bool:
    """End a login of *account* for good; say whether it had that."""
    asked = delete(sessions).where(sessions.c.id_hash == id_hash, sessions.c.account == account)
    return connection.execute(asked).rowcount == 1


def end_other_sessions(
    connection: Connection, account: AccountId, kept: SessionHash
) -> list[SessionHash]:
    """End all logins of *account* but one; return which."""
    others = (sessions.c.account == account) & (sessions.c.id_hash != kept)
    found = connection.scalars(select(sessions.c.id_hash).where(others)).all()
    connection.execute(delete(sessions).where(others))
    return [SessionHash(id_hash) for id_hash in found]


def end_all_sessions(connection: Connection) -> int:
    """End all logins of all accounts; return how many there were."""
    return connection.execute(delete(sessions)).rowcount


def _lasts(lifetime: Lifetime, now_s: int) -> ColumnElement[bool]:
    return (sessions.c.ends_at > now_s) & (sessions.c.used_at > now_s - lifetime.idle_s)


def _find(connection: Connection, which: ColumnElement[bool]) -> Session | None:
    asked = select(sessions, accounts.c.name, accounts.c.staff).join(accounts).where(which)
    if (row := connection.execute(asked).one_or_none()) is None:
        return None
    id_hash, account = SessionHash(row.id_hash), AccountId(row.account)
    return Session(id_hash, account, row.name, row.staff, row.used_at, row.ends_at)

"""The ends of logins, by whatever ended them: a server, a command or a statement by hand.

Triggers write them down (migration 0006), so a server learns of each by one number that moves.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from app.domain.sessions import SessionHash
from app.store.accounts import Person, person_of
from app.store.lookups import Lookup
from app.store.tables import accounts, catalog_counter, ended_sessions, session_counter, sessions

MOST_BEHIND = 500
"""Half of what is kept: no row that is needed is deleted while it is read."""


class Revisions(NamedTuple):
    """What a server compares with what it knows, in one look-up."""

    catalog: int
    ended_sessions: int


class EndedSessions(NamedTuple):
    """What ended up to `revision`, or None if that is no longer known.

    A login's hash leads to None, or to its new hash if it goes on under that.
    """

    revision: int
    ended: dict[SessionHash, SessionHash | None] | None


def load_ended_sessions(connection: Connection, since: int) -> EndedSessions:
    """Return which logins have ended since revision *since*."""
    revision = connection.scalar(select(session_counter.c.ended)) or 0
    if not revision - MOST_BEHIND <= since <= revision:  # or a backup was restored
        return EndedSessions(revision, None)
    query = (
        select(ended_sessions.c.id_hash, ended_sessions.c.renewed_as)
        .where(ended_sessions.c.revision > since)
        .order_by(ended_sessions.c.revision)
    )
    return EndedSessions(
        revision, {row.id_hash: row.renewed_as for row in connection.execute(query)}
    )


def find_renewed(connection: Connection, id_hash: SessionHash) -> Person | None:
    """Return whose session went on under another hash; None unless that one is valid still."""
    query = (
        select(accounts)
        .join(sessions, sessions.c.account == accounts.c.id)
        .join(ended_sessions, ended_sessions.c.renewed_as == sessions.c.id_hash)
        .where(ended_sessions.c.id_hash == id_hash)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else person_of(row)


def _revisions(row: Any) -> Revisions:
    return Revisions(row[0] or 0, row[1] or 0)


REVISIONS = Lookup(
    "revisions",
    select(
        select(catalog_counter.c.moved).scalar_subquery(),
        select(session_counter.c.ended).scalar_subquery(),
    ),
    _revisions,
)
"""The revision of the catalogue, and that of the ends of logins."""

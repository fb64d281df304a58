"""Sessions as they are in the database."""

from sqlalchemy import Connection

from app.domain.sessions import Lifetime, Session, SessionHash, is_valid
from app.store.sessions import LOGIN


def find_session(
    connection: Connection, id_hash: SessionHash, lifetime: Lifetime, now_s: int
) -> Session | None:
    """Return the session, unless it was ended or has expired."""
    login = LOGIN(connection, id_hash=id_hash)
    return login if login and is_valid(login, lifetime, now_s) else None

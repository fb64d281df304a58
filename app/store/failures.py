"""Failed sign-ins, by e-mail address and network address."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, delete, select, text

from app.domain.emails import normalize_email
from app.store.tables import failures

DELETED_AFTER_S = 24 * 3600
_FAIL = text("""
    INSERT INTO failures (who, times, last_at) VALUES (:who, 1, :now_s)
    ON CONFLICT (who) DO UPDATE SET times = failures.times + 1, last_at = excluded.last_at
""")


@dataclass(frozen=True, slots=True)
class Failures:
    """The number of sign-ins in a row that failed, and when the last of them did."""

    times: int = 0
    last_at_s: int = 0


def find_failures(connection: Connection, email: str, address: str) -> Failures:
    """Return the failed sign-ins as *email* from *address* since the last that succeeded."""
    row = connection.execute(
        select(failures).where(failures.c.who == _who(email, address))
    ).one_or_none()
    return Failures(row.times, row.last_at) if row else Failures()


def add_failure(connection: Connection, email: str, address: str, now_s: int) -> None:
    """Count a failed sign-in as *email* from *address*, and delete failures that are a day old."""
    connection.execute(delete(failures).where(failures.c.last_at < now_s - DELETED_AFTER_S))
    connection.execute(_FAIL, {"who": _who(email, address), "now_s": now_s})


def clear_failures(connection: Connection, email: str, address: str) -> None:
    """Delete failures, after a sign-in that succeeded."""
    connection.execute(delete(failures).where(failures.c.who == _who(email, address)))


def _who(email: str, address: str) -> str:
    return sha256(f"{normalize_email(email)} {address}".encode()).hexdigest()

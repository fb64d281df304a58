"""The mails that the shop has written to an address, before they are sent."""

from typing import NamedTuple

from sqlalchemy import Connection, literal_column, select

from app.store.tables import mails
from tests.http.harness import HttpHarness


class WrittenMail(NamedTuple):
    """A mail's kind, and the path of the link in it, if it has one."""

    kind: str
    path: str


async def mails_to(harness: HttpHarness, email: str) -> list[WrittenMail]:
    """Return the mails to *email*, the oldest first."""
    found: list[WrittenMail] = await harness.database.read(_load, email)
    return found


async def link_to(harness: HttpHarness, email: str) -> str:
    """Return the path of the link in the newest mail to *email*."""
    return (await mails_to(harness, email))[-1].path


def _load(connection: Connection, email: str) -> list[WrittenMail]:
    query = select(mails.c.kind, mails.c["values"]).where(mails.c.recipient == email)
    # Many are of the same second; SQLite numbers rows as they were written.
    rows = connection.execute(query.order_by(literal_column("rowid"))).all()
    return [WrittenMail(kind, values.get("path", "")) for kind, values in rows]

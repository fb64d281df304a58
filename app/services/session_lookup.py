"""Finds the session of a cookie, for pages and for websockets."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Lifetime, Session, SessionHash, is_valid, without_rights
from app.store.database import Database
from app.store.sessions import LOGIN, end_expired_session


@dataclass(frozen=True, slots=True)
class SessionLookup:
    """Finds sessions that have neither ended nor expired. `now_s` is the time since 1970.

    With `staff_need_mfa`, a session with one factor has no rights of staff.
    """

    database: Database
    lifetime: Lifetime
    now_s: Callable[[], float]
    staff_need_mfa: bool = False

    async def find(self, id_hash: SessionHash) -> Session | None:
        """Return the session, or None if it is over. Raises DatabaseUnavailable.

        One that is found expired is deleted: it would be valid again if the clock went back.
        """
        session = await self.database.look_up(LOGIN, id_hash=id_hash)
        if session is None:
            return None
        if is_valid(session, self.lifetime, int(self.now_s())):
            return without_rights(session) if self.staff_need_mfa else session
        with suppress(DatabaseUnavailable):
            await self.delete_expired(id_hash)
        return None

    async def delete_expired(self, id_hash: SessionHash) -> None:
        """Delete a session, unless it was used elsewhere meanwhile. Raises DatabaseUnavailable."""
        now_s = int(self.now_s())
        await self.database.write(end_expired_session, id_hash, self.lifetime, now_s)

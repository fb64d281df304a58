"""Ends the sockets of logins that have ended in the database, whatever has ended them there."""

from collections.abc import Callable, Mapping

from app.domain.sessions import Lifetime, SessionHash, is_valid
from app.live.sessions import LiveSessions
from app.store.database import Database
from app.store.ended_sessions import load_ended_sessions
from app.store.sessions import LOGIN, load_last_uses

BATCH_SIZE = 500
ABOVE_ALL = 2**62
"""No revision is as high, so after this one all logins are compared."""

Ended = Mapping[SessionHash, SessionHash | None]


class EndedSessions:
    """Applies the ends and renewals of logins that the database has written down.

    `revision` is the newest that was applied.
    """

    def __init__(
        self,
        database: Database,
        sessions: LiveSessions,
        lifetime: Lifetime,
        now_s: Callable[[], float],
    ):
        self._database = database
        self._sessions = sessions
        self._lifetime = lifetime
        self._now_s = now_s
        self.revision = -1

    def start_over(self) -> None:
        """Have all logins compared, since the newest revisions may be gone."""
        self.revision = ABOVE_ALL

    async def refresh(self) -> None:
        """Apply what has ended since the last call, or compare all logins if that is not known.

        Raises `DatabaseUnavailable`; the next call does all of it again then.
        """
        known = await self._database.read(load_ended_sessions, self.revision)
        if known.ended is None:
            await self.compare()
        else:
            for id_hash in known.ended:
                await self._apply(id_hash, known.ended)
        self.revision = known.revision

    async def compare(self) -> None:
        """Compare the logins with open sockets with the database, and end those that are over."""
        names, now_s = self._sessions.names(), int(self._now_s())
        for start in range(0, len(names), BATCH_SIZE):
            batch = names[start : start + BATCH_SIZE]
            uses = await self._database.read(load_last_uses, batch, self._lifetime, now_s)
            self._sessions.update_uses(batch, uses)

    async def _apply(self, id_hash: SessionHash, ended: Ended) -> None:
        """End a login, or follow it under its newest hash; its time may have been cut short."""
        newest = ended[id_hash]
        while newest and newest in ended and ended[newest] != newest:
            newest = ended[newest]
        session = await self._database.look_up(LOGIN, id_hash=newest) if newest else None
        if session and is_valid(session, self._lifetime, self._now_s()):
            self._sessions.on_remote_renewal(id_hash, session)
        else:
            self._sessions.on_remote_end(id_hash)

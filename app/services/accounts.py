"""Ends sessions of accounts, disables accounts, and sets passwords and roles (ASVS 5.0, 7.4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.accounts import AccountId
from app.domain.sessions import SessionHash
from app.live.sessions import LiveSessions
from app.services.errors import ServiceError
from app.services.passwords import Passwords, WeakPassword
from app.services.security_log import SecurityEvent, SecurityLog, SecurityOutcome
from app.store.account_changes import write_disabled, write_password, write_staff
from app.store.accounts import Person
from app.store.database import Database
from app.store.sessions import end_account_sessions, end_other_sessions, end_own_session


class OwnAccount(ServiceError):
    """Members of staff cannot lock themselves out: another has to do it."""


class Actor(NamedTuple):
    """Who does something to an account: its owner or a member of staff, and from which network."""

    account: AccountId
    address: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """What owners and staff do to accounts; each act is in the security log.

    They return when no node tells those whose use has ended anything more. `now_s` returns the
    time since 1970, `end_visits` disconnects the others who show an account's cart. All methods
    may raise DatabaseUnavailable.
    """

    database: Database
    passwords: Passwords
    live_sessions: LiveSessions
    security: SecurityLog
    now_s: Callable[[], float]
    end_visits: Callable[[AccountId], None]

    async def end_session(self, by: Actor, account: AccountId, id_hash: SessionHash) -> bool:
        """End a session of *account*; return False if there is none with this hash."""
        if not await self.database.write(end_own_session, account, id_hash):
            return False
        await self._on_end(by, account, [id_hash])
        return True

    async def end_other_sessions(self, by: Actor, kept: SessionHash) -> None:
        """End all sessions of *by*'s own account but one."""
        ended = await self.database.write(end_other_sessions, by.account, kept)
        await self._on_end(by, by.account, ended)

    async def end_all_sessions(self, by: Actor, account: AccountId) -> int:
        """End all sessions of *account*; return how many there were."""
        ended = await self.database.write(end_account_sessions, account)
        await self._on_end(by, account, ended)
        return len(ended)

    async def set_disabled(self, by: Actor, account: AccountId, *, disabled: bool) -> None:
        """Disable an account, which ends its sessions, or enable it. Raises OwnAccount."""
        _require_other(by, account)
        ended = await self.database.write(write_disabled, account, self._now(), disabled=disabled)
        event = SecurityEvent.ACCOUNT_DISABLED if disabled else SecurityEvent.ACCOUNT_ENABLED
        self._note(event, by, whose=account)
        if disabled:
            self.end_visits(account)
        await self._on_end(by, account, ended)

    async def set_staff(self, by: Actor, account: AccountId, *, staff: bool) -> None:
        """Make somebody a member of staff or a shopper, which ends the account's sessions.

        Raises OwnAccount.
        """
        _require_other(by, account)
        ended = await self.database.write(write_staff, account, self._now(), staff=staff)
        self._note(SecurityEvent.ROLE_CHANGE, by, whose=account, role=role_of(staff=staff))
        await self._on_end(by, account, ended)

    async def set_password(self, by: Actor, person: Person, password: str) -> None:
        """Set an account's password, which ends its sessions.

        Raises OwnAccount, WeakPassword or QueueFull.
        """
        _require_other(by, person.account)
        if weakness := self.passwords.weakness(password, person.email):
            raise WeakPassword(weakness)
        password_hash = await self.passwords.hash(password, by.address)
        ended = await self.database.write(
            write_password, person.account, password_hash, self._now()
        )
        self._note(SecurityEvent.CREDENTIAL_CHANGE, by, whose=person.account)
        await self._on_end(by, person.account, ended)

    async def _on_end(self, by: Actor, whose: AccountId, ended: Iterable[SessionHash]) -> None:
        ended = list(ended)
        if ended:
            self._note(SecurityEvent.SESSIONS_ENDED, by, whose=whose, sessions=len(ended))
        await self.live_sessions.end_all(ended)

    def _now(self) -> int:
        return int(self.now_s())

    def _note(self, event: SecurityEvent, by: Actor, **more: object) -> None:
        self.security.note(event, SecurityOutcome.DONE, by.account, by.address, **more)


def role_of(*, staff: bool) -> str:
    """Return the name of a role."""
    return "staff" if staff else "shopper"


def _require_other(by: Actor, account: AccountId) -> None:
    if by.account == account:
        raise OwnAccount

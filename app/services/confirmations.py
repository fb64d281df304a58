"""Confirms logins with a password, and with a code in place of a passkey (ASVS 5.0, 7.5)."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.recovery_codes import CODES, RecoveryCode, new_code, read_code, shown_code
from app.domain.sessions import Session
from app.services.auth import Auth, Client, StartedSession
from app.services.errors import ServiceError
from app.services.login_errors import WrongLogin
from app.services.passkeys import Passkeys
from app.services.passwords import Match
from app.services.security_log import SecurityEvent, SecurityOutcome
from app.store.accounts import AccountDisabled, PasswordChanged, Person
from app.store.confirmations import SessionEnded, UsedCode, write_confirmation
from app.store.recovery_codes import CodeUsed, find_code_hash, replace_codes


class WrongCode(ServiceError):
    """The password is right, but the account has no such recovery code, or it was used."""


class NoPasskey(ServiceError):
    """The account has no passkey that recovery codes could stand in for."""


@dataclass(frozen=True, slots=True)
class Confirmations:
    """Confirms logins, and makes recovery codes; each act is in the security log.

    `draw` returns a random number below its argument. All methods may raise DatabaseUnavailable or
    QueueFull.
    """

    auth: Auth
    passkeys: Passkeys
    draw: Callable[[int], int]

    async def confirm(
        self, client: Client, session: Session, password: str, code: str
    ) -> StartedSession:
        """Have *session* go on as a new one, whose holder has just shown a password.

        Whoever needs two factors has to show a recovery code as well. Raises WrongLogin, WrongCode
        or Throttled.
        """
        owner, event = await self.passkeys.owner(session), SecurityEvent.CONFIRMATION
        person = await self.auth.confirm_password(client, owner.person, password, event)
        used = await self._check_code(client, person, code) if owner.needs_mfa else None
        mfa_at_s = int(self.auth.now_s()) if used else session.mfa_at_s
        started, new = self.auth.new_session(client, person, session.id_hash, mfa_at_s)
        try:
            await self.auth.database.write(write_confirmation, person, used, new)
        except CodeUsed:
            raise WrongCode from None
        except (AccountDisabled, PasswordChanged, SessionEnded):
            raise WrongLogin from None
        factor = "recovery_code" if used else "password"
        self.auth.note(event, SecurityOutcome.DONE, client, person, factor=factor)
        self.auth.live_sessions.renew(session.id_hash, new.session)
        return started

    async def new_codes(self, client: Client, session: Session) -> list[str]:
        """Give the account new recovery codes in place of those it had, and return them.

        Raises NotRecent or NoPasskey.
        """
        owner = await self.passkeys.changing(session)
        if not owner.known:
            raise NoPasskey
        codes = [new_code(place, self.draw) for place in range(CODES)]
        with self.auth.passwords.slot(client.address):
            hashes = [await self.auth.passwords.hash(one.text, client.address) for one in codes]
        await self.auth.database.write(
            replace_codes, session.account, hashes, int(self.auth.now_s())
        )
        event, done = SecurityEvent.PASSKEY_CHANGE, SecurityOutcome.DONE
        self.auth.note(event, done, client, owner.person, act="recovery_codes")
        return [shown_code(one) for one in codes]

    async def _check_code(self, client: Client, person: Person, typed: str) -> UsedCode:
        """Return the code that was typed; a wrong one slows down the next attempt."""
        auth, event, code = self.auth, SecurityEvent.CONFIRMATION, read_code(typed)
        async with auth.login_locks.of(person.email, client.address):
            await auth.require_no_backoff(client, person.email, event)
            if code and (code_hash := await self._find_hash(client, person, code)):
                return UsedCode(code.place, code_hash)
            await auth.count_failure(client, person.email, event, person)
        raise WrongCode

    async def _find_hash(self, client: Client, person: Person, code: RecoveryCode) -> str | None:
        """Return the hash of *code* if it is one of the account's."""
        known = await self.auth.database.read(find_code_hash, person.account, code.place)
        match = await self.auth.passwords.compare(code.text, known, client.address)
        return None if match is Match.NO else known

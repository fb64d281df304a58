"""Signs in, and confirms logins, with passkeys (ASVS 5.0, 6.3.3, 7.5.1)."""

from dataclasses import dataclass
from typing import Final

from app.domain.passkeys import is_cloned
from app.domain.sessions import Session
from app.services.auth import Auth, Client, StartedSession
from app.services.challenges import Challenges
from app.services.errors import ServiceError
from app.services.login_errors import Disabled
from app.services.passkey_ceremonies import (
    Answer,
    BadCredential,
    read_use,
    request_options,
    verify_use,
)
from app.services.security_log import SecurityEvent, SecurityOutcome
from app.store.accounts import AccountDisabled, PasswordChanged, Person
from app.store.confirmations import (
    SessionEnded,
    UsedPasskey,
    write_confirmation,
    write_passkey_sign_in,
)
from app.store.passkeys import (
    OwnedPasskey,
    PasskeyGone,
    Purpose,
    find_passkey,
    load_passkeys,
    passkey_id,
)

NOBODY: Final = ""
"""Whose failures those of passkeys are that no account has."""


class ClonedPasskey(ServiceError):
    """A use of the passkey shows that there is a copy of it."""


@dataclass(frozen=True, slots=True)
class PasskeyUse:
    """Begins sessions with passkeys, and has others go on. Each attempt is in the security log.

    All methods may raise NoPasskeys or DatabaseUnavailable.
    """

    auth: Auth
    challenges: Challenges

    async def ask_to_sign_in(self, client: Client) -> str:
        """Return the JSON with which a browser asks for any passkey. Raises Throttled."""
        party = self.challenges.party
        return request_options(party, await self.challenges.ask(client, Purpose.SIGN_IN, None), ())

    async def ask_to_confirm(self, client: Client, session: Session) -> str:
        """Return the JSON with which it asks for one of the account's. Raises Throttled."""
        party = self.challenges.party
        known = await self.auth.database.read(load_passkeys, session.account)
        challenge = await self.challenges.ask(client, Purpose.CONFIRM, session)
        return request_options(party, challenge, known)

    async def sign_in(self, client: Client, text: str) -> StartedSession:
        """Begin a session, and end the one that the client had.

        Raises BadCredential, ClonedPasskey, Throttled or Disabled.
        """
        event, now_s = SecurityEvent.SIGN_IN, int(self.auth.now_s())
        person, used = await self._check(client, text, event, None)
        started, new = self.auth.new_session(client, person, client.session_hash, now_s)
        try:
            await self.auth.database.write(write_passkey_sign_in, person, used, new)
        except AccountDisabled:
            self.auth.note(event, SecurityOutcome.REFUSED, client, person)
            raise Disabled from None
        except (PasskeyGone, PasswordChanged):
            raise BadCredential from None
        self.auth.note(event, SecurityOutcome.DONE, client, person, factor="passkey")
        return await self.auth.begin(started, new)

    async def confirm(self, client: Client, session: Session, text: str) -> StartedSession:
        """Have *session* go on as a new one, whose holder has just shown a passkey.

        Raises BadCredential, ClonedPasskey or Throttled.
        """
        event, now_s = SecurityEvent.CONFIRMATION, int(self.auth.now_s())
        person, used = await self._check(client, text, event, session)
        started, new = self.auth.new_session(client, person, session.id_hash, now_s)
        try:
            await self.auth.database.write(write_confirmation, person, used, new)
        except (AccountDisabled, PasskeyGone, PasswordChanged, SessionEnded):
            raise BadCredential from None
        self.auth.note(event, SecurityOutcome.DONE, client, person, factor="passkey")
        self.auth.live_sessions.renew(session.id_hash, new.session)
        return started

    async def _check(
        self, client: Client, text: str, event: SecurityEvent, session: Session | None
    ) -> tuple[Person, UsedPasskey]:
        """Return who has used which passkey; *session* is None if they are to sign in.

        One attempt at a time is checked, and failures slow down the next as those of passwords do.
        """
        answer = read_use(text)
        found = await self.auth.database.read(find_passkey, passkey_id(answer.credential))
        person = found.person if found else None
        email = person.email if person else NOBODY
        async with self.auth.login_locks.of(email, client.address):
            await self.auth.require_no_backoff(client, email, event)
            try:
                owned, used = await self._verify(answer, found, session)
            except BadCredential:
                await self.auth.count_failure(client, email, event, person)
                raise
        if is_cloned(*used):
            refused = SecurityOutcome.REFUSED
            self.auth.note(event, refused, client, owned, reason="sign_count")
            raise ClonedPasskey
        return owned, used

    async def _verify(
        self, answer: Answer, found: OwnedPasskey | None, session: Session | None
    ) -> tuple[Person, UsedPasskey]:
        purpose = Purpose.CONFIRM if session else Purpose.SIGN_IN
        await self.challenges.take(answer.challenge, purpose, session)
        if found is None or (session and session.account != found.person.account):
            raise BadCredential
        sign_count = verify_use(self.challenges.party, answer, found.passkey)
        return found.person, UsedPasskey(found.passkey, sign_count)

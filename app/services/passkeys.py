"""Adds, names and removes passkeys of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.passkeys import Passkey, PasskeyId, is_recent
from app.domain.sessions import Session
from app.services.auth import Auth, Client, StartedSession
from app.services.challenges import Challenges
from app.services.errors import ServiceError
from app.services.passkey_ceremonies import NewCredential, creation_options, read_new, verify_new
from app.services.security_log import SecurityEvent, SecurityOutcome
from app.store import passkeys as store
from app.store.accounts import AccountDisabled, PasswordChanged, Person, find_person
from app.store.confirmations import SessionEnded, write_new_passkey
from app.store.passkeys import Purpose, load_passkeys, remove_passkey, rename_passkey


class NotRecent(ServiceError):
    """The holder of the login has to show who they are before they change this."""


class PasskeyExists(ServiceError):
    """There is such a passkey already."""


class TooManyPasskeys(ServiceError):
    """The account has as many passkeys as it may have."""


class LastPasskey(ServiceError):
    """Members of staff keep one passkey, where they cannot do without."""


class Owner(NamedTuple):
    """A login, whose it is, and the passkeys that they have."""

    session: Session
    person: Person
    known: Sequence[Passkey]

    @property
    def needs_mfa(self) -> bool:
        """Say whether a password alone is not enough to change what they sign in with.

        It is not for members of staff who have a passkey: whoever knows the password could add one
        of their own, and be staff.
        """
        return self.person.staff and bool(self.known)


@dataclass(frozen=True, slots=True)
class Passkeys:
    """What owners do with the passkeys of their accounts; each act is in the security log.

    All methods may raise DatabaseUnavailable, and those that change something NotRecent.
    """

    auth: Auth
    challenges: Challenges

    async def owner(self, session: Session) -> Owner:
        """Return whose *session* is, and their passkeys, oldest first."""
        person = await self.auth.database.read(find_person, session.account)
        if person is None:
            raise NotRecent
        return Owner(session, person, await self.auth.database.read(load_passkeys, person.account))

    def may_change(self, owner: Owner) -> bool:
        """Say whether the login may change now what its holder signs in with."""
        return is_recent(owner.session, self.auth.now_s(), needs_mfa=owner.needs_mfa)

    async def changing(self, session: Session) -> Owner:
        """Return whose *session* is, if they have shown that recently. Raises NotRecent."""
        owner = await self.owner(session)
        if not self.may_change(owner):
            raise NotRecent
        return owner

    async def ask(self, client: Client, session: Session) -> str:
        """Return the JSON with which a browser makes a passkey. Raises Throttled or NoPasskeys."""
        owner, party = await self.changing(session), self.challenges.party
        challenge = await self.challenges.ask(client, Purpose.ADD, session)
        return creation_options(party, owner.person, challenge, owner.known)

    async def add(self, client: Client, session: Session, text: str, name: str) -> StartedSession:
        """Add the passkey that a browser has made, and have *session* go on as a new one.

        Raises BadCredential, NoPasskeys, PasskeyExists or TooManyPasskeys.
        """
        person, answer = (await self.changing(session)).person, read_new(text)
        await self.challenges.take(answer.challenge, Purpose.ADD, session)
        made, now_s = verify_new(self.challenges.party, answer), int(self.auth.now_s())
        passkey = _passkey(person, made, name, now_s)
        started, new = self.auth.new_session(client, person, session.id_hash, now_s)
        try:
            await self.auth.database.write(write_new_passkey, person, passkey, new)
        except store.PasskeyKnown:
            raise PasskeyExists from None
        except store.TooManyPasskeys:
            raise TooManyPasskeys from None
        except (AccountDisabled, PasswordChanged, SessionEnded):
            raise NotRecent from None
        self._note(client, person, "added")
        self.auth.live_sessions.renew(session.id_hash, new.session)
        return started

    async def rename(self, session: Session, passkey_id: PasskeyId, name: str) -> bool:
        """Name a passkey; return False if the account has none with this id."""
        return await self.auth.database.write(rename_passkey, session.account, passkey_id, name)

    async def remove(self, client: Client, session: Session, passkey_id: PasskeyId) -> bool:
        """Remove a passkey; return False if the account has none with this id.

        Raises LastPasskey.
        """
        owner = await self.changing(session)
        is_needed = owner.person.staff and self.auth.staff_need_mfa
        if is_needed and [one.id for one in owner.known] == [passkey_id]:
            raise LastPasskey
        now_s = int(self.auth.now_s())
        removed = await self.auth.database.write(remove_passkey, session.account, passkey_id, now_s)
        if removed:
            self._note(client, owner.person, "removed")
        return removed

    def _note(self, client: Client, person: Person, act: str) -> None:
        event, done = SecurityEvent.PASSKEY_CHANGE, SecurityOutcome.DONE
        self.auth.note(event, done, client, person, act=act)


def _passkey(person: Person, made: NewCredential, name: str, now_s: int) -> Passkey:
    return Passkey(
        store.passkey_id(made.id),
        person.account,
        made.id,
        made.public_key,
        made.sign_count,
        name,
        made.transports,
        made.is_backed_up,
        now_s,
    )

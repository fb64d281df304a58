"""Sign in and out, change a password (ASVS 5.0, 6.2, 6.3, 7.2.4, 7.4.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.languages import Language
from app.domain.sessions import Lifetime, Session, SessionHash, without_rights
from app.live.sessions import LiveSessions
from app.services.login_backoff import LoginLocks, wait_s
from app.services.login_errors import Disabled, Throttled, WrongLogin
from app.services.login_owners import FindOwners, any_of, only
from app.services.passwords import Match, Passwords, WeakPassword
from app.services.security_log import SecurityEvent, SecurityLog, SecurityOutcome
from app.store.accounts import AccountDisabled, PasswordChanged, Person
from app.store.database import Database
from app.store.devices import device_hash
from app.store.ended_sessions import find_renewed
from app.store.failures import add_failure, find_failures
from app.store.sessions import digest, sign_out
from app.store.sign_in import NewSession, write_new_password, write_sign_in


class Client(NamedTuple):
    """The browser or script that a request comes from.

    `address` is what its attempts are counted by (`client_network`). `session_hash` names the
    session of its cookie, if there is one. `language` is the one that an account which it makes is
    to speak. `device` is what a cookie names the browser by; empty if it has none yet.
    """

    address: str
    agent: str
    session_hash: SessionHash | None
    language: Language | None = None
    device: str = ""


class StartedSession(NamedTuple):
    """A session that has begun, and what two cookies carry: its secret, and the browser's name."""

    session: Session
    secret: str
    device: str


@dataclass(frozen=True, slots=True)
class Auth:
    """Accounts' sessions: begun with a password, renewed when it changes, ended.

    `free_failures` sign-ins may fail before the next has to wait. `now_s` is the time since 1970;
    `new_secret` returns at least 32 characters that cannot be guessed. All methods may raise
    DatabaseUnavailable.
    """

    database: Database
    passwords: Passwords
    login_locks: LoginLocks
    live_sessions: LiveSessions
    security: SecurityLog
    lifetime: Lifetime
    free_failures: int
    now_s: Callable[[], float]
    new_secret: Callable[[], str]
    staff_need_mfa: bool = False

    async def sign_in(self, client: Client, email: str, password: str) -> StartedSession:
        """Begin a session, and end the one that the client had.

        The account that has the address is tried, and the one that claims it, so nobody learns
        which of them there are. Raises Throttled, QueueFull, WrongLogin or Disabled.
        """
        return await self._sign_in(client, email, password, any_of(email))

    async def sign_in_to(self, client: Client, person: Person, password: str) -> StartedSession:
        """Begin a session of an account that is known; otherwise as `sign_in`."""
        return await self._sign_in(client, person.email, password, only(person.account))

    async def sign_in_renewed(self, client: Client, password: str) -> StartedSession | None:
        """Begin a session of the account whose session, the client's, was renewed with *password*.

        So a form that changes a password can be sent twice, the second time to another process.
        Returns None if no session of the client was renewed; raises what `sign_in` does.
        """
        if client.session_hash is None:
            return None
        person = await self.database.read(find_renewed, client.session_hash)
        return await self.sign_in_to(client, person, password) if person else None

    async def change_password(
        self, client: Client, session: Session, person: Person, current: str, new_password: str
    ) -> StartedSession:
        """Give *person* a new password, and the client a new session in place of *session*.

        All other sessions end; open connections of *session* go on in the new one. The current
        password is checked as when signing in, with the same backoff. Raises WeakPassword,
        Throttled, QueueFull or WrongLogin; PasswordChanged if the password was changed elsewhere
        or *session* was ended meanwhile.
        """
        self.require_strong(new_password, person.email)
        event = SecurityEvent.CREDENTIAL_CHANGE
        known = await self.confirm_password(client, person, current, event)
        with self.passwords.slot(client.address):
            password_hash = await self.passwords.hash(new_password, client.address)
        started, new = self.new_session(client, known, session.id_hash, session.mfa_at_s)
        try:
            ended = await self.database.write(write_new_password, known, password_hash, new)
        except AccountDisabled:
            raise PasswordChanged from None
        self.note(event, SecurityOutcome.DONE, client, known)
        self.live_sessions.renew(session.id_hash, new.session)
        await self.live_sessions.end_all(ended)
        return started

    async def confirm_password(
        self, client: Client, person: Person, password: str, event: SecurityEvent
    ) -> Person:
        """Return *person* as they are now if this is their password, before *event*.

        Raises Throttled, QueueFull or WrongLogin, as signing in does and with the same backoff.
        """
        owners = only(person.account)
        with self.passwords.slot(client.address):
            async with self.login_locks.of(person.email, client.address):
                found = await self._check_password(client, person.email, password, event, owners)
        return found[0]

    async def sign_out(self, client: Client, session: Session) -> None:
        """End *session*, and disconnect its open connections."""
        await self.database.write(sign_out, session, self.lifetime, int(self.now_s()))
        whose = (session.account, client.address)
        self.security.note(SecurityEvent.SIGN_OUT, SecurityOutcome.DONE, *whose)
        await self.live_sessions.end(session.id_hash)

    def require_strong(self, password: str, email: str) -> None:
        """Raise WeakPassword unless *password* may be the new one of the account of *email*."""
        if weakness := self.passwords.weakness(password, email):
            raise WeakPassword(weakness)

    def new_session(
        self,
        client: Client,
        person: Person,
        replaces: SessionHash | None,
        mfa_at_s: int | None = None,
    ) -> tuple[StartedSession, NewSession]:
        """Return a new session as its client gets it, and as it is saved."""
        secret, now_s = self.new_secret(), int(self.now_s())
        device = client.device or self.new_secret()
        times = (now_s, now_s + self.lifetime.absolute_s)
        whose = (person.account, person.name, person.staff)
        session = Session(digest(secret), *whose, *times, person.language, now_s, mfa_at_s)
        if self.staff_need_mfa:
            session = without_rights(session)
        where = (client.agent, client.address, self.lifetime, replaces, device_hash(device))
        return StartedSession(session, secret, device), NewSession(session, *where)

    async def begin(self, started: StartedSession, new: NewSession) -> StartedSession:
        """Return a session that is saved; the one that it replaces is disconnected."""
        if new.replaces is not None:
            await self.live_sessions.end(new.replaces)
        return started

    def note(
        self,
        event: SecurityEvent,
        outcome: SecurityOutcome,
        client: Client,
        person: Person | None = None,
        **more: object,
    ) -> None:
        """Note in the security log what became of a client's request."""
        account = person.account if person else None
        self.security.note(event, outcome, account, client.address, **more)

    async def require_no_backoff(self, client: Client, email: str, event: SecurityEvent) -> None:
        """Raise Throttled if the next attempt has to wait; the caller holds the lock."""
        failures = await self.database.read(find_failures, email, client.address)
        if pause_s := wait_s(failures, self.free_failures, self.now_s()):
            self.note(event, SecurityOutcome.THROTTLED, client)
            raise Throttled(pause_s)

    async def count_failure(
        self, client: Client, email: str, event: SecurityEvent, person: Person | None
    ) -> None:
        """Have the next attempt wait longer."""
        await self.database.write(add_failure, email, client.address, int(self.now_s()))
        self.note(event, SecurityOutcome.FAILED, client, person)

    async def _sign_in(
        self, client: Client, email: str, password: str, owners: FindOwners
    ) -> StartedSession:
        event = SecurityEvent.SIGN_IN
        while True:
            with self.passwords.slot(client.address):
                async with self.login_locks.of(email, client.address):
                    person, better_hash = await self._check_password(
                        client, email, password, event, owners
                    )
            started, new = self.new_session(client, person, client.session_hash)
            try:
                await self.database.write(write_sign_in, person, better_hash, new)
            except PasswordChanged:
                continue  # it was changed since it was checked, so it is checked again
            except AccountDisabled:
                self.note(event, SecurityOutcome.REFUSED, client, person)
                raise Disabled from None
            self.note(event, SecurityOutcome.DONE, client, person)
            return await self.begin(started, new)

    async def _check_password(
        self,
        client: Client,
        email: str,
        password: str,
        event: SecurityEvent,
        owners: FindOwners,
    ) -> tuple[Person, str | None]:
        """Return whose password this is, and a better hash of it if theirs is outdated.

        A refusal is logged as that of *event*.
        An unknown e-mail address takes the same steps, and the same time, as a wrong password.
        """
        await self.require_no_backoff(client, email, event)
        found = await self.database.read(owners)
        for person in found:
            known = person.password_hash if person else None
            match = await self.passwords.compare(password, known, client.address)
            if person and match is not Match.NO:
                again = match is Match.OUTDATED
                return person, await self.passwords.hash(
                    password, client.address
                ) if again else None
        await self.count_failure(client, email, event, next(filter(None, found), None))
        raise WrongLogin

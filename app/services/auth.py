"""Register, sign in and out, change a password (ASVS 5.0, 6.2, 6.3, 7.2.4, 7.4.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.cart import AccountId
from app.domain.sessions import Lifetime, Session, SessionHash
from app.live.sessions import LiveSessions
from app.services.errors import ServiceError
from app.services.login_backoff import LoginLocks, wait_s
from app.services.passwords import Passwords
from app.services.rate_limit import RateLimiter
from app.store import accounts
from app.store.accounts import PasswordChanged, Person, add_failure, find_by_email, find_failures
from app.store.database import Database
from app.store.sessions import digest, end_session
from app.store.sign_in import NewSession, write_new_password, write_registration, write_sign_in


class WeakPassword(ServiceError):
    """A new password is too short, too long or too common; `reason` says which to people."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class EmailTaken(ServiceError):
    """There is an account with this e-mail address already."""


class WrongLogin(ServiceError):
    """There is no account with this e-mail address and this password."""


class Throttled(ServiceError):
    """Too many attempts came from this address; the next is allowed in `wait_s` seconds."""

    def __init__(self, wait_s: int):
        super().__init__(wait_s)
        self.wait_s = wait_s


class Client(NamedTuple):
    """The browser or script that a request comes from.

    `address` is what its attempts are counted by (`client_network`). `session_hash` names the
    session of its cookie, whether or not there is such a session.
    """

    address: str
    agent: str
    session_hash: SessionHash | None


class StartedSession(NamedTuple):
    """A session that has begun, and the secret that its cookie carries."""

    session: Session
    secret: str


@dataclass(frozen=True, slots=True)
class Auth:
    """Accounts' sessions: begun with a password, renewed when it changes, ended.

    `free_failures` sign-ins may fail before the next has to wait. `now_s` is the time since 1970;
    `new_secret` returns at least 32 characters that cannot be guessed, `new_epoch` hexadecimal
    digits. All methods may raise DatabaseUnavailable.
    """

    database: Database
    passwords: Passwords
    registrations: RateLimiter
    login_locks: LoginLocks
    live_sessions: LiveSessions
    lifetime: Lifetime
    free_failures: int
    now_s: Callable[[], float]
    new_secret: Callable[[], str]
    new_uuid: Callable[[], str]
    new_epoch: Callable[[], str]

    async def register(
        self, client: Client, email: str, password: str, name: str
    ) -> StartedSession:
        """Make an account with an empty cart, and sign in to it.

        Raises WeakPassword, Throttled, QueueFull or EmailTaken.
        """
        self._require_strong(password)
        if pause_s := self.registrations.spend(client.address):
            raise Throttled(pause_s)
        with self.passwords.slot(client.address):
            password_hash = await self.passwords.hash(password)
        person = Person(AccountId(f"u-{self.new_uuid()}"), email, name, password_hash)
        secret, new = self._new_session(client, person, client.session_hash)
        try:
            await self.database.write(write_registration, person, self.new_epoch(), new)
        except accounts.EmailTaken:
            raise EmailTaken from None
        return self._begin(secret, new)

    async def sign_in(self, client: Client, email: str, password: str) -> StartedSession:
        """Begin a session, and end the one that the client had.

        Raises Throttled, QueueFull or WrongLogin.
        """
        while True:
            with self.passwords.slot(client.address):
                async with self.login_locks.of(email, client.address):
                    person, better_hash = await self._check_password(client, email, password)
            secret, new = self._new_session(client, person, client.session_hash)
            try:
                await self.database.write(write_sign_in, person, better_hash, new)
            except PasswordChanged:
                continue  # it was changed since it was checked, so it is checked again
            return self._begin(secret, new)

    async def change_password(
        self, client: Client, session: Session, person: Person, current: str, new_password: str
    ) -> StartedSession:
        """Give *person* a new password, and the client a new session in place of *session*.

        All other sessions end; open connections of *session* go on in the new one. The current
        password is checked as when signing in, with the same backoff. Raises WeakPassword,
        Throttled, QueueFull or WrongLogin; PasswordChanged if the password was changed elsewhere
        meanwhile, which has ended *session*.
        """
        self._require_strong(new_password)
        with self.passwords.slot(client.address):
            async with self.login_locks.of(person.email, client.address):
                known, _ = await self._check_password(client, person.email, current)
            password_hash = await self.passwords.hash(new_password)
        secret, new = self._new_session(client, known, session.id_hash)
        ended = await self.database.write(write_new_password, known, password_hash, new)
        self.live_sessions.renew(session.id_hash, new.session)
        for id_hash in ended:
            self.live_sessions.end(id_hash)
        return StartedSession(new.session, secret)

    async def sign_out(self, session: Session) -> None:
        """End *session*, and disconnect its open connections."""
        await self.database.write(end_session, session.id_hash)
        self.live_sessions.end(session.id_hash)

    def _require_strong(self, password: str) -> None:
        if weakness := self.passwords.weakness(password):
            raise WeakPassword(weakness)

    async def _check_password(
        self, client: Client, email: str, password: str
    ) -> tuple[Person, str | None]:
        """Return whose password this is, and a better hash of it if theirs is outdated.

        An unknown e-mail address takes the same steps, and the same time, as a wrong password.
        """
        failures = await self.database.read(find_failures, email, client.address)
        if pause_s := wait_s(failures, self.free_failures, self.now_s()):
            raise Throttled(pause_s)
        person = await self.database.read(find_by_email, email)
        known = person.password_hash if person else None
        if not await self.passwords.matches(password, known) or person is None:
            await self.database.write(add_failure, email, client.address, int(self.now_s()))
            raise WrongLogin
        if not self.passwords.is_outdated(person.password_hash):
            return person, None
        return person, await self.passwords.hash(password)

    def _new_session(
        self, client: Client, person: Person, replaces: SessionHash | None
    ) -> tuple[str, NewSession]:
        """Return the secret of a new session, and what is saved of it."""
        secret, now_s = self.new_secret(), int(self.now_s())
        ends_at_s = now_s + self.lifetime.absolute_s
        session = Session(
            digest(secret), person.account, person.name, person.staff, now_s, ends_at_s
        )
        return secret, NewSession(session, client.agent, client.address, self.lifetime, replaces)

    def _begin(self, secret: str, new: NewSession) -> StartedSession:
        if new.replaces is not None:
            self.live_sessions.end(new.replaces)
        return StartedSession(new.session, secret)

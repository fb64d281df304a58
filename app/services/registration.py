"""Register an account, without telling whether its address has one already (decision 0114)."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from app.domain.accounts import ACCOUNT_PREFIX, AccountId
from app.domain.mail_tokens import Purpose
from app.services.auth import Auth, Client, StartedSession
from app.services.errors import ServiceError
from app.services.login_errors import Throttled
from app.services.mailed_links import CONFIRM_PATH, new_link
from app.services.rate_limit import RateLimiter
from app.services.security_log import SecurityEvent, SecurityOutcome
from app.store import accounts
from app.store.accounts import Person, find_by_form
from app.store.sign_in import NewAccount, write_registration


class EmailTaken(ServiceError):
    """There is an account with this e-mail address already."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Makes accounts; `confirms` says whether their addresses are to be confirmed.

    If they are, an address may be registered again: the new account claims it, and the mail says
    what there is already. `new_epoch` returns hexadecimal digits. All methods may raise
    DatabaseUnavailable.
    """

    auth: Auth
    limiter: RateLimiter
    new_uuid: Callable[[], str]
    new_epoch: Callable[[], str]
    confirms: bool
    account_prefix: str = ACCOUNT_PREFIX
    is_of_staff: bool = False

    async def register(
        self, client: Client, email: str, password: str, name: str, form_key: str = ""
    ) -> StartedSession:
        """Make an account with an empty cart, and sign in to it.

        The same form once more signs in to the account that it has made. Raises WeakPassword,
        Throttled or QueueFull; EmailTaken if addresses need not be confirmed.
        """
        auth, event = self.auth, SecurityEvent.ACCOUNT_ADDED
        auth.require_strong(password, email)
        if pause_s := self.limiter.spend(client.address):
            auth.note(event, SecurityOutcome.THROTTLED, client)
            raise Throttled(pause_s)
        with auth.passwords.slot(client.address):
            password_hash = await auth.passwords.hash(password, client.address)
        account = self._new_account(client, email, name, password_hash, form_key)
        started, new = auth.new_session(client, account.person, client.session_hash)
        try:
            await auth.database.write(write_registration, account, new)
        except accounts.EmailTaken:
            return await self._sign_in_again(client, password, account)
        auth.note(event, SecurityOutcome.DONE, client, account.person)
        return await auth.begin(started, new)

    def _new_account(
        self, client: Client, email: str, name: str, password_hash: str, form_key: str
    ) -> NewAccount:
        account = AccountId(f"{self.account_prefix}{self.new_uuid()}")
        person = Person(
            account,
            email,
            name,
            password_hash,
            staff=self.is_of_staff,
            language=client.language,
            is_confirmed=not self.confirms,
        )
        secret, now_s = self.auth.new_secret(), int(self.auth.now_s())
        link = new_link(CONFIRM_PATH, secret, Purpose.CONFIRM, account, email, now_s)
        digest = sha256(form_key.encode()).hexdigest() if form_key else None
        return NewAccount(person, self.new_epoch(), digest, *link)

    async def _sign_in_again(
        self, client: Client, password: str, account: NewAccount
    ) -> StartedSession:
        """Sign in to the account that the same form has made. Raises EmailTaken."""
        if account.form_key is None:
            raise EmailTaken
        earlier = await self.auth.database.read(find_by_form, account.form_key)
        if earlier is None or account.token.email != earlier.email:
            raise EmailTaken
        return await self.auth.sign_in_to(client, earlier, password)

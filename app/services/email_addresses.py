"""Confirm an e-mail address, and change it, by links that come with mails (decision 0114)."""

from dataclasses import dataclass

from app.domain.accounts import AccountId
from app.domain.emails import normalize_email
from app.domain.mail_tokens import MailToken, Purpose, TokenExpired
from app.services.auth import Auth, Client
from app.services.login_errors import Throttled
from app.services.mailed_links import (
    CONFIRM_PATH,
    NEW_EMAIL_PATH,
    OLD_EMAIL_PATH,
    MailedLink,
    new_link,
    token_hash,
)
from app.services.rate_limit import RateLimiter
from app.services.registration import EmailTaken
from app.services.security_log import SecurityEvent, SecurityOutcome
from app.store import accounts
from app.store.accounts import Person, find_person
from app.store.email_addresses import (
    confirm_email,
    stop_change,
    use_change_token,
    write_address_change,
    write_claim,
    write_confirmation_mail,
)
from app.store.mail_tokens import find_token


@dataclass(frozen=True, slots=True)
class EmailAddresses:
    """Proves that the owners of accounts read the mails to their addresses.

    *limiter* is for the mails that a network asks for. All methods may raise DatabaseUnavailable;
    those that take the secret of a link raise TokenUsed or TokenExpired.
    """

    auth: Auth
    limiter: RateLimiter

    async def send_again(self, client: Client, person: Person) -> None:
        """Send another link that confirms the address of *person*. Raises Throttled."""
        self._require_token(client, person)
        link = self._link(CONFIRM_PATH, Purpose.CONFIRM, person.account, person.email)
        await self.auth.database.write(write_confirmation_mail, person, *link)

    async def find(self, secret: str, purpose: Purpose) -> tuple[MailToken, Person]:
        """Return the token of a link that can be used, and the owner of its account."""
        now_s = int(self.auth.now_s())
        token = await self.auth.database.read(find_token, token_hash(secret), purpose, now_s)
        if token.account is None:
            raise TokenExpired
        owner = await self.auth.database.read(find_person, token.account)
        if owner is None:
            raise TokenExpired
        return token, owner

    async def confirm(self, client: Client, secret: str) -> None:
        """Confirm an address. Raises EmailTaken if another account was faster."""
        now_s = int(self.auth.now_s())
        try:
            person = await self.auth.database.write(confirm_email, token_hash(secret), now_s)
        except accounts.EmailTaken:
            raise EmailTaken from None
        self.auth.note(SecurityEvent.EMAIL_CONFIRMED, SecurityOutcome.DONE, client, person)

    async def begin_change(
        self, client: Client, person: Person, new_email: str, password: str
    ) -> None:
        """Begin to change the address of *person*, which both addresses have to confirm.

        One that was never confirmed is replaced at once, and the new one is to be confirmed.
        Raises Throttled, QueueFull or WrongLogin.
        """
        self._require_token(client, person)
        person = await self.auth.confirm_password(
            client, person, password, SecurityEvent.EMAIL_CHANGE
        )
        account, database = person.account, self.auth.database
        if not person.is_confirmed:
            link = self._link(CONFIRM_PATH, Purpose.CONFIRM, account, new_email)
            await database.write(write_claim, person, *link)
            return
        new_email = normalize_email(new_email)
        old = self._link(OLD_EMAIL_PATH, Purpose.GIVE_UP_EMAIL, account, person.email, new_email)
        new = self._link(NEW_EMAIL_PATH, Purpose.TAKE_EMAIL, account, new_email, new_email)
        await database.write(write_address_change, person, old, new)

    async def agree(self, client: Client, secret: str, purpose: Purpose) -> bool:
        """Agree to a change, at one of its two addresses; return whether both have now.

        Raises EmailTaken if another account has got the new address.
        """
        now_s = int(self.auth.now_s())
        try:
            changed = await self.auth.database.write(
                use_change_token, token_hash(secret), purpose, now_s
            )
        except accounts.EmailTaken:
            raise EmailTaken from None
        if changed:
            self.auth.note(SecurityEvent.EMAIL_CHANGE, SecurityOutcome.DONE, client, changed)
        return changed is not None

    async def stop(self, client: Client, secret: str) -> None:
        """Stop a change, and end all sessions: whoever began it knows the password."""
        now_s = int(self.auth.now_s())
        person, ended = await self.auth.database.write(stop_change, token_hash(secret), now_s)
        self.auth.note(SecurityEvent.EMAIL_CHANGE, SecurityOutcome.REFUSED, client, person)
        await self.auth.live_sessions.end_all(ended)

    def _require_token(self, client: Client, person: Person) -> None:
        if pause_s := self.limiter.spend(client.address):
            event = SecurityEvent.EMAIL_CHANGE
            self.auth.note(event, SecurityOutcome.THROTTLED, client, person)
            raise Throttled(pause_s)

    def _link(
        self,
        path: str,
        purpose: Purpose,
        account: AccountId,
        email: str,
        new_email: str | None = None,
    ) -> MailedLink:
        secret, now_s = self.auth.new_secret(), int(self.auth.now_s())
        return new_link(path, secret, purpose, account, email, now_s, new_email)

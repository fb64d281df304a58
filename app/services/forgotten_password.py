"""A forgotten password: a link by mail, and a new password (ASVS 5.0, 6.4.3)."""

from dataclasses import dataclass

from app.domain.mail_tokens import MailToken, Purpose
from app.services.auth import Auth, Client
from app.services.login_errors import Throttled
from app.services.mailed_links import RESET_PATH, new_link, token_hash
from app.services.rate_limit import RateLimiter
from app.services.security_log import SecurityEvent, SecurityOutcome
from app.store.forgotten_passwords import write_reset, write_reset_mail
from app.store.mail_tokens import find_token


@dataclass(frozen=True, slots=True)
class ForgottenPassword:
    """Sends links, which *limiter* lets a network ask for, and sets new passwords.

    All methods may raise DatabaseUnavailable.
    """

    auth: Auth
    limiter: RateLimiter

    async def request(self, client: Client, email: str) -> None:
        """Have a link sent to *email*, or the word that no account has this address.

        Who asks learns nothing of it, by what is done or by how long it takes. Raises Throttled.
        """
        if pause_s := self.limiter.spend(client.address):
            self.auth.note(SecurityEvent.RESET, SecurityOutcome.THROTTLED, client)
            raise Throttled(pause_s)
        secret, now_s = self.auth.new_secret(), int(self.auth.now_s())
        link = new_link(RESET_PATH, secret, Purpose.RESET, None, email, now_s)
        await self.auth.database.write(write_reset_mail, *link, client.language)
        self.auth.note(SecurityEvent.RESET, SecurityOutcome.DONE, client)

    async def find(self, secret: str) -> MailToken:
        """Return the token of a link that can be used. Raises TokenUsed or TokenExpired."""
        now_s = int(self.auth.now_s())
        return await self.auth.database.read(find_token, token_hash(secret), Purpose.RESET, now_s)

    async def reset(self, client: Client, secret: str, password: str) -> None:
        """Set a new password, which ends all sessions of the account.

        Raises TokenUsed, TokenExpired, WeakPassword or QueueFull.
        """
        auth = self.auth
        token = await self.find(secret)
        auth.require_strong(password, token.email)
        with auth.passwords.slot(client.address):
            password_hash = await auth.passwords.hash(password, client.address)
        person, ended = await auth.database.write(
            write_reset, token.hash, password_hash, client.address, int(auth.now_s())
        )
        auth.note(SecurityEvent.CREDENTIAL_CHANGE, SecurityOutcome.DONE, client, person)
        await auth.live_sessions.end_all(ended)

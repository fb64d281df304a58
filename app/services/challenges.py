"""Challenges: random bytes that a passkey signs, each for one answer, soon."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.passkeys import RelyingParty
from app.domain.sessions import Session
from app.services.auth import Client
from app.services.errors import ServiceError
from app.services.login_errors import Throttled
from app.services.passkey_ceremonies import ASKED_FOR_S, BadCredential
from app.services.rate_limit import RateLimiter
from app.store.database import Database
from app.store.passkeys import Challenge, Purpose, add_challenge, take_challenge


class NoPasskeys(ServiceError):
    """No address of the shop can have passkeys: they need a host with a name."""


@dataclass(frozen=True, slots=True)
class Challenges:
    """The challenges that await their answer; `relying_party` is the shop, if it can have any.

    `limiter` limits those of an address. `new_challenge` returns at least 16 bytes that cannot be
    guessed, `now_s` the time since 1970. All methods may raise DatabaseUnavailable.
    """

    database: Database
    relying_party: RelyingParty | None
    limiter: RateLimiter
    new_challenge: Callable[[], bytes]
    now_s: Callable[[], float]

    @property
    def party(self) -> RelyingParty:
        """The shop as passkeys know it. Raises NoPasskeys."""
        if self.relying_party is None:
            raise NoPasskeys
        return self.relying_party

    async def ask(self, client: Client, purpose: Purpose, session: Session | None) -> bytes:
        """Return a new challenge for the account of *session*. Raises Throttled."""
        if pause_s := self.limiter.spend(client.address):
            raise Throttled(pause_s)
        value, now_s = self.new_challenge(), int(self.now_s())
        challenge = Challenge(value, purpose, session.account if session else None)
        await self.database.write(add_challenge, challenge, now_s + ASKED_FOR_S, now_s)
        return value

    async def take(self, answered: bytes, purpose: Purpose, session: Session | None) -> None:
        """Take a challenge that was answered. Raises BadCredential if there is none."""
        challenge = Challenge(answered, purpose, session.account if session else None)
        if not await self.database.write(take_challenge, challenge, int(self.now_s())):
            raise BadCredential

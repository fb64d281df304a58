"""Throw-away accounts of the demo: they stand in for a login where a stranger wants to look around.

A guest is registered like anybody, with an address that reaches nobody and a password that nobody
knows, for a day. What it leaves is removed soon after, when no session of it can be open any more.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from app.domain.accounts import GUEST_PREFIX
from app.domain.sessions import Lifetime
from app.services.auth import Client, StartedSession
from app.services.errors import ServiceError
from app.services.rate_limit import RateLimiter
from app.services.registration import Registration
from app.store.account_removal import count_guests, expire_guests
from app.store.database import Database

MOST_GUESTS: Final = 500
LASTS_S: Final = 24 * 3600
REMOVED_AFTER_S: Final = LASTS_S + 3600
"""An hour after the session has ended for certain."""
DOMAIN: Final = "guest.invalid"
"""A name that no host has (RFC 2606 §2)."""


class TooManyGuests(ServiceError):
    """There is no room for another guest until one is removed."""


@dataclass(frozen=True, slots=True)
class GuestAccounts:
    """Begins and removes guests; `now_s` is the time since 1970."""

    registration: Registration
    database: Database
    now_s: Callable[[], float]
    most: int = MOST_GUESTS

    async def begin(self, client: Client, name: str) -> StartedSession:
        """Make a guest called *name*, and begin its only session.

        Raises TooManyGuests, Throttled, QueueFull or DatabaseUnavailable.
        """
        if await self.database.read(count_guests) >= self.most:
            raise TooManyGuests
        email = f"{self.registration.new_uuid()}@{DOMAIN}"
        password = self.registration.auth.new_secret()
        return await self.registration.register(client, email, password, name)

    async def remove_old(self) -> None:
        """Erase guests whose day is over; their households end as those of any account do.

        Raises DatabaseUnavailable.
        """
        ended = await self.database.write(expire_guests, REMOVED_AFTER_S, int(self.now_s()))
        await self.registration.auth.live_sessions.end_all(ended)


def make_guest_accounts(
    registration: Registration, limiter: RateLimiter, *, is_of_staff: bool = False
) -> GuestAccounts:
    """Return guests who register as *registration* has it, but for a day and with own limits."""
    auth = replace(registration.auth, lifetime=Lifetime(LASTS_S, LASTS_S))
    for_guests = replace(
        registration,
        auth=auth,
        limiter=limiter,
        confirms=False,
        account_prefix=GUEST_PREFIX,
        is_of_staff=is_of_staff,
    )
    return GuestAccounts(for_guests, auth.database, auth.now_s)

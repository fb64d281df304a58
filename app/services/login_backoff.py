"""How failed sign-ins slow down the next one, by account and address (ASVS 5.0, 6.1.1).

Kept in the database, so that a restart forgives nobody. Nobody is locked out: a stranger slows
down only the stranger's own address.
"""

from asyncio import Lock
from collections.abc import MutableMapping
from math import ceil
from weakref import WeakValueDictionary

from app.store.accounts import Failures, same_email

LONGEST_WAIT_S = 60


def wait_s(failures: Failures, free: int, now_s: float) -> int:
    """Return for how many seconds to wait: nothing for *free* failures, then 1, 2, 4 … 60."""
    beyond = failures.times - free
    if beyond < 1:
        return 0
    pause_s = min(LONGEST_WAIT_S, 1 << min(beyond - 1, LONGEST_WAIT_S))
    return max(0, ceil(failures.last_at_s + pause_s - now_s))


class LoginLocks:
    """Lets one at a time try an account from an address, so that all tries count."""

    def __init__(self) -> None:
        self._locks: MutableMapping[tuple[str, str], Lock] = WeakValueDictionary()

    @property
    def under_way(self) -> int:
        """How many turns are taken, or waited for."""
        return len(self._locks)

    def of(self, email: str, address: str) -> Lock:
        """Return what to hold while trying; it is gone when nobody holds it."""
        return self._locks.setdefault((same_email(email), address), Lock())

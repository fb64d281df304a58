"""Exponential backoff of failed sign-ins, by account and address (ASVS 5.0, 6.1.1).

This protects passwords against brute force. Failures are kept in the database, so a restart does
not forget them. No account is ever locked: an attacker slows down only the address that the
attempts come from.
"""

from asyncio import Lock
from collections.abc import MutableMapping
from math import ceil
from weakref import WeakValueDictionary

from app.domain.emails import normalize_email
from app.store.failures import Failures

LONGEST_WAIT_S = 60


def wait_s(failures: Failures, free: int, now_s: float) -> int:
    """Return for how many seconds to wait: none after *free* failures, then 1, 2, 4 … 60."""
    beyond = failures.times - free
    if beyond < 1:
        return 0
    pause_s = min(LONGEST_WAIT_S, 1 << min(beyond - 1, LONGEST_WAIT_S))
    return max(0, ceil(failures.last_at_s + pause_s - now_s))


class LoginLocks:
    """Locks that let one sign-in at a time try an account from an address.

    Without them, attempts that run at the same time would all see the same count of failures.
    """

    def __init__(self) -> None:
        self._locks: MutableMapping[tuple[str, str], Lock] = WeakValueDictionary()

    @property
    def under_way(self) -> int:
        """How many locks are held or waited for."""
        return len(self._locks)

    def of(self, email: str, address: str) -> Lock:
        """Return the lock to hold during an attempt; it lives as long as a reference to it."""
        return self._locks.setdefault((normalize_email(email), address), Lock())

"""Hashes and checks passwords; the time it takes does not reveal who has an account.

See ASVS 5.0, 6.2.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import Enum
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from app.services.errors import ServiceError
from app.services.fair_queue import FairQueue, QueueFull
from app.services.password_rules import PasswordRules, Weakness, opaque, spellings

T = TypeVar("T")

THREADS = 2
MOST = 64
"""How many passwords may be checked or wait for it."""
MOST_EACH = 16
"""How many attempts of one address may be under way."""


def make_hasher() -> PasswordHasher:
    """Return argon2id with the parameters that SECURITY.md promises."""
    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash of *password*. It blocks, so it is for commands, not for the server."""
    return make_hasher().hash(opaque(password))


class WeakPassword(ServiceError):
    """A new password is too short, too long or soon tried; `weakness` says which."""

    def __init__(self, weakness: Weakness):
        super().__init__(weakness)
        self.weakness = weakness


class Match(Enum):
    """Whether a password has a hash. `OUTDATED`: of other parameters, or of another spelling."""

    NO = "no"
    YES = "yes"
    OUTDATED = "outdated"


class Passwords:
    """Hashes and checks passwords in two threads, behind a short, fair queue (a bulkhead).

    An address is a `client_network`, or empty for work that no client is waiting for. What the shop
    is called, its *names*, is no password.
    """

    def __init__(
        self,
        hasher: PasswordHasher,
        most: int = MOST,
        most_each: int = MOST_EACH,
        names: Iterable[str] = (),
    ):
        self._hasher = hasher
        self._most_each = most_each
        self._slots = Counter[str]()
        self._queue = FairQueue(THREADS, most)
        self._threads = ThreadPoolExecutor(THREADS, "passwords")
        self._dummy_hash = hasher.hash("nobody")
        self._rules = PasswordRules(names)

    @property
    def checking(self) -> int:
        """How many passwords are being checked or wait for it."""
        return self._queue.size

    def weakness(self, password: str, email: str = "") -> Weakness | None:
        """Return what is wrong with a new *password*, if anything is.

        *email* is the account's.
        """
        return self._rules.weakness(password, email)

    @contextmanager
    def slot(self, address: str) -> Iterator[None]:
        """Hold one of the few attempts of *address* that may be under way, or raise QueueFull."""
        if self._slots[address] >= self._most_each:
            raise QueueFull
        self._slots[address] += 1
        try:
            yield
        finally:
            self._release(address)

    async def hash(self, password: str, address: str = "") -> str:
        """Return the hash of *password*; raises QueueFull."""
        return await self._in_thread(address, lambda: self._hasher.hash(opaque(password)))

    async def compare(self, password: str, password_hash: str | None, address: str = "") -> Match:
        """Say whether *password* has this hash; raises QueueFull.

        Without a hash, because there is no such account, it takes as long and does not match.
        """
        known = password_hash or self._dummy_hash
        found = await self._in_thread(address, lambda: self._compare(password, known))
        return found if password_hash else Match.NO

    def close(self) -> None:
        """Finish the checks that have begun, and end the threads."""
        self._threads.shutdown()

    def _release(self, address: str) -> None:
        self._slots[address] -= 1
        if not self._slots[address]:
            del self._slots[address]

    def _compare(self, password: str, password_hash: str) -> Match:
        for spelt in spellings(password):
            if self._has_hash(spelt, password_hash):
                is_current = spelt == opaque(password)
                is_outdated = self._hasher.check_needs_rehash(password_hash)
                return Match.YES if is_current and not is_outdated else Match.OUTDATED
        return Match.NO

    def _has_hash(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerificationError:
            return False

    async def _in_thread(self, address: str, work: Callable[[], T]) -> T:
        """Do *work* when it is the turn of *address*.

        The turn ends with the work, also if the client has gone: work cannot be stopped, so others
        would queue up behind it unseen.
        """
        await self._queue.join(address)
        working = asyncio.get_running_loop().run_in_executor(self._threads, work)
        working.add_done_callback(lambda _: self._queue.leave())
        return await asyncio.shield(working)

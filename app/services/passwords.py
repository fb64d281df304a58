"""Hashes and checks passwords; the time it takes does not reveal who has an account.

See ASVS 5.0, 6.2.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from app.services.errors import ServiceError

T = TypeVar("T")

COMMON = Path(__file__).with_name("common_passwords.txt")
SHORTEST, LONGEST = 8, 128
THREADS = 2
MOST_SLOTS = 32


def make_hasher() -> PasswordHasher:
    """Return argon2id with the parameters that SECURITY.md promises."""
    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash of *password*. It blocks, so it is for commands, not for the server."""
    return make_hasher().hash(password)


class QueueFull(ServiceError):
    """Too many passwords are being checked at the moment."""


class Passwords:
    """Hashes and checks passwords in two threads, behind a short queue (a bulkhead)."""

    def __init__(self, hasher: PasswordHasher, most: int = MOST_SLOTS):
        self._hasher = hasher
        self._most = most
        self._slots = Counter[str]()
        self._threads = ThreadPoolExecutor(THREADS, "passwords")
        self._dummy_hash = hasher.hash("nobody")
        self._common = frozenset(COMMON.read_text("utf-8").split())

    @property
    def checking(self) -> int:
        """How many slots are taken: passwords that are being checked or wait for it."""
        return self._slots.total()

    def weakness(self, password: str) -> str | None:
        """Return a sentence that says what is wrong with a new *password*, if anything is.

        Only its length and a list of common passwords count; no character is required.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            return f"A password has {SHORTEST} to {LONGEST} characters."
        if password.casefold() in self._common:
            return (
                "Too many people use this password, so it is the first to be tried. Choose another."
            )
        return None

    @contextmanager
    def slot(self, address: str) -> Iterator[None]:
        """Hold a place in the queue.

        Raises QueueFull if the queue is full, or half of it is taken by *address*.
        """
        if self.checking >= self._most or self._slots[address] >= self._most / 2:
            raise QueueFull
        self._slots[address] += 1
        try:
            yield
        finally:
            self._release(address)

    async def hash(self, password: str) -> str:
        """Return the hash of *password*."""
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Say whether *password* has this hash.

        Without a hash, because there is no such account, it takes as long and is false.
        """
        known = password_hash or self._dummy_hash
        return await self._in_thread(lambda: self._verify(password, known)) and bool(password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Finish the checks that have begun, and end the threads."""
        self._threads.shutdown()

    def _release(self, address: str) -> None:
        self._slots[address] -= 1
        if not self._slots[address]:
            del self._slots[address]

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerificationError:
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

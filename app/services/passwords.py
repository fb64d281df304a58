"""Checking passwords without telling, by time, who has an account (ASVS 5.0, 6.2)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

T = TypeVar("T")

COMMON = Path(__file__).with_name("common_passwords.txt")
SHORTEST, LONGEST = 8, 128
THREADS = 2
MOST_SLOTS = 32


def make_hasher() -> PasswordHasher:
    """Return argon2id at the strength that the shop wants (SECURITY.md)."""
    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_password(password: str) -> str:
    """Return what is kept of *password*; for a command, which serves nobody meanwhile."""
    return make_hasher().hash(password)


class QueueFull(Exception):
    """Too many passwords are being checked just now."""


class Passwords:
    """Hashes and checks passwords in two threads, behind a short queue."""

    def __init__(self, hasher: PasswordHasher, most: int = MOST_SLOTS):
        self._hasher = hasher
        self._most = most
        self._taken = Counter[str]()
        self._threads = ThreadPoolExecutor(THREADS, "passwords")
        self._nobody = hasher.hash("nobody")
        self._common = frozenset(COMMON.read_text("utf-8").split())

    @property
    def checking(self) -> int:
        """How many are being checked, or wait for that."""
        return self._taken.total()

    def weakness(self, password: str) -> str | None:
        """Say what is wrong with a new *password*; there are no rules of composition."""
        if not SHORTEST <= len(password) <= LONGEST:
            return f"A password has {SHORTEST} to {LONGEST} characters."
        if password.casefold() in self._common:
            return (
                "Too many people use this password, so it is the first to be tried. Choose another."
            )
        return None

    @contextmanager
    def slot(self, address: str) -> Iterator[None]:
        """Stand in the queue; `QueueFull` if it is full, or half of it is *address*'s."""
        if self.checking >= self._most or self._taken[address] >= self._most / 2:
            raise QueueFull
        self._taken[address] += 1
        try:
            yield
        finally:
            self._leave(address)

    async def hash(self, password: str) -> str:
        """Return what is kept of *password*."""
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def fit(self, password: str, password_hash: str | None) -> bool:
        """Say whether *password* fits; as slow for nobody, `None`, as for somebody."""
        known = password_hash or self._nobody
        return await self._in_thread(lambda: self._verify(password, known)) and bool(password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Finish what is being checked."""
        self._threads.shutdown()

    def _leave(self, address: str) -> None:
        self._taken[address] -= 1
        if not self._taken[address]:
            del self._taken[address]

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerificationError:
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

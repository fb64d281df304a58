"""Checking passwords without revealing who has an account."""

import asyncio
import time
from typing import Literal
from unicodedata import normalize

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters

from app.services.fair_queue import QueueFull
from app.services.passwords import Match, Passwords, hash_password
from tests.http.harness import CHEAP


class Slow(PasswordHasher):
    """Takes a moment for each hash."""

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        time.sleep(0.05)
        return super().hash(password, salt=salt)


async def test_only_the_right_password_matches() -> None:
    passwords = Passwords(CHEAP)
    kept = await passwords.hash("seven brown bricks")

    assert await passwords.compare("seven brown bricks", kept) is Match.YES
    assert await passwords.compare("Seven brown bricks", kept) is Match.NO
    assert await passwords.compare("seven brown bricks", None) is Match.NO
    assert await passwords.compare("nobody", None) is Match.NO


def test_hashes_have_the_parameters_that_the_security_policy_promises() -> None:
    kept = extract_parameters(hash_password("seven brown bricks"))

    assert (kept.type.name, kept.time_cost, kept.memory_cost, kept.parallelism) == (
        "ID",
        2,
        19456,
        1,
    )


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    old = CHEAP.hash("seven brown bricks")
    new = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))

    assert await new.compare("seven brown bricks", old) is Match.OUTDATED
    current = await new.hash("seven brown bricks")
    assert await new.compare("seven brown bricks", current) is Match.YES


async def test_an_unknown_account_takes_the_same_check_as_a_known_one() -> None:
    checked: list[tuple[str | bytes, Parameters]] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            checked.append((password, extract_parameters(str(hash))))
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=2, memory_cost=8, parallelism=1))
    kept = await passwords.hash("seven brown bricks")

    assert await passwords.compare("wrong guess", kept) is Match.NO
    assert await passwords.compare("wrong guess", None) is Match.NO

    known, unknown = checked
    assert known == unknown


def test_an_address_has_only_a_few_attempts_under_way() -> None:
    passwords = Passwords(CHEAP, most_each=2)

    with passwords.slot("a"), passwords.slot("a"):
        with pytest.raises(QueueFull), passwords.slot("a"):
            pass
        with passwords.slot("b"):
            pass
    with passwords.slot("a"):
        pass


async def test_a_check_whose_client_has_gone_holds_its_turn_until_it_ends() -> None:
    """Else who connects and leaves would fill the threads behind the queue's back."""
    passwords = Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1))
    tasks = [asyncio.create_task(passwords.hash("seven brown bricks", "a")) for _ in range(8)]
    await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.sleep(0)

    assert passwords.checking == 2
    await passwords.hash("seven brown bricks", "b")
    assert passwords.checking <= 1


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
async def test_a_password_matches_hashes_of_both_spellings_of_its_letters(
    form: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"]
) -> None:
    """Older hashes were made of the password as it was typed."""
    passwords = Passwords(CHEAP)
    older = CHEAP.hash(normalize(form, "crème brûlée"))

    found = await passwords.compare(normalize(typed, "crème brûlée"), older)
    assert found is (Match.YES if form == "NFC" else Match.OUTDATED)
    assert await passwords.compare(normalize(typed, "creme brulee"), older) is Match.NO


async def test_at_most_two_are_checked_at_once() -> None:
    running, most = 0, 0

    class Slow(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            nonlocal running, most
            running += 1
            most = max(most, running)
            time.sleep(0.02)
            running -= 1
            return super().hash(password, salt=salt)

    passwords = Passwords(Slow(time_cost=1, memory_cost=8, parallelism=1))
    await asyncio.gather(*(passwords.hash("seven brown bricks") for _ in range(6)))

    assert most == 2

"""Checking passwords without revealing who has an account."""

import asyncio
import time
from typing import Literal

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters

from app.services.passwords import COMMON, Passwords, QueueFull, hash_password
from tests.http.harness import CHEAP


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("seven77", "8 to 128"),
        ("x" * 129, "8 to 128"),
        ("password", "Too many people"),
        ("PassWord123", "Too many people"),
        ("12345678", "Too many people"),
        ("iloveyou1", "Too many people"),
    ],
)
def test_weak_passwords_are_explained(password: str, fault: str) -> None:
    weakness = Passwords(CHEAP).weakness(password)

    assert weakness is not None
    assert fault in weakness


@pytest.mark.parametrize(
    "password",
    ["ninechars", "x" * 128, "żółć gęśla", "🥕🥦🍎🍞🥛🧀🍇🍋", "    spaces    ", "zebra zebra"],
)
def test_no_character_is_required(password: str) -> None:
    assert Passwords(CHEAP).weakness(password) is None


def test_the_list_of_common_passwords_has_only_ones_of_allowed_length() -> None:
    common = COMMON.read_text("utf-8").split()

    assert len(common) == len(set(common)) > 1000
    assert [word for word in common if len(word) < 8 or word != word.casefold()] == []


async def test_only_the_right_password_matches() -> None:
    passwords = Passwords(CHEAP)
    kept = await passwords.hash("seven brown bricks")

    assert await passwords.matches("seven brown bricks", kept)
    assert not await passwords.matches("Seven brown bricks", kept)
    assert not await passwords.matches("seven brown bricks", None)
    assert not await passwords.matches("nobody", None)


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

    assert new.is_outdated(old)
    assert not new.is_outdated(await new.hash("seven brown bricks"))


async def test_an_unknown_account_takes_the_same_check_as_a_known_one() -> None:
    checked: list[tuple[str | bytes, Parameters]] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            checked.append((password, extract_parameters(str(hash))))
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=2, memory_cost=8, parallelism=1))
    kept = await passwords.hash("seven brown bricks")

    assert not await passwords.matches("wrong guess", kept)
    assert not await passwords.matches("wrong guess", None)

    known, unknown = checked
    assert known == unknown


def test_a_full_queue_takes_more_after_a_slot_is_released() -> None:
    passwords = Passwords(CHEAP, most=2)

    with passwords.slot("a"), passwords.slot("b"), pytest.raises(QueueFull), passwords.slot("c"):
        pass
    with passwords.slot("a"), passwords.slot("b"):
        pass


def test_an_address_takes_at_most_half_of_the_queue() -> None:
    passwords = Passwords(CHEAP, most=4)

    with passwords.slot("a"), passwords.slot("a"):
        with pytest.raises(QueueFull), passwords.slot("a"):
            pass
        with passwords.slot("b"):
            assert passwords.checking == 3
    with passwords.slot("a"):
        pass
    assert passwords.checking == 0


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

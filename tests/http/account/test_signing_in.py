"""Signing in, and the backoff of failed sign-ins."""

import asyncio
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher

from app.services.passwords import Passwords
from app.store.accounts import find_by_email
from tests.http.harness import CHEAP, HttpHarness, open_harness
from tests.http.visitor import ADA, PASSWORD, code, fields

WRONG = {"email": ADA["email"], "password": "seven green bricks"}
RIGHT = {"email": ADA["email"], "password": PASSWORD}


async def test_unknown_email_and_wrong_password_are_alike_in_every_respect(
    harness: HttpHarness,
) -> None:
    await harness.ada()
    harness.database.reads.clear()
    harness.database.writes.clear()

    known = await harness.visitor().send("/api/session", WRONG)
    queries = (harness.database.reads.copy(), harness.database.writes.copy())
    harness.database.reads.clear()
    harness.database.writes.clear()
    unknown = await harness.visitor().send("/api/session", {**WRONG, "email": "eve@shop.example"})

    assert await code(known) == (401, "wrong_login")
    assert await known.get_data() == await unknown.get_data()
    assert dict(known.headers) == dict(unknown.headers)
    assert queries == (harness.database.reads, harness.database.writes)


async def test_the_email_address_may_be_written_in_any_case(harness: HttpHarness) -> None:
    await harness.ada()

    answer = await harness.visitor().send("/api/session", {**RIGHT, "email": "ADA@SHOP.EXAMPLE"})

    assert answer.status_code == 200
    assert (await fields(answer))["name"] == "Ada"


@pytest.mark.parametrize(
    "mark", ["e\N{COMBINING ACUTE ACCENT}", "\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
async def test_the_email_address_may_be_spelled_as_any_keyboard_does(
    harness: HttpHarness, mark: str
) -> None:
    await harness.ada(email="ren\N{LATIN CAPITAL LETTER E WITH ACUTE}@shop.example")

    answer = await harness.visitor().send(
        "/api/session", {**RIGHT, "email": f"ren{mark}@shop.example"}
    )
    twin = await harness.visitor().send(
        "/api/accounts", {**ADA, "email": f"ren{mark}@shop.example"}
    )

    assert answer.status_code == 200
    assert await code(twin) == (409, "email_taken")


async def test_from_the_fifth_failure_on_signing_in_has_to_wait(harness: HttpHarness) -> None:
    await harness.ada()
    visitor = harness.visitor()

    for _ in range(5):
        assert await code(await visitor.send("/api/session", WRONG)) == (401, "wrong_login")
    answer = await visitor.send("/api/session", RIGHT)
    assert await code(answer) == (429, "throttled")
    assert answer.headers["Retry-After"] == "1"

    harness.clock.at_s += 1
    assert await code(await visitor.send("/api/session", WRONG)) == (401, "wrong_login")
    assert (await visitor.send("/api/session", RIGHT)).headers["Retry-After"] == "2"


async def test_an_unknown_email_backs_off_alike(harness: HttpHarness) -> None:
    visitor, eve = harness.visitor(), {**WRONG, "email": "eve@shop.example"}

    answers = [await code(await visitor.send("/api/session", eve)) for _ in range(6)]

    assert answers == [(401, "wrong_login")] * 5 + [(429, "throttled")]


async def test_an_attacker_slows_down_only_their_own_address(harness: HttpHarness) -> None:
    await harness.ada()
    attacker = harness.visitor(address="203.0.113.9")
    for _ in range(6):
        await attacker.send("/api/session", WRONG)

    assert (await attacker.send("/api/session", RIGHT)).status_code == 429
    assert (await harness.visitor().send("/api/session", RIGHT)).status_code == 200


async def test_all_addresses_of_an_ipv6_network_slow_down_together(harness: HttpHarness) -> None:
    for number in range(5):
        guest = harness.visitor(address=f"2001:db8::{number}")
        assert (await guest.send("/api/session", WRONG)).status_code == 401

    assert (await harness.visitor("2001:db8::99").send("/api/session", WRONG)).status_code == 429
    assert (await harness.visitor("2001:db8:0:1::1").send("/api/session", WRONG)).status_code == 401


async def test_sign_ins_at_the_same_time_all_count(harness: HttpHarness) -> None:
    await harness.ada()
    visitor = harness.visitor()

    answers = await asyncio.gather(*(visitor.send("/api/session", WRONG) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 7


async def test_many_valid_sign_ins_at_the_same_time_all_succeed(harness: HttpHarness) -> None:
    await harness.ada()

    answers = await asyncio.gather(
        *(harness.visitor().send("/api/session", RIGHT) for _ in range(12))
    )

    assert {answer.status_code for answer in answers} == {200}


async def test_a_success_clears_earlier_failures(harness: HttpHarness) -> None:
    await harness.ada()
    visitor = harness.visitor()

    for _ in range(2):
        for _ in range(4):
            assert (await visitor.send("/api/session", WRONG)).status_code == 401
        assert (await visitor.send("/api/session", RIGHT)).status_code == 200


async def test_failures_are_remembered_across_a_restart(url: str) -> None:
    async with open_harness(url) as harness:
        await harness.ada()
        for _ in range(5):
            await harness.visitor().send("/api/session", WRONG)

    async with open_harness(url) as harness:
        assert (await harness.visitor().send("/api/session", RIGHT)).status_code == 429


async def test_a_full_queue_of_passwords_is_busy(url: str) -> None:
    async with open_harness(url, passwords=Passwords(CHEAP, most=0)) as harness:
        for path in ("/api/accounts", "/api/session"):
            answer = await harness.visitor().send(path, ADA)

            assert await code(answer) == (503, "busy")
            assert answer.headers["Retry-After"] == "2"
        assert harness.database.writes == []


async def test_addresses_that_flood_the_queue_leave_room_for_the_others(url: str) -> None:
    """Two addresses kept six of eight shoppers out, when the queue was not fair."""
    passwords = Passwords(CHEAP, most=8)
    async with open_harness(url, passwords=passwords, registrations=100) as harness:
        await harness.ada()
        flood = [
            attacker.send("/api/session", {**WRONG, "email": f"{number}@shop.example"})
            for attacker in (harness.visitor("203.0.113.9"), harness.visitor("198.51.100.9"))
            for number in range(40)
        ]
        shoppers = [
            harness.visitor(f"192.0.{net}.1").send("/api/session", RIGHT) for net in range(4)
        ]

        answers = await asyncio.gather(*flood, *shoppers)

    assert {answer.status_code for answer in answers[:80]} == {401, 503}
    assert [answer.status_code for answer in answers[80:]] == [200] * 4


async def test_a_password_is_one_however_a_keyboard_spells_it(url: str) -> None:
    composed = "crème brûlée"
    decomposed = normalize("NFD", composed)
    async with open_harness(url) as harness:
        await harness.ada(email="one@shop.example", password=composed)
        await harness.ada(email="two@shop.example", password=decomposed)
        statuses = [
            (await harness.visitor().send("/api/session", {"email": email, "password": typed}))
            for email in ("one@shop.example", "two@shop.example")
            for typed in (composed, decomposed)
        ]

    assert [answer.status_code for answer in statuses] == [200] * 4


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@xn--bcher-kva.example", "anna@bücher.example"),
        ("Anna@BÜCHER.example", normalize("NFD", "anna@bücher.example")),
        ("ada@shop.example", "\uff41\uff44\uff41@shop.example"),
        ("ada@shop.example", "ada\u200b@shop.example"),
    ],
)
async def test_an_email_address_is_one_however_it_is_typed(
    harness: HttpHarness, registered: str, typed: str
) -> None:
    await harness.ada(email=registered)

    signed_in = await harness.visitor().send("/api/session", {**RIGHT, "email": typed})
    again = await harness.visitor("203.0.113.9").send("/api/accounts", {**ADA, "email": typed})

    assert signed_in.status_code == 200
    assert await code(again) == (409, "email_taken")


async def test_a_hash_grows_stronger_when_its_owner_signs_in(url: str) -> None:
    async with open_harness(url) as harness:
        await harness.ada()
        old = await harness.database.read(find_by_email, ADA["email"])

    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    async with open_harness(url, passwords=Passwords(stronger)) as harness:
        for _ in range(2):
            assert (await harness.visitor().send("/api/session", RIGHT)).status_code == 200
        new = await harness.database.read(find_by_email, ADA["email"])

    assert "m=8,t=1" in old.password_hash
    assert "m=16,t=2" in new.password_hash

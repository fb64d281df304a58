"""Registering an account."""

import pytest

from app.store.accounts import find_by_email
from tests.http.harness import HttpHarness
from tests.http.visitor import ADA, code

INVALID: tuple[tuple[str, object], ...] = (
    ("email", ""),
    ("email", "ada"),
    ("email", "@shop.example"),
    ("email", "ada@"),
    ("email", "ada@shop@example"),
    ("email", "a da@shop.example"),
    ("email", "ada@shop.example\n"),
    ("email", "ada\u0007@shop.example"),
    ("email", "a" * 242 + "@shop.example"),
    ("email", None),
    ("email", 5),
    ("name", ""),
    ("name", "   "),
    ("name", "x" * 101),
    ("name", "Ada\nLovelace"),
    ("name", "Ada\tLovelace"),
    ("name", "Ada\x00"),
    ("name", ["Ada"]),
    ("password", 12345678),
    ("password", None),
)


async def test_an_email_address_is_registered_once_whatever_its_case(harness: HttpHarness) -> None:
    await harness.ada()

    answer = await harness.visitor().send("/api/accounts", {**ADA, "email": "ADA@Shop.Example"})

    assert await code(answer) == (409, "email_taken")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("password", ["short", "x" * 129, "Password123"])
async def test_a_weak_password_is_refused(harness: HttpHarness, password: str) -> None:
    answer = await harness.visitor().send("/api/accounts", {**ADA, "password": password})

    assert await code(answer) == (400, "weak_password")


async def test_an_invalid_field_is_malformed(harness: HttpHarness) -> None:
    for name, value in INVALID:
        answer = await harness.visitor().send("/api/accounts", {**ADA, name: value})

        assert (value, await code(answer)) == (value, (400, "malformed"))


@pytest.mark.parametrize("name", ["email", "password", "name"])
async def test_nothing_may_be_missing(harness: HttpHarness, name: str) -> None:
    body = {key: value for key, value in ADA.items() if key != name}

    assert await code(await harness.visitor().send("/api/accounts", body)) == (400, "malformed")


@pytest.mark.parametrize(
    ("name", "value"), [("email", "a" * 241 + "@shop.example"), ("name", "x" * 100), ("name", "名")]
)
async def test_the_longest_and_the_shortest_are_allowed(
    harness: HttpHarness, name: str, value: str
) -> None:
    answer = await harness.visitor().send("/api/accounts", {**ADA, name: value})

    assert answer.status_code == 201


async def test_registering_cannot_make_an_account_staff(harness: HttpHarness) -> None:
    await harness.visitor().send("/api/accounts", {**ADA, "staff": True})

    person = await harness.database.read(find_by_email, ADA["email"])
    assert person.staff is False


async def test_registrations_are_rate_limited_by_address(harness: HttpHarness) -> None:
    def body(number: int) -> dict[str, str]:
        return {**ADA, "email": f"ada{number}@shop.example"}

    statuses = [
        (await harness.visitor().send("/api/accounts", body(number))).status_code
        for number in range(10)
    ]
    answer = await harness.visitor().send("/api/accounts", body(11))
    elsewhere = await harness.visitor("192.0.2.2").send("/api/accounts", body(12))

    assert statuses == [201] * 10
    assert await code(answer) == (429, "throttled")
    assert answer.headers["Retry-After"] == "1"
    assert elsewhere.status_code == 201


async def test_a_malformed_registration_is_not_counted(harness: HttpHarness) -> None:
    for _ in range(20):
        answer = await harness.visitor().send("/api/accounts", {**ADA, "password": "short"})
        assert answer.status_code == 400

    await harness.ada()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Ada\u202e", "Ada"), (" \uff21da\u3000B\u200byron ", "Ada Byron"), ("Zoe\u0308", "Zo\u00eb")],
)
async def test_a_name_is_kept_in_one_spelling(harness: HttpHarness, typed: str, kept: str) -> None:
    ada = await harness.ada(name=typed)
    person = await harness.database.read(find_by_email, ADA["email"])
    assert person
    assert person.name == kept

    await ada.post("/account/name", {"name": f"Lady {typed}"})

    person = await harness.database.read(find_by_email, ADA["email"])
    assert person
    assert person.name == f"Lady {kept}"


async def test_a_name_of_nothing_that_is_seen_is_refused(harness: HttpHarness) -> None:
    answer = await harness.visitor().send("/api/accounts", {**ADA, "name": "\u3164\u200b"})

    assert await code(answer) == (400, "malformed")

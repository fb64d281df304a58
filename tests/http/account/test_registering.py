"""Registering an account."""

import pytest

from app.store.accounts import find_by_email
from tests.http.house import House
from tests.http.visitor import ADA, code


async def test_an_email_address_is_registered_once_whatever_its_case(house: House) -> None:
    await house.ada()

    answer = await house.visitor().send("/api/accounts", {**ADA, "email": "ADA@Shop.Example"})

    assert await code(answer) == (409, "email_taken")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("password", ["short", "x" * 129, "Password123"])
async def test_a_weak_password_is_refused(house: House, password: str) -> None:
    answer = await house.visitor().send("/api/accounts", {**ADA, "password": password})

    assert await code(answer) == (400, "weak_password")


@pytest.mark.parametrize(
    ("name", "value"),
    [
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
    ],
)
async def test_an_invalid_field_is_malformed(house: House, name: str, value: object) -> None:
    answer = await house.visitor().send("/api/accounts", {**ADA, name: value})

    assert await code(answer) == (400, "malformed")


@pytest.mark.parametrize("name", ["email", "password", "name"])
async def test_nothing_may_be_missing(house: House, name: str) -> None:
    body = {key: value for key, value in ADA.items() if key != name}

    assert await code(await house.visitor().send("/api/accounts", body)) == (400, "malformed")


@pytest.mark.parametrize(
    ("name", "value"), [("email", "a" * 241 + "@shop.example"), ("name", "x" * 100), ("name", "名")]
)
async def test_the_longest_and_the_shortest_are_allowed(
    house: House, name: str, value: str
) -> None:
    answer = await house.visitor().send("/api/accounts", {**ADA, name: value})

    assert answer.status_code == 201


async def test_registering_cannot_make_an_account_staff(house: House) -> None:
    await house.visitor().send("/api/accounts", {**ADA, "staff": True})

    person = await house.database.read(find_by_email, ADA["email"])
    assert person.staff is False


async def test_registrations_are_rate_limited_by_address(house: House) -> None:
    def body(number: int) -> dict[str, str]:
        return {**ADA, "email": f"ada{number}@shop.example"}

    statuses = [
        (await house.visitor().send("/api/accounts", body(number))).status_code
        for number in range(10)
    ]
    answer = await house.visitor().send("/api/accounts", body(11))
    elsewhere = await house.visitor("192.0.2.2").send("/api/accounts", body(12))

    assert statuses == [201] * 10
    assert await code(answer) == (429, "throttled")
    assert answer.headers["Retry-After"] == "1"
    assert elsewhere.status_code == 201


async def test_a_malformed_registration_is_not_counted(house: House) -> None:
    for _ in range(20):
        answer = await house.visitor().send("/api/accounts", {**ADA, "password": "short"})
        assert answer.status_code == 400

    await house.ada()

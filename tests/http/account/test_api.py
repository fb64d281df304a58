"""Accounts and sessions as JSON."""

import pytest

from tests.examples import DAY_S
from tests.http.harness import HttpHarness
from tests.http.visitor import ADA, PASSWORD, code, fields

RIGHT = {"email": ADA["email"], "password": PASSWORD}


async def test_registering_signs_in(harness: HttpHarness) -> None:
    visitor = harness.visitor()

    answer = await visitor.send("/api/accounts", ADA)

    body = await fields(answer)
    assert answer.status_code == 201
    assert body["account"].startswith("u-")
    assert body == {
        "account": body["account"],
        "name": "Ada",
        "session_left_ms": 3 * DAY_S * 1000,
    }
    assert (await visitor.get("/api/cart")).status_code == 200


async def test_a_new_cart_is_empty_and_at_the_beginning(harness: HttpHarness) -> None:
    ada = await harness.ada()

    cart = await ada.cart()

    assert cart["rev"] == 0
    assert cart["at"].split(".")[1:] == ["0", "0" * 16]
    assert cart["cart"]["lines"] == []
    assert cart["cart"]["totals"]["currency"] == "GBP"


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b'{"email":"a","email":"b"}', b"{\xff}", b'{"a":NaN}']
)
async def test_a_body_that_is_no_json_object_is_malformed(
    harness: HttpHarness, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/api/accounts", "/api/session"):
        answer = await harness.visitor().ask("POST", path, headers, data=body)

        assert await code(answer) == (400, "malformed")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"]
)
async def test_only_a_json_content_type_is_accepted(harness: HttpHarness, kind: str) -> None:
    for path in ("/api/accounts", "/api/session"):
        answer = await harness.visitor().ask("POST", path, {"Content-Type": kind}, data=b"{}")

        assert await code(answer) == (415, "not_json")


async def test_json_may_say_its_charset(harness: HttpHarness) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}

    answer = await harness.visitor().ask("POST", "/api/session", headers, data=b"{}")

    assert await code(answer) == (400, "malformed")


async def test_signing_out_needs_a_login(harness: HttpHarness) -> None:
    answer = await harness.visitor().ask("DELETE", "/api/session", {})

    assert await code(answer) == (401, "login_required")


async def test_the_database_away_is_busy_and_signs_nobody_out(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.is_away = True

    for answer in (
        await ada.get("/api/cart"),
        await ada.send("/api/session", RIGHT),
        await ada.ask("DELETE", "/api/session", {}),
        await harness.visitor().send("/api/accounts", {**ADA, "email": "bob@shop.example"}),
    ):
        assert await code(answer) == (503, "busy")
        assert "Set-Cookie" not in answer.headers

    harness.database.is_away = False
    assert (await ada.get("/api/cart")).status_code == 200

"""Problems, as JSON for scripts and as pages for people."""

import logging
import re

import pytest

from app.http import app
from app.http.core.problems import problem_of
from app.services.auth import Throttled, WeakPassword
from app.services.errors import ServiceError
from tests.http.harness import ORIGIN, HttpHarness, open_harness
from tests.http.visitor import code, fields, text


def test_every_error_of_a_service_is_a_problem() -> None:
    made = {WeakPassword: WeakPassword("too short"), Throttled: Throttled(7)}
    errors = [made.get(kind) or kind() for kind in ServiceError.__subclasses__()]

    problems = {type(error).__name__: problem_of(error) for error in errors}

    assert {name: (each.status, each.code) for name, each in problems.items()} == {
        "QueueFull": (503, "busy"),
        "WeakPassword": (400, "weak_password"),
        "EmailTaken": (409, "email_taken"),
        "WrongLogin": (401, "wrong_login"),
        "Throttled": (429, "throttled"),
        "KeyReused": (409, "key_reused"),
        "OutcomeUnknown": (503, "busy"),
        "TooLate": (409, "not_placed"),
    }
    assert problems["WeakPassword"].detail == "too short"
    assert problems["Throttled"].headers == {"Retry-After": "7"}


async def test_scripts_get_problem_json_and_people_get_a_page(harness: HttpHarness) -> None:
    script = await harness.visitor().get("/api/nothing")
    person = await harness.visitor().get("/nothing")

    assert await fields(script) == {
        "type": "about:blank",
        "title": "Nothing here",
        "status": 404,
        "code": "not_found",
        "detail": "There is nothing at this address, or it is not yours.",
    }
    assert (person.status_code, person.mimetype) == (404, "text/html")
    assert "Nothing here" in await text(person)


async def test_all_missing_resources_look_the_same(harness: HttpHarness) -> None:
    ada = await harness.ada()
    bodies = {
        await (await ada.get(path)).get_data()
        for path in ("/api/nothing", "/api/products/ghost", "/api/cart/nothing")
    }

    assert len(bodies) == 1


async def test_a_missing_page_still_shows_who_is_signed_in(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert "Sign out" in await text(await ada.get("/nothing"))
    assert "Sign out" not in await text(await harness.visitor().get("/nothing"))


async def test_at_an_unknown_host_the_page_links_only_to_the_right_origin(
    harness: HttpHarness,
) -> None:
    page = await text(await harness.visitor().get("/", Host="elsewhere.example"))

    assert re.findall('(?:href|src|action)="([^"]*)"', page) == [f"{ORIGIN}/"]


@pytest.mark.parametrize("path", ["/api/session", "/login"])
async def test_a_wrong_method_is_answered_with_the_allowed_ones(
    harness: HttpHarness, path: str
) -> None:
    answer = await harness.visitor().ask("PATCH", path, {})

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


async def test_an_internal_error_reveals_nothing(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    @harness.app.get("/boom")
    @harness.app.get("/api/boom")
    async def boom() -> str:
        raise ZeroDivisionError("for the log only")

    ada = await harness.ada()
    with caplog.at_level(logging.CRITICAL):
        script, person = await ada.get("/api/boom"), await ada.get("/boom")

    assert await code(script) == (500, "failed")
    assert person.status_code == 500
    for body in (str(await fields(script)), await text(person)):
        assert "Something went wrong" in body
        assert "for the log only" not in body
        assert "Traceback" not in body


async def test_an_error_while_looking_up_the_session_is_a_page_too(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await harness.ada()
    harness.database.is_broken = True

    with caplog.at_level(logging.CRITICAL):
        answer = await ada.get("/shop")

    assert answer.status_code == 500
    assert "Something went wrong" in await text(answer)


async def test_a_body_that_does_not_arrive_times_out(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SLOWEST_BODY_S", 0.05)
    headers = {"Content-Type": "application/json", "Host": "localhost"}
    async with open_harness(url) as harness:
        async with harness.app.test_client().request(
            "/api/session", method="POST", headers=headers
        ) as connection:
            await connection.send(b"{")
        answer = await connection.as_response()

    assert (answer.status_code, (await fields(answer))["code"]) == (408, "too_slow")


async def test_without_the_database_the_page_says_when_to_retry(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.is_away = True

    answer = await ada.get("/shop")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "Try again in a moment" in await text(answer)


async def test_without_a_login_the_shop_is_open_while_the_database_is_away(
    harness: HttpHarness,
) -> None:
    harness.database.is_away = True

    for path in ("/", "/shop", "/p/gala-apples", "/login", "/api/products"):
        assert (await harness.visitor().get(path)).status_code == 200


async def test_a_cart_that_cannot_be_read_is_busy(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.disk.is_away = True

    assert await code(await ada.get("/api/cart")) == (503, "busy")
    assert (await ada.get("/shop")).status_code == 503
    assert (await ada.get("/nothing")).status_code == 404

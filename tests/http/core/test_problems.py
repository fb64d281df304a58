"""Problems, as JSON for scripts and as pages for people."""

import logging
import re
from http import HTTPStatus

import pytest

from app.domain.order_limits import Limited, OrderLimit
from app.domain.orders import OrderNumber
from app.http import app
from app.http.core.problem_texts import TITLES
from app.http.core.problems import problem_of, problem_of_status
from app.services.account_removal import OpenOrders
from app.services.errors import ServiceError
from app.services.help_errors import AskedTooOften
from app.services.login_errors import Throttled
from app.services.order_limiter import OrderLimitReached
from app.services.password_rules import Weakness
from app.services.passwords import WeakPassword
from app.services.payments.provider import ProviderRefused
from tests.http.harness import ORIGIN, HttpHarness, open_harness
from tests.http.visitor import code, fields, text


def test_every_error_of_a_service_is_a_problem() -> None:
    limit = OrderLimit(Limited.ORDERS, 20, 21)
    made = {
        WeakPassword: WeakPassword(Weakness.LENGTH),
        Throttled: Throttled(7),
        AskedTooOften: AskedTooOften(7),
        OpenOrders: OpenOrders([OrderNumber("7QK4-M2XD")]),
        OrderLimitReached: OrderLimitReached(limit),
        ProviderRefused: ProviderRefused("it has not been paid yet"),
    }
    errors = [made.get(kind) or kind() for kind in ServiceError.__subclasses__()]

    problems = {type(error).__name__: problem_of(error) for error in errors}

    assert {name: (each.status, each.code) for name, each in problems.items()} == {
        "QueueFull": (503, "busy"),
        "WeakPassword": (400, "weak_password"),
        "EmailTaken": (409, "email_taken"),
        "WrongLogin": (401, "wrong_login"),
        "Throttled": (429, "throttled"),
        "Disabled": (403, "account_disabled"),
        "OwnAccount": (409, "own_account"),
        "GuestCannotOrder": (403, "guest"),
        "TooManyGuests": (503, "busy"),
        "OrderLimitReached": (409, "order_limit"),
        "KeyReused": (409, "key_reused"),
        "OutcomeUnknown": (503, "busy"),
        "TooLate": (409, "not_placed"),
        "Unconfirmed": (409, "unconfirmed"),
        "OpenOrders": (409, "open_orders"),
        "StaffAccount": (409, "staff_account"),
        "ProviderUnavailable": (503, "cards_away"),
        "ProviderRefused": (503, "cards_away"),
        "CardsNotTaken": (409, "no_cards"),
        "BadCredential": (401, "bad_passkey"),
        "NoPasskeys": (404, "not_found"),
        "NotRecent": (403, "not_recent"),
        "NoHelp": (404, "not_found"),
        "HelpTaken": (404, "not_found"),
        "AskedTooOften": (429, "throttled"),
        "NotInvited": (409, "not_invited"),
        "InviterUnconfirmed": (409, "unconfirmed"),
        "OwnHousehold": (409, "own_household"),
        "NotAMember": (404, "not_found"),
        "HouseholdFull": (409, "household_full"),
        "TooManyInvitations": (409, "too_many_invitations"),
        "PasskeyExists": (409, "passkey_exists"),
        "TooManyPasskeys": (409, "too_many_passkeys"),
        "LastPasskey": (409, "last_passkey"),
        "WrongCode": (401, "wrong_code"),
        "NoPasskey": (409, "no_passkey"),
        "ClonedPasskey": (409, "cloned_passkey"),
        "NotPrinted": (503, "busy"),
    }
    assert problems["WeakPassword"].detail == "A password has 8 to 128 characters."
    assert problems["Throttled"].headers == {"Retry-After": "7"}


async def test_scripts_get_problem_json_and_people_get_a_page(harness: HttpHarness) -> None:
    script = await harness.visitor().get("/api/nothing")
    person = await harness.visitor().get("/nothing")

    assert await fields(script) == {
        "type": "about:blank",
        "title": "Page not found",
        "status": 404,
        "code": "not_found",
        "detail": "This page does not exist, or you do not have access to it.",
    }
    assert (person.status_code, person.mimetype) == (404, "text/html")
    assert "Page not found" in await text(person)


@pytest.mark.parametrize("status", [each for each in HTTPStatus if each >= HTTPStatus.BAD_REQUEST])
def test_every_status_has_a_heading_and_a_sentence_for_people(status: int) -> None:
    problem = problem_of_status(status)

    assert problem.title in set(TITLES.values())
    assert re.fullmatch("[A-Z].*[.]", problem.detail)
    assert not re.search(r"HTTP|URI|Entity|Request-|Gateway", problem.title + problem.detail)


async def test_what_may_pass_can_be_tried_again_and_a_refused_form_leads_back(
    harness: HttpHarness,
) -> None:
    ada, again, back = await harness.ada(), 'href="{}">Try again', 'href="{}">Back to the page'

    missing = await text(await ada.get("/nothing?q=1"))
    refused = {"account": "u-other"}
    came_from = f"{ORIGIN}/account?q=1"
    other = await text(await ada.post("/account/name", refused, Referer=came_from))
    elsewhere = await text(
        await ada.post("/account/name", refused, Referer="http://evil.example/a")
    )
    harness.database.is_away = True
    busy = await text(await ada.get("/orders?page=1"))

    assert "Try again" not in missing
    assert back.format("/account?q=1") in other
    assert "Back to the page" not in elsewhere
    assert again.format("/orders?page=1") in busy
    assert all('href="/shop">Go to the shop' in page for page in (missing, other, elsewhere, busy))


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
    assert "Please try again shortly" in await text(answer)


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

"""The security log: a line for each event that an investigation would look for."""

import logging
from typing import Any

import pytest

from app.services.security_log import SecurityEvent, SecurityOutcome
from tests.http.harness import HttpHarness
from tests.http.logins import cookie, session_of
from tests.http.staff_helpers import GRACE, grace
from tests.http.visitor import ADA, PASSWORD, Visitor, fields

ADDRESS = "192.0.2.1"
NEW = "nine purple bricks"
RIGHT = {"email": ADA["email"], "password": PASSWORD}
WRONG = {**RIGHT, "password": "seven green bricks"}
FOREIGN = "https://elsewhere.example"


@pytest.fixture(autouse=True)
def at_info(caplog: pytest.LogCaptureFixture) -> None:
    """Have the log keep its lines."""
    caplog.set_level(logging.INFO, "app.security")


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str | None]]:
    """Return event, outcome and account of all lines, each of which has the address."""
    assert {vars(record)["address"] for record in _records(caplog)} <= {ADDRESS}
    return [
        (record.getMessage(), vars(record)["outcome"], vars(record)["account"])
        for record in _records(caplog)
    ]


def _records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "app.security"]


async def registered(harness: HttpHarness, caplog: pytest.LogCaptureFixture) -> tuple[Visitor, str]:
    """Return Ada and her account, with an empty log."""
    visitor = harness.visitor()
    account: str = (await fields(await visitor.send("/api/accounts", ADA)))["account"]
    assert lines(caplog) == [("account_added", "done", account)]
    caplog.clear()
    return visitor, account


async def test_sign_ins_are_logged_with_their_outcome(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    _, account = await registered(harness, caplog)
    visitor = harness.visitor()

    await visitor.send("/api/session", RIGHT)
    await visitor.send("/api/session", WRONG)
    await visitor.send("/api/session", {**WRONG, "email": "nobody@shop.example"})
    for _ in range(5):
        await visitor.send("/api/session", WRONG)

    assert lines(caplog)[:3] == [
        ("sign_in", "done", account),
        ("sign_in", "failed", account),
        ("sign_in", "failed", None),
    ]
    assert lines(caplog)[-1] == ("sign_in", "throttled", None)


async def test_signing_out_and_ending_sessions_are_logged(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    visitor, account = await registered(harness, caplog)
    other = await session_of(harness, await harness.visitor().send("/api/session", RIGHT))
    await harness.visitor().send("/api/session", RIGHT)
    assert other
    caplog.clear()

    await visitor.post(f"/account/sessions/{other.id_hash}/end")
    await visitor.post("/account/sessions/end-others")
    await visitor.post("/account/sessions/end-others")
    await visitor.post("/logout")

    ended = ("sessions_ended", "done", account)
    assert lines(caplog) == [ended, ended, ("sign_out", "done", account)]


async def test_a_change_of_password_is_logged_and_so_is_one_that_fails(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    visitor, account = await registered(harness, caplog)

    await visitor.post("/account/password", {"current": NEW, "new": NEW})
    await visitor.post("/account/password", {"current": PASSWORD, "new": NEW})

    event = "password_change"
    assert lines(caplog) == [(event, "failed", account), (event, "done", account)]


async def test_a_form_of_another_site_is_logged(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    visitor, _ = await registered(harness, caplog)

    await visitor.post("/cart/add", {"sku": "milk-2l"}, Origin=FOREIGN)

    assert lines(caplog) == [("foreign_origin", "refused", None)]


async def test_a_shopper_at_a_staff_page_is_logged_and_a_stranger_is_not(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    visitor, account = await registered(harness, caplog)

    await visitor.get("/staff/orders")
    await visitor.post("/staff/nothing")
    await harness.visitor().get("/staff/orders")

    assert lines(caplog) == [("staff_access", "refused", account)] * 2


async def test_each_edit_by_staff_is_logged_with_what_became_of_it(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    staff, edit = await grace(harness), {"price": "3.00", "reason": "Offer", "version": "0"}
    caplog.clear()

    await staff.get("/staff/products")
    await staff.post("/staff/products/milk-2l", edit)
    await staff.post("/staff/products/milk-2l", edit)
    await staff.post("/staff/products/ada@shop.example", edit)

    edited = "staff_edit"
    assert lines(caplog) == [
        (edited, "done", GRACE.account),
        (edited, "refused", GRACE.account),
        (edited, "refused", GRACE.account),
    ]
    assert vars(_records(caplog)[0])["about"] == ["milk-2l"]
    assert "ada@" not in str([vars(record) for record in _records(caplog)])


async def test_what_staff_do_to_an_account_is_logged_with_whose_it_is(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    _, account = await registered(harness, caplog)
    staff, page = await grace(harness), f"/staff/accounts/{account}"
    caplog.clear()

    for act in ("role/staff", "disable", "enable", "sessions/end", "password"):
        await staff.post(f"{page}/{act}", {"password": NEW})

    events = ["role_change", "sessions_ended", "account_disabled", "account_enabled"]
    assert lines(caplog) == [
        (event, "done", GRACE.account) for event in (*events, "password_change")
    ]
    assert {vars(record)["whose"] for record in _records(caplog)} == {account}


async def test_signing_in_to_a_disabled_account_is_logged_as_refused(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    _, account = await registered(harness, caplog)
    staff = await grace(harness)
    await staff.post(f"/staff/accounts/{account}/disable")
    caplog.clear()

    await harness.visitor().send("/api/session", RIGHT)

    assert lines(caplog) == [("sign_in", "refused", account)]


async def test_the_log_names_no_email_address_password_or_cookie(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = harness.visitor()
    begun = await visitor.send("/api/accounts", ADA)
    session = await session_of(harness, begun)
    assert session
    await visitor.send("/api/session", WRONG)
    await visitor.post("/account/password", {"current": PASSWORD, "new": NEW})
    await visitor.get("/staff/orders")
    await visitor.post("/logout")

    text = str([vars(record) for record in _records(caplog)])

    assert session.account in text
    for secret in (ADA["email"], PASSWORD, WRONG["password"], NEW, cookie(begun), session.id_hash):
        assert secret not in text


async def test_events_are_counted_for_the_metrics(harness: HttpHarness) -> None:
    await harness.ada()
    await harness.visitor().send("/api/session", WRONG)

    counts: Any = harness.live.security.counts
    assert counts[SecurityEvent.ACCOUNT_ADDED, SecurityOutcome.DONE] == 1
    assert counts[SecurityEvent.SIGN_IN, SecurityOutcome.FAILED] == 1

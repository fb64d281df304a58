"""Changing a password."""

import re

import pytest

from app.live.ports import DisconnectReason
from app.services.passwords import Passwords
from tests.http.harness import CHEAP, HttpHarness, open_harness
from tests.http.logins import cookie, session_of, with_socket
from tests.http.visitor import ADA, PASSWORD, Visitor, notices, text

NEW = "nine purple bricks"
FORM = {"current": PASSWORD, "new": NEW}
WRONG = {"current": "seven green bricks", "new": NEW}


async def lets_in(harness: HttpHarness, password: str) -> bool:
    """Say whether Ada can sign in with *password*, at another address."""
    visitor = harness.visitor("203.0.113.9")
    body = {"email": ADA["email"], "password": password}
    return (await visitor.send("/api/session", body)).status_code == 200


async def refused(visitor: Visitor, form: dict[str, str], status: int) -> str:
    """Send *form*, which is refused, and return the page that shows it again."""
    answer = await visitor.post("/account/password", form)
    assert answer.status_code == status
    page = await text(answer)
    assert not any(f'value="{typed}"' in page for typed in form.values())
    assert not any(line.startswith("shop=") for line in answer.headers.getlist("Set-Cookie"))
    return page


async def test_a_password_is_changed(harness: HttpHarness) -> None:
    ada = await harness.ada()

    answer = await ada.post("/account/password", FORM)

    assert (answer.status_code, answer.location) == (303, "/account")
    assert (
        notices(await text(await ada.get("/account")))
        == "ok: Your password is changed, and you are signed out everywhere else."
    )
    assert await lets_in(harness, NEW)
    assert not await lets_in(harness, PASSWORD)


async def test_every_other_login_ends_and_this_browser_goes_on_with_a_new_id(
    harness: HttpHarness,
) -> None:
    here, there = harness.visitor(), harness.visitor()
    registered = await here.send("/api/accounts", ADA)
    own_socket = await with_socket(harness, registered)
    elsewhere = await there.send("/api/session", {**ADA})
    socket = await with_socket(harness, elsewhere)

    answer = await here.post("/account/password", FORM)

    assert cookie(answer) != cookie(registered)
    assert await session_of(harness, registered) is None
    assert await session_of(harness, elsewhere) is None
    assert socket.disconnects == [DisconnectReason.SIGNED_OUT]
    assert own_socket.disconnects == []
    assert (await there.get("/api/cart")).status_code == 401
    assert (await here.get("/api/cart")).status_code == 200


async def test_an_open_socket_here_ends_with_the_new_login(harness: HttpHarness) -> None:
    here = harness.visitor()
    socket = await with_socket(harness, await here.send("/api/accounts", ADA))
    await here.post("/account/password", FORM)

    await here.post("/logout")

    assert socket.disconnects == [DisconnectReason.SIGNED_OUT]


async def test_a_wrong_password_is_reported_beside_its_field_and_changes_nothing(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()

    page = await refused(ada, WRONG, 400)

    assert re.search(r'id="current"[^>]*aria-invalid="true"[^>]*autofocus', page)
    assert "That is not your current password." in page
    assert await lets_in(harness, PASSWORD)


@pytest.mark.parametrize(
    ("new", "fault"),
    [("short", "8 to 128"), ("x" * 129, "8 to 128"), ("Password123", "Too many people")],
)
async def test_a_weak_new_password_is_reported_beside_its_field(
    harness: HttpHarness, new: str, fault: str
) -> None:
    ada = await harness.ada()

    page = await refused(ada, {**FORM, "new": new}, 400)

    assert re.search(r'id="new"[^>]*aria-invalid="true"[^>]*aria-describedby="new-fault', page)
    assert fault in page
    assert await lets_in(harness, PASSWORD)


async def test_a_password_form_without_fields_is_explained(harness: HttpHarness) -> None:
    assert "Enter your current password and a new one." in await refused(
        await harness.ada(), {}, 400
    )


async def test_guessing_here_backs_off_together_with_signing_in(harness: HttpHarness) -> None:
    ada = await harness.ada()
    for _ in range(5):
        await refused(ada, WRONG, 400)

    answer = await ada.post("/account/password", FORM)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "Wait 1 second and" in await text(answer)
    signing_in = await harness.visitor().send("/api/session", {**ADA})
    assert signing_in.status_code == 429


async def test_a_new_password_clears_earlier_failures(harness: HttpHarness) -> None:
    ada = await harness.ada()
    for _ in range(4):
        await refused(ada, WRONG, 400)

    assert (await ada.post("/account/password", FORM)).status_code == 303
    for _ in range(4):
        await refused(ada, WRONG, 400)


async def test_a_full_queue_of_passwords_is_shown_on_the_form(url: str) -> None:
    async with open_harness(url) as harness:
        ada = await harness.ada()
        jar = ada.client.cookie_jar
    async with open_harness(url, passwords=Passwords(CHEAP, most=0)) as harness:
        ada = harness.visitor()
        ada.client.cookie_jar = jar

        assert "We cannot answer right now" in await refused(ada, FORM, 503)


async def test_a_sign_in_while_the_password_changes_needs_the_new_one(harness: HttpHarness) -> None:
    ada, thief = await harness.ada(), harness.visitor("203.0.113.9")
    harness.database.interlude = lambda: ada.post("/account/password", FORM)

    assert (await thief.send("/api/session", {**ADA})).status_code == 401

    assert await lets_in(harness, NEW)


async def test_of_two_changes_at_once_one_counts_and_the_other_signs_in_again(
    harness: HttpHarness,
) -> None:
    here, there = await harness.ada(), harness.visitor("203.0.113.9")
    await there.send("/api/session", {**ADA})
    harness.database.interlude = lambda: there.post("/account/password", FORM)

    answer = await here.post("/account/password", {**FORM, "new": "ten yellow bricks"})

    assert (answer.status_code, answer.location) == (303, "/login?next=%2Faccount")
    assert (await there.get("/api/cart")).status_code == 200
    assert await lets_in(harness, NEW)
    assert not await lets_in(harness, "ten yellow bricks")

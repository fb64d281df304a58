"""Staff's page of accounts: sessions are ended, accounts disabled, passwords and roles set."""

import pytest
from quart import Response

from app.domain.accounts import AccountId
from app.live.ports import DisconnectReason
from app.store.accounts import Person, find_person
from app.store.sessions import load_sessions
from tests.http.harness import HttpHarness
from tests.http.html_forms import read_page
from tests.http.logins import Socket, session_of, with_socket
from tests.http.staff_helpers import GRACE, grace
from tests.http.visitor import ADA, PASSWORD, Visitor, code, fields, notices, text

RIGHT = {"email": ADA["email"], "password": PASSWORD}
NEW = "nine purple bricks"
ENDED = [DisconnectReason.SIGNED_OUT]


class Ada:
    """A shopper with an open socket, and her page for staff."""

    def __init__(self, account: str, socket: Socket, begun: Response):
        self.account = account
        self.socket = socket
        self.begun = begun
        self.page = f"/staff/accounts/{account}"


@pytest.fixture
async def ada(harness: HttpHarness) -> Ada:
    """Return Ada, who has just registered."""
    begun = await harness.visitor().send("/api/accounts", ADA)
    return Ada((await fields(begun))["account"], await with_socket(harness, begun), begun)


@pytest.fixture
async def staff(harness: HttpHarness) -> Visitor:
    """Return a member of staff."""
    return await grace(harness)


async def person(harness: HttpHarness, account: str) -> Person:
    """Return an account as it is in the database."""
    found: Person | None = await harness.database.read(find_person, AccountId(account))
    assert found
    return found


async def sign_in(harness: HttpHarness, password: str = PASSWORD) -> Response:
    """Sign in as Ada."""
    return await harness.visitor().send("/api/session", {**RIGHT, "password": password})


async def press(staff: Visitor, ada: Ada, act: str, **form: str) -> str:
    """Send a form of Ada's page, and return the notice on the page that follows."""
    answer = await staff.post(f"{ada.page}/{act}", form)
    assert (answer.status_code, answer.location) == (303, ada.page)
    return notices(await text(await staff.get(ada.page)))


async def test_accounts_are_listed_and_found(ada: Ada, staff: Visitor) -> None:
    everybody = await text(await staff.get("/staff/accounts"))
    found = await text(await staff.get("/staff/accounts?q=ADA@"))

    assert (ada.page in everybody, f"/staff/accounts/{GRACE.account}" in everybody) == (True, True)
    assert (ada.page in found, GRACE.email in found) == (True, False)
    for sign in ("%25", "_", "/"):
        none = await text(await staff.get(f"/staff/accounts?q={sign}"))
        assert "No accounts match" in none


async def test_the_list_goes_on_after_its_last_account(
    harness: HttpHarness, staff: Visitor
) -> None:
    for number in range(24):
        harness.clock.at_s += 1
        await harness.ada(email=f"shopper{number}@shop.example")

    first = await text(await staff.get("/staff/accounts?q=shop"))
    assert "page=after." in first
    assert GRACE.email not in first
    start = first.partition("page=")[2].partition('"')[0]
    assert GRACE.email in await text(await staff.get(f"/staff/accounts?q=shop&page={start}"))
    assert (await staff.get("/staff/accounts?page=9")).status_code == 404


async def test_one_session_is_ended_and_another_goes_on(
    harness: HttpHarness, ada: Ada, staff: Visitor
) -> None:
    answer = await sign_in(harness)
    other, socket = await session_of(harness, answer), await with_socket(harness, answer)
    assert other

    assert (
        await press(staff, ada, f"sessions/{other.id_hash}/end")
        == "ok: Ada is signed out of that session."
    )
    assert await press(staff, ada, f"sessions/{other.id_hash}/end") == (
        "ok: Ada was already signed out of that session."
    )

    assert (socket.disconnects, ada.socket.disconnects) == (ENDED, [])
    assert await session_of(harness, ada.begun) is not None


async def test_all_sessions_are_ended(harness: HttpHarness, ada: Ada, staff: Visitor) -> None:
    assert await press(staff, ada, "sessions/end") == "ok: Ada is signed out everywhere."

    assert ada.socket.disconnects == ENDED
    assert "Not signed in anywhere." in await text(await staff.get(ada.page))
    assert (await sign_in(harness)).status_code == 200


async def test_a_disabled_account_is_signed_out_and_cannot_sign_in_until_it_is_enabled(
    harness: HttpHarness, ada: Ada, staff: Visitor
) -> None:
    await press(staff, ada, "disable")

    assert ada.socket.disconnects == ENDED
    assert await code(await sign_in(harness)) == (403, "account_disabled")
    assert await code(await sign_in(harness, NEW)) == (401, "wrong_login")
    page = await harness.visitor().post("/login", RIGHT)
    assert (page.status_code, "This account is disabled" in await text(page)) == (403, True)

    assert await press(staff, ada, "enable") == "ok: Ada can sign in again."
    assert (await sign_in(harness)).status_code == 200


async def test_a_password_that_staff_set_ends_all_sessions(
    harness: HttpHarness, ada: Ada, staff: Visitor
) -> None:
    await press(staff, ada, "password", password=NEW)

    assert ada.socket.disconnects == ENDED
    assert (await sign_in(harness)).status_code == 401
    assert (await sign_in(harness, NEW)).status_code == 200


@pytest.mark.parametrize(
    "form", [{}, {"password": ""}, {"password": "short"}, {"password": "x" * 999}]
)
async def test_a_weak_password_is_refused_beside_its_field(
    harness: HttpHarness, ada: Ada, staff: Visitor, form: dict[str, str]
) -> None:
    before = await person(harness, ada.account)

    answer = await staff.post(f"{ada.page}/password", form)

    assert answer.status_code == 400
    assert 'aria-describedby="password-fault"' in await text(answer)
    assert await person(harness, ada.account) == before
    assert ada.socket.disconnects == []


async def test_a_role_is_given_and_taken_and_ends_the_sessions(
    harness: HttpHarness, ada: Ada, staff: Visitor
) -> None:
    await press(staff, ada, "role/staff")
    assert (await person(harness, ada.account)).staff
    assert ada.socket.disconnects == ENDED

    answer = await sign_in(harness)
    socket = await with_socket(harness, answer)
    await press(staff, ada, "role/shopper")
    assert not (await person(harness, ada.account)).staff
    assert socket.disconnects == ENDED


@pytest.mark.parametrize(
    ("act", "question"),
    [
        ("disable", "Disable the account of Ada?"),
        ("role/staff", "Make Ada a member of staff?"),
        ("sessions/end", "Sign Ada out everywhere?"),
        ("sessions/{}/end", "Sign Ada out there?"),
    ],
)
async def test_what_an_account_feels_at_once_is_asked_about_first(
    harness: HttpHarness, ada: Ada, staff: Visitor, act: str, question: str
) -> None:
    (session,) = await harness.database.read(
        load_sessions, AccountId(ada.account), harness.context.lifetime, int(harness.clock.at_s)
    )
    act, before = act.format(session.id_hash), await person(harness, ada.account)
    _, forms = read_page(await text(await staff.get(ada.page)))
    assert f"{ada.page}/{act}" not in {form.action for form in forms}

    asked = await text(await staff.get(f"{ada.page}/ask?act={act}"))

    _, forms = read_page(asked)
    assert question in asked
    assert f"{ada.page}/{act}" in {form.action for form in forms}
    assert (await person(harness, ada.account), ada.socket.disconnects) == (before, [])


async def test_what_is_over_or_unknown_is_not_asked_about(ada: Ada, staff: Visitor) -> None:
    assert (await staff.get(f"{ada.page}/ask?act=enable")).status_code == 404

    over = await staff.get(f"{ada.page}/ask?act=sessions/none/end")

    assert (over.status_code, over.location) == (303, ada.page)
    assert "already signed out" in notices(await text(await staff.get(ada.page)))


@pytest.mark.parametrize("act", ["disable", "role/shopper", "password"])
async def test_members_of_staff_cannot_lock_themselves_out(
    harness: HttpHarness, staff: Visitor, act: str
) -> None:
    page = f"/staff/accounts/{GRACE.account}"

    answer = await staff.post(f"{page}/{act}", {"password": NEW})

    assert answer.status_code == 409
    assert "this is your own account" in await text(answer)
    assert await person(harness, GRACE.account) == GRACE
    assert "act=disable" not in await text(await staff.get(page))


@pytest.mark.parametrize("act", ["disable", "enable", "role/staff", "password", "sessions/end"])
async def test_nobody_but_staff_changes_an_account(
    harness: HttpHarness, ada: Ada, staff: Visitor, act: str
) -> None:
    bob = await harness.ada(email="bob@shop.example")

    assert (await bob.post(f"{ada.page}/{act}", {"password": NEW})).status_code == 404
    assert (await staff.post(f"/staff/accounts/u-none/{act}", {"password": NEW})).status_code == 404
    assert ada.socket.disconnects == []

"""Where the shop asks staff for a passkey: a password alone opens no page for them."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, func, select

from app.store.tables import mails
from tests.authenticator import Authenticator
from tests.http.harness import HttpHarness, open_harness
from tests.http.logins import session_of, with_socket
from tests.http.mailbox import link_to
from tests.http.passkey_helpers import (
    CODES,
    CONFIRM,
    NEW,
    add,
    add_passkey,
    confirm,
    confirm_with_code,
    count_passkeys,
    make_codes,
    options,
    sign_in,
)
from tests.http.staff_helpers import GRACE, grace
from tests.http.visitor import PASSWORD, Visitor, text

pytestmark = pytest.mark.smoke("sqlite")

TO_ORDERS = "/account/confirm?next=%2Fstaff%2Forders"
LOGIN = {"email": GRACE.email, "password": PASSWORD}


@pytest.fixture
async def strict(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop that asks staff for a passkey."""
    async with open_harness(url, staff_passkey="required") as opened:
        yield opened


async def by_password(harness: HttpHarness) -> Visitor:
    """Return Grace, who has signed in with her password."""
    visitor = harness.visitor()
    assert (await visitor.send("/api/session", LOGIN)).status_code == 200
    return visitor


async def test_staff_without_a_passkey_are_led_to_adding_one(strict: HttpHarness) -> None:
    staff = await grace(strict)

    assert (await staff.get("/staff/orders")).location == TO_ORDERS
    assert (await staff.get(TO_ORDERS)).location == NEW
    assert "asks members of staff for a passkey" in await text(await staff.get(NEW))
    assert 'href="/staff"' in await text(await staff.get("/shop"))
    answer = await add(staff, Authenticator())

    assert answer.location == CODES
    assert (await staff.get("/staff/orders")).status_code == 200


async def test_without_a_recent_sign_in_they_are_asked_for_the_password_first(
    strict: HttpHarness,
) -> None:
    staff = await grace(strict)
    strict.clock.at_s += 600

    assert (await staff.get("/staff/orders")).location == TO_ORDERS
    assert (await staff.get(TO_ORDERS)).status_code == 200
    confirmed = await staff.post(CONFIRM, {"password": PASSWORD, "next": "/staff/orders"})
    assert confirmed.location == "/staff/orders"
    assert (await staff.get("/staff/orders")).location == TO_ORDERS
    assert (await staff.get(TO_ORDERS)).location == NEW


async def test_a_password_alone_gives_no_rights_of_staff(strict: HttpHarness) -> None:
    await add_passkey(await grace(strict), Authenticator())

    staff = await by_password(strict)

    assert (await staff.get("/staff/products?q=apples")).location == (
        "/account/confirm?next=%2Fstaff%2Fproducts%3Fq%3Dapples"
    )
    for path in ("/staff/live.json", "/staff/changes.json"):
        assert (await staff.get(path)).status_code == 403
    edit = await staff.post("/staff/products/gala-apples-1kg", {"price": "1"})
    assert edit.status_code == 403
    assert (await staff.get(NEW)).location == f"{CONFIRM}?next=%2Faccount%2Fpasskeys%2Fnew"
    assert (await staff.post(f"{NEW}.json")).status_code == 403
    assert (await staff.post(CODES)).location == f"{CONFIRM}?next=%2Faccount%2Frecovery-codes"
    without_code = await staff.post(CONFIRM, {"password": PASSWORD, "next": "/staff/orders"})
    assert without_code.status_code == 401
    assert (await staff.get("/staff/orders")).location == TO_ORDERS
    assert await count_passkeys(strict) == 1
    assert (await staff.get("/cart")).status_code == 200


async def test_a_passkey_gives_them_and_sockets_go_on(strict: HttpHarness) -> None:
    device = Authenticator()
    await add_passkey(await grace(strict), device)
    staff = strict.visitor()
    began = await staff.send("/api/session", LOGIN)
    socket = await with_socket(strict, began)

    answer = await confirm(staff, device)

    assert answer.location == "/staff/orders"
    assert (await staff.get("/staff/orders")).status_code == 200
    assert socket.disconnects == []
    assert await session_of(strict, began) is None
    direct = strict.visitor()
    await sign_in(direct, device)
    assert (await direct.get("/staff/orders")).status_code == 200


async def test_a_new_password_keeps_the_rights_of_this_login(strict: HttpHarness) -> None:
    staff = await grace(strict)
    await add_passkey(staff, Authenticator())

    await staff.post("/account/password", {"current": PASSWORD, "new": "nine purple bricks"})

    assert (await staff.get("/staff/orders")).status_code == 200


async def test_a_recovery_code_and_the_password_stand_in_for_a_lost_passkey_once(
    strict: HttpHarness,
) -> None:
    owner = await grace(strict)
    await add_passkey(owner, Authenticator())
    codes = await make_codes(owner)
    assert len(set(codes)) == 10
    assert codes[0] not in await text(await owner.get(CODES))

    staff = await by_password(strict)
    assert (await confirm_with_code(staff, codes[3], "a wrong password")).status_code == 400
    assert (await confirm_with_code(staff, "4KDF-M2XQ-9TRB")).status_code == 401
    assert (await confirm_with_code(staff, "")).status_code == 401
    typed = codes[3].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert (await confirm_with_code(staff, typed)).location == "/staff/orders"
    assert (await staff.get("/staff/orders")).status_code == 200
    assert "9 recovery codes left" in await text(await staff.get(CODES))
    assert (await confirm_with_code(await by_password(strict), codes[3])).status_code == 401
    assert (await confirm_with_code(await by_password(strict), codes[4])).status_code == 303
    assert await strict.database.read(_count_mails, "recovery_used") == 2

    await add_passkey(staff, Authenticator(credential=b"a new phone that she bought"))
    await make_codes(staff)
    assert (await confirm_with_code(await by_password(strict), codes[5])).status_code == 401


async def test_a_link_by_mail_stands_in_for_the_password_only(strict: HttpHarness) -> None:
    await add_passkey(await grace(strict), Authenticator())
    staff = strict.visitor()
    await staff.post("/forgotten", {"email": GRACE.email})
    new = {"password": "nine purple bricks"}
    assert (await staff.post(await link_to(strict, GRACE.email), new)).location == "/login"

    assert (await staff.send("/api/session", {**LOGIN, **new})).status_code == 200
    assert (await staff.get("/staff/orders")).location == TO_ORDERS
    assert (await staff.post(f"{NEW}.json")).status_code == 403


async def test_wrong_codes_slow_down_the_next_attempt(strict: HttpHarness) -> None:
    owner = await grace(strict)
    await add_passkey(owner, Authenticator())
    codes = await make_codes(owner)
    staff = await by_password(strict)

    statuses = [(await confirm_with_code(staff, "4KDF-M2XQ-9TRB")).status_code for _ in range(5)]

    assert statuses == [401] * 5
    assert (await confirm_with_code(staff, codes[0])).status_code == 429


async def test_staff_keep_a_passkey_and_codes_need_one(strict: HttpHarness) -> None:
    staff = await grace(strict)
    assert (await staff.post(CODES)).status_code == 409
    await add_passkey(staff, Authenticator())
    page = await text(await staff.get("/account/passkeys"))
    (one,) = [part.split('"')[0] for part in page.split("/account/passkeys/")[1:] if part[3] != '"']

    answer = await staff.post(f"/account/passkeys/{one}/remove")

    assert answer.status_code == 409
    assert "Add another one first" in await text(answer)
    await add_passkey(staff, Authenticator(credential=b"a second one of hers"))
    assert (await staff.post(f"/account/passkeys/{one}/remove")).status_code == 303


async def test_elsewhere_staff_need_no_passkey_but_their_own_cannot_be_got_around(
    harness: HttpHarness,
) -> None:
    staff = await grace(harness)
    assert (await staff.get("/staff/orders")).status_code == 200
    await add_passkey(staff, Authenticator())

    other = await by_password(harness)

    assert (await other.get("/staff/orders")).status_code == 200
    assert (await other.get(NEW)).status_code == 303
    assert (await other.post(f"{NEW}.json")).status_code == 403


async def test_at_an_address_in_numbers_there_are_no_passkeys(url: str) -> None:
    async with open_harness(url, origins=("http://127.0.0.1:8000",)) as harness:
        visitor = harness.visitor()

        assert (await visitor.post("/login/passkey.json")).status_code == 404
        assert (await visitor.get("/.well-known/webauthn")).status_code == 404
        assert "passkey" not in await text(await visitor.get("/login"))


async def test_the_shop_lists_the_origins_that_may_ask_for_its_passkeys(url: str) -> None:
    origins = ("http://127.0.0.1:8000", "http://localhost:8000", "http://shop.localhost:8000")
    async with open_harness(url, origins=origins) as harness:
        visitor = harness.visitor()

        listed = await (await visitor.get("/.well-known/webauthn")).get_json()

        assert listed == {"origins": list(origins[1:])}
        other = Visitor(visitor.client, visitor.address, origins[2])
        assert '"rpId": "localhost"' in await options(other, "/login/passkey")


def _count_mails(connection: Connection, kind: str) -> int:
    query = select(func.count()).select_from(mails).where(mails.c.kind == kind)
    return connection.execute(query).scalar_one()

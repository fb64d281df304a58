"""Passkeys: added, used to sign in, removed; and what is no answer of one."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select, update

from app.domain.passkeys import MOST_PASSKEYS
from app.store.account_changes import write_disabled
from app.store.passkeys import load_passkeys
from app.store.tables import challenges, mails, passkeys
from tests.authenticator import Authenticator, from_text
from tests.authenticator import text as as_text
from tests.examples import NOON
from tests.http.harness import HttpHarness
from tests.http.logins import session_of, with_socket
from tests.http.passkey_helpers import CONFIRM, LOGIN, NEW, add, add_passkey, options, sign_in
from tests.http.visitor import ADA, PASSWORD, notices, text

pytestmark = pytest.mark.smoke("sqlite")

PAGE = "/account/passkeys"


async def test_a_passkey_is_added_named_used_and_removed(harness: HttpHarness) -> None:
    ada, device = await harness.ada(), Authenticator()

    page = await add_passkey(ada, device, "Ada and her phone")
    assert "The passkey is added." in notices(page)
    assert "Ada and her phone" in page
    assert "not used yet" in page

    elsewhere = harness.visitor("192.0.2.9")
    answer = await sign_in(elsewhere, device, next="/account/passkeys")
    assert (answer.status_code, answer.location) == (303, PAGE)
    session = await session_of(harness, answer)
    assert session
    assert session.mfa_at_s == session.began_at_s == int(harness.clock.at_s)
    assert "last used" in await text(await elsewhere.get(PAGE))

    (one,) = await harness.database.read(load_passkeys, session.account)
    assert (await ada.post(f"{PAGE}/{one.id}", {"name": "Old phone"})).location == PAGE
    assert "Old phone" in await text(await ada.get(PAGE))
    for unreadable in (" ", "Phone\0", "Phone\nof Ada"):
        assert (await ada.post(f"{PAGE}/{one.id}", {"name": unreadable})).status_code == 400
    await ada.post(f"{PAGE}/{one.id}/remove")
    assert "None yet." in await text(await ada.get(PAGE))
    assert (await sign_in(harness.visitor("192.0.2.8"), device)).status_code == 401
    assert await harness.database.read(_mails) == [
        "new_device",
        "passkey_added",
        "passkey_removed",
    ]


async def test_a_wanted_product_is_in_the_cart_after_signing_in(harness: HttpHarness) -> None:
    device = Authenticator()
    await add_passkey(await harness.ada(), device)
    visitor = harness.visitor()

    await sign_in(visitor, device, next="/cart", add="gala-apples-1kg")

    assert await visitor.lines() == {"gala-apples-1kg": 1}


def _other_origin(device: Authenticator, asked: str) -> str:
    device.origin = "https://shop.example.evil.example"
    return device.use(asked)


def _unverified(device: Authenticator, asked: str) -> str:
    device.is_verified = False
    return device.use(asked)


def _other_key(device: Authenticator, asked: str) -> str:
    device.key = Authenticator().key
    return device.use(asked)


def _other_challenge(device: Authenticator, asked: str) -> str:
    return device.use(json.dumps({**json.loads(asked), "challenge": as_text(b"made up" * 5)}))


def _other_host(device: Authenticator, asked: str) -> str:
    return device.use(json.dumps({**json.loads(asked), "rpId": "shop.example"}))


def _other_credential(device: Authenticator, asked: str) -> str:
    device.credential = b"one that nobody has"
    return device.use(asked)


def _other_account(device: Authenticator, asked: str) -> str:
    device.account = as_text(b"u-somebody-else")
    return device.use(asked)


def _spoilt(device: Authenticator, asked: str) -> str:
    answer = json.loads(device.use(asked))
    answer["response"]["authenticatorData"] = answer["response"]["authenticatorData"][:40]
    return json.dumps(answer)


NO_ANSWERS: list[Callable[[Authenticator, str], str]] = [
    _other_origin,
    _unverified,
    _other_key,
    _other_challenge,
    _other_host,
    _other_credential,
    _other_account,
    _spoilt,
    lambda _device, _asked: "",
    lambda _device, _asked: '{"id": 1}',
    lambda _device, asked: asked,
    lambda _device, _asked: "[" * 15_000,
]


async def test_what_is_no_answer_of_the_passkey_signs_nobody_in(harness: HttpHarness) -> None:
    device = Authenticator()
    await add_passkey(await harness.ada(), device)

    for number, use in enumerate(NO_ANSWERS):
        visitor = harness.visitor(f"192.0.2.{100 + number}")
        spoilt = use(replace(device), await options(visitor, LOGIN))
        answer = await visitor.post(LOGIN, {"credential": spoilt})

        assert answer.status_code == 401, use
        assert "could not be checked" in await text(answer)
        assert "Set-Cookie" not in answer.headers


async def test_an_answer_signs_in_once_and_soon(harness: HttpHarness) -> None:
    ada, device, visitor = await harness.ada(), Authenticator(), harness.visitor()
    await add_passkey(ada, device)
    used = device.use(await options(visitor, LOGIN))
    late = device.use(await options(visitor, LOGIN))
    confirmed = device.use(await options(ada, f"{CONFIRM}/passkey"))

    assert (await visitor.post(LOGIN, {"credential": used})).status_code == 303
    again = harness.visitor()
    assert (await again.post(LOGIN, {"credential": used})).status_code == 401
    assert (await again.post(LOGIN, {"credential": confirmed})).status_code == 401
    harness.clock.at_s += 301
    assert (await again.post(LOGIN, {"credential": late})).status_code == 401
    await options(again, LOGIN)
    assert await harness.database.read(_count_challenges) == 1


async def test_failures_slow_down_the_next_attempt_as_those_of_passwords(
    harness: HttpHarness,
) -> None:
    device, visitor = Authenticator(), harness.visitor()
    await add_passkey(await harness.ada(), device)
    right = device.key
    device.key = Authenticator().key
    for _ in range(5):
        assert (await sign_in(visitor, device)).status_code == 401
    device.key = right

    throttled = await sign_in(visitor, device)
    by_password = await visitor.send("/api/session", ADA)

    assert (throttled.status_code, by_password.status_code) == (429, 429)
    assert (await sign_in(harness.visitor("192.0.2.7"), device)).status_code == 303
    harness.clock.at_s += 2
    assert (await sign_in(visitor, device)).status_code == 303


async def test_a_copy_of_a_passkey_is_refused_and_logged(
    harness: HttpHarness, caplog: pytest.LogCaptureFixture
) -> None:
    device, visitor = Authenticator(), harness.visitor()
    await add_passkey(await harness.ada(), device)
    for _ in range(3):
        await sign_in(harness.visitor(), device)
    device.signs -= 2
    caplog.set_level(logging.INFO, "app.security")
    caplog.clear()

    answer = await sign_in(visitor, device)

    assert answer.status_code == 409
    assert "a copy of this passkey" in await text(answer)
    (line,) = [vars(record) for record in caplog.records if record.name == "app.security"]
    assert (line["outcome"], line["reason"]) == ("refused", "sign_count")


async def test_a_passkey_without_a_count_may_be_used_again(harness: HttpHarness) -> None:
    device = Authenticator()
    await add_passkey(await harness.ada(), device)

    for _ in range(2):
        device.signs = -1
        assert (await sign_in(harness.visitor(), device)).status_code == 303


async def test_signing_in_to_a_disabled_account_is_refused(harness: HttpHarness) -> None:
    ada, device = await harness.ada(), Authenticator()
    account = (await ada.cart())["account"]
    await add_passkey(ada, device)
    await harness.database.write(write_disabled, account, NOON, disabled=True)

    answer = await sign_in(harness.visitor(), device)

    assert answer.status_code == 403
    assert "disabled" in await text(answer)


async def test_adding_and_removing_ask_for_a_sign_in_of_the_last_ten_minutes(
    harness: HttpHarness,
) -> None:
    ada, device = await harness.ada(), Authenticator()
    await add_passkey(ada, device)
    (passkey_id,) = await harness.database.read(_ids)
    asked = await options(ada, NEW)
    harness.clock.at_s += 600

    to_new = "/account/confirm?next=%2Faccount%2Fpasskeys%2Fnew"
    assert (await ada.get(NEW)).location == to_new
    assert (await ada.post(f"{NEW}.json")).status_code == 403
    made = Authenticator(credential=b"a second one").make(asked)
    assert (await ada.post(NEW, {"credential": made, "name": "x"})).location == to_new
    removing = await ada.post(f"{PAGE}/{passkey_id}/remove")
    assert removing.location == f"/account/confirm?next=%2Faccount%2Fpasskeys%2F{passkey_id}"
    assert len(await harness.database.read(_ids)) == 1

    wrong = await ada.post(CONFIRM, {"password": "not this one", "next": NEW})
    assert wrong.status_code == 400
    assert "not your password" in await text(wrong)
    right = await ada.post(CONFIRM, {"password": PASSWORD, "next": NEW})
    assert right.location == NEW
    assert (await ada.get(NEW)).status_code == 200


async def test_a_confirmed_login_goes_on_under_a_new_id(harness: HttpHarness) -> None:
    visitor, device = harness.visitor(), Authenticator()
    await add_passkey(await harness.ada(), device)
    began = await sign_in(visitor, device)
    before, socket = await session_of(harness, began), await with_socket(harness, began)

    answer = await visitor.post(CONFIRM, {"password": PASSWORD, "next": PAGE})

    after = await session_of(harness, answer)
    assert before
    assert after
    assert after.id_hash != before.id_hash
    assert after.mfa_at_s == before.mfa_at_s
    assert await session_of(harness, began) is None
    assert socket.disconnects == []


async def test_passkeys_of_another_account_are_not_found_and_confirm_nothing(
    harness: HttpHarness,
) -> None:
    ada, device = await harness.ada(), Authenticator()
    await add_passkey(ada, device)
    (passkey_id,) = await harness.database.read(_ids)
    bob = await harness.ada(email="bob@shop.example", name="Bob")

    used = device.use(await options(bob, f"{CONFIRM}/passkey"))
    answer = await bob.post(f"{CONFIRM}/passkey", {"credential": used, "next": PAGE})

    assert answer.status_code == 401
    for path in (f"{PAGE}/{passkey_id}", f"{PAGE}/{passkey_id}/remove"):
        assert (await bob.post(path, {"name": "mine"})).status_code == 404
    assert (await bob.get(f"{PAGE}/{passkey_id}")).status_code == 404


async def test_a_passkey_is_added_once_and_an_account_has_so_many(harness: HttpHarness) -> None:
    ada, device = await harness.ada(), Authenticator()
    key = {"page_key": "one page"}
    made = device.make(await options(ada, NEW))
    for _ in range(2):
        pressed = await ada.post(NEW, {"credential": made, "name": "Phone", **key})
        assert pressed.status_code == 303

    assert (await add(ada, device)).status_code == 409
    for number in range(1, MOST_PASSKEYS):
        await add_passkey(ada, Authenticator(credential=number.to_bytes(16, "big")))
    full = await add(ada, Authenticator(credential=b"one too many"))
    assert full.status_code == 409
    assert len(await harness.database.read(_ids)) == MOST_PASSKEYS


async def test_what_a_browser_is_asked(harness: HttpHarness) -> None:
    ada, device = await harness.ada(), Authenticator()
    account = (await ada.cart())["account"]
    asked = json.loads(await options(ada, NEW))
    await add_passkey(ada, device)

    assert asked["rp"] == {"id": "localhost", "name": "Basket & Leaf"}
    assert from_text(asked["user"]["id"]).decode() == account
    assert asked["attestation"] == "none"
    chosen = asked["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    excluded = json.loads(await options(ada, NEW))["excludeCredentials"]
    assert [from_text(one["id"]) for one in excluded] == [device.credential]
    allowed = json.loads(await options(ada, f"{CONFIRM}/passkey"))["allowCredentials"]
    assert [one["transports"] for one in allowed] == [["internal", "hybrid"]]
    assert json.loads(await options(harness.visitor(), LOGIN))["allowCredentials"] == []


async def test_an_address_may_ask_so_often(harness: HttpHarness) -> None:
    visitor = harness.visitor()

    statuses = [(await visitor.post(f"{LOGIN}.json")).status_code for _ in range(31)]

    assert statuses == [200] * 30 + [429]


async def test_a_passkey_whose_row_was_copied_to_another_account_is_not_theirs(
    harness: HttpHarness,
) -> None:
    device = Authenticator()
    await add_passkey(await harness.ada(), device)
    bob = await harness.ada(email="bob@shop.example", name="Bob")
    account = (await bob.cart())["account"]
    await harness.database.write(_give, account)

    assert (await sign_in(harness.visitor(), device)).status_code == 401


def _mails(connection: Connection) -> list[str]:
    return list(connection.scalars(select(mails.c.kind).order_by(mails.c.kind)))


def _ids(connection: Connection) -> list[str]:
    return list(connection.scalars(select(passkeys.c.id)))


def _count_challenges(connection: Connection) -> int:
    return len(connection.execute(select(challenges)).all())


def _give(connection: Connection, account: str) -> None:
    connection.execute(update(passkeys).values(account=account))

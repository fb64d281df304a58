"""Addresses that are confirmed by mail, and registering that tells nobody who has an account."""

from collections.abc import AsyncIterator

import pytest

from app.domain.mail_tokens import LASTS_S, Purpose
from app.runtime.config import ON
from app.store.accounts import find_by_email, find_claimant
from tests.http.harness import HttpHarness, open_harness
from tests.http.mailbox import link_to, mails_to
from tests.http.order_helpers import MILK, order, wanted
from tests.http.visitor import ADA, PASSWORD, Visitor, code, notices, text

EMAIL = ADA["email"]
OTHER = {**ADA, "password": "nine purple bricks", "name": "Eve"}


@pytest.fixture
async def harness(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop whose customers confirm their addresses."""
    async with open_harness(url, confirm=ON) as opened:
        yield opened


async def confirm(harness: HttpHarness, visitor: Visitor, **typed: str) -> None:
    """Open the link in the newest mail, and press its button."""
    path = await link_to(harness, EMAIL)
    assert "Confirm this address" in await text(await visitor.get(path))
    answer = await visitor.post(path, typed)
    assert answer.status_code == 303, await text(answer)


async def test_an_order_needs_a_confirmed_address_and_the_cart_does_not(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=MILK, qty="1")
    assert await ada.lines() == {MILK: 1}

    refused = await order(ada, await wanted(ada))
    page = await text(await ada.get("/checkout"))
    await ada.post("/account/email/confirm", {"next": "/checkout"})

    assert await code(refused) == (409, "unconfirmed")
    assert f"confirm {EMAIL}" in page
    assert [mail.kind for mail in await mails_to(harness, EMAIL)] == ["confirm_address"] * 2
    assert await ada.lines() == {MILK: 1}

    await confirm(harness, ada)

    assert "is confirmed" in notices(await text(await ada.get("/")))
    assert (await order(ada, await wanted(ada))).status_code == 201
    assert f"confirm {EMAIL}" not in await text(await ada.get("/account"))


async def test_whoever_registers_a_known_address_sees_what_everybody_sees(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    await confirm(harness, ada)
    eve, stranger = harness.visitor(), harness.visitor()

    known = await eve.post("/register", OTHER)
    unknown = await stranger.post("/register", {**OTHER, "email": "new@shop.example"})

    pages = [await text(await each.get("/account")) for each in (eve, stranger)]
    shown = [page.replace(EMAIL, "new@shop.example") for page in pages]
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert "confirm new@shop.example" in shown[0]
    assert notices(shown[0]) == notices(shown[1])
    assert (await mails_to(harness, EMAIL))[-1].kind == "already_registered"
    again = await harness.visitor().post("/login", {**OTHER, "next": "/cart"})
    assert again.location == "/cart"
    mine = await harness.visitor().send("/api/session", ADA)
    assert (await mine.get_json())["name"] == "Ada"


async def test_the_link_of_the_mail_to_a_known_address_confirms_nothing(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    await confirm(harness, ada)
    eve = harness.visitor()
    await eve.post("/register", OTHER)

    answer = await eve.post(await link_to(harness, EMAIL))

    assert answer.status_code == 409
    owner = await harness.database.read(find_by_email, EMAIL)
    assert owner
    assert owner.name == "Ada"
    assert await harness.database.read(find_claimant, EMAIL)


async def test_only_who_knows_the_password_can_confirm_an_address(harness: HttpHarness) -> None:
    await harness.ada()
    path = await link_to(harness, EMAIL)
    phone, eve = harness.visitor(), harness.visitor()
    await eve.send("/api/accounts", {**OTHER, "email": "eve@shop.example"})

    assert "The password that you chose" in await text(await phone.get(path))
    assert (await phone.post(path, {"password": "a guess, and wrong"})).status_code == 401
    assert (await eve.post(path)).status_code == 409
    assert await harness.database.read(find_by_email, EMAIL) is None

    await confirm(harness, phone, password=PASSWORD)

    assert await harness.database.read(find_by_email, EMAIL)
    assert (await phone.get("/account")).status_code == 200


async def test_of_two_who_claim_an_address_the_one_who_confirms_it_first_has_it(
    harness: HttpHarness,
) -> None:
    ada, eve = await harness.ada(), harness.visitor()
    first = await link_to(harness, EMAIL)
    harness.clock.at_s += 1
    await eve.post("/register", OTHER)
    second = await link_to(harness, EMAIL)

    await ada.post(first)
    answer = await eve.post(second)

    assert answer.status_code == 409
    assert "There is already an account" in await text(answer)


async def test_a_link_is_good_once_and_for_a_day(harness: HttpHarness) -> None:
    ada = await harness.ada()
    path = await link_to(harness, EMAIL)
    harness.clock.at_s += LASTS_S[Purpose.CONFIRM]

    late = await ada.post(path)
    await ada.post("/account/email/confirm")
    await confirm(harness, ada)
    used = await ada.get(await link_to(harness, EMAIL))
    unknown = await ada.get("/confirm/no-such-link")

    assert [each.status_code for each in (late, used, unknown)] == [410] * 3
    assert "not valid any more" in await text(late)
    assert "was used already" in await text(used)


async def test_a_wrong_address_is_replaced_before_it_is_confirmed(harness: HttpHarness) -> None:
    ada = await harness.ada(email="adda@shop.example")

    await ada.post("/account/email", {"email": EMAIL, "password": PASSWORD})
    old = await ada.post(await link_to(harness, "adda@shop.example"))
    await confirm(harness, ada)

    assert old.status_code == 410
    assert await harness.database.read(find_by_email, EMAIL)


async def test_an_address_gets_five_mails_an_hour_and_nobody_learns_when_it_is_enough(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()

    answers = [await ada.post("/account/email/confirm") for _ in range(8)]

    assert {answer.status_code for answer in answers} == {303}
    assert len(await mails_to(harness, EMAIL)) == 5
    assert (await ada.post("/account/email/confirm")).status_code == 303
    assert (await ada.post("/account/email/confirm")).status_code == 303
    assert (await ada.post("/account/email/confirm")).status_code == 429

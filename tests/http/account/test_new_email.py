"""Another e-mail address: both the old and the new one agree to it."""

import pytest

from app.store.accounts import find_by_email
from tests.http.harness import HttpHarness
from tests.http.mailbox import link_to, mails_to
from tests.http.visitor import ADA, PASSWORD, Visitor, notices, text

EMAIL, NEW = ADA["email"], "countess@shop.example"


async def begun(harness: HttpHarness, new: str = NEW) -> Visitor:
    """Return Ada, who has asked for another address."""
    ada = await harness.ada()
    answer = await ada.post("/account/email", {"email": new, "password": PASSWORD})
    assert answer.location == "/account"
    return ada


@pytest.mark.parametrize("first", [EMAIL, NEW])
async def test_an_address_is_changed_once_both_have_agreed(
    harness: HttpHarness, first: str
) -> None:
    ada = await begun(harness)
    second = NEW if first == EMAIL else EMAIL
    paths = {email: await link_to(harness, email) for email in (EMAIL, NEW)}

    await ada.post(paths[first])
    assert "at your other address" in notices(await text(await ada.get("/")))
    assert await harness.database.read(find_by_email, NEW) is None
    await ada.post(paths[second])

    assert "address is changed" in notices(await text(await ada.get("/")))
    assert await harness.database.read(find_by_email, EMAIL) is None
    for email in (EMAIL, NEW):
        assert (await mails_to(harness, email))[-1].kind == "address_changed"
    again = await harness.visitor().send("/api/session", {**ADA, "email": NEW})
    assert again.status_code == 200
    assert (await ada.get(paths[first])).status_code == 410


async def test_the_owner_of_the_old_address_can_stop_the_change(harness: HttpHarness) -> None:
    ada = await begun(harness)
    owner, new = harness.visitor(), await link_to(harness, NEW)
    old = await link_to(harness, EMAIL)
    await ada.post(new)
    assert NEW in await text(await owner.get(old))

    answer = await owner.post(old, {"stop": "1"})

    assert answer.location == "/forgotten"
    assert "set another one now" in notices(await text(await owner.get("/forgotten")))
    assert (await ada.get("/api/cart")).status_code == 401
    assert (await owner.post(old)).status_code == 410
    assert await harness.database.read(find_by_email, EMAIL)


async def test_an_address_that_has_an_account_is_told_so_and_nobody_else_is(
    harness: HttpHarness,
) -> None:
    await harness.ada(email=NEW)
    ada = await begun(harness)

    page = notices(await text(await ada.get("/account")))
    await ada.post(await link_to(harness, EMAIL))
    answer = await ada.post(await link_to(harness, NEW))

    assert "We have sent a mail to your old and one to your new address" in page
    assert [mail.kind for mail in await mails_to(harness, NEW)] == ["already_registered"]
    assert answer.status_code in {404, 409, 410}
    assert await harness.database.read(find_by_email, EMAIL)


async def test_a_change_needs_the_password_and_another_address(harness: HttpHarness) -> None:
    ada = await harness.ada()

    guessed = await ada.post("/account/email", {"email": NEW, "password": "a guess"})
    same = await ada.post("/account/email", {"email": EMAIL.upper(), "password": PASSWORD})
    invalid = await ada.post("/account/email", {"email": "ada", "password": PASSWORD})

    assert [each.status_code for each in (guessed, same, invalid)] == [400] * 3
    assert NEW in await text(guessed)
    assert "That is your address already" in await text(same)
    assert await mails_to(harness, EMAIL) == []

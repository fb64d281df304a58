"""A forgotten password: a link by mail, and a new password."""

import pytest

from app.domain.mail_tokens import LASTS_S, Purpose
from app.runtime.config import ON
from tests.http.harness import HttpHarness, open_harness
from tests.http.mailbox import link_to, mails_to
from tests.http.visitor import ADA, notices, text

EMAIL = ADA["email"]
NEW = "nine purple bricks"


async def asked(harness: HttpHarness, email: str = EMAIL) -> str:
    """Ask for a link, and return its path."""
    answer = await harness.visitor("192.0.2.7").post("/forgotten", {"email": email})
    assert (answer.status_code, answer.location) == (303, "/forgotten/sent")
    return await link_to(harness, email)


async def test_a_new_password_ends_all_logins_and_is_told_by_mail(harness: HttpHarness) -> None:
    ada = await harness.ada()
    path, elsewhere = await asked(harness), harness.visitor()
    assert "Set a new password" in await text(await elsewhere.get(path))

    weak = await elsewhere.post(path, {"password": "password"})
    answer = await elsewhere.post(path, {"password": NEW})

    assert weak.status_code == 400
    assert answer.location == "/login"
    assert "Sign in with it" in notices(await text(await elsewhere.get("/login")))
    assert (await ada.get("/api/cart")).status_code == 401
    old = await harness.visitor().send("/api/session", ADA)
    new = await harness.visitor().send("/api/session", {**ADA, "password": NEW})
    assert (old.status_code, new.status_code) == (401, 200)
    kinds = [mail.kind for mail in await mails_to(harness, EMAIL)]
    assert kinds == ["forgotten_password", "password_changed", "new_device"]


async def test_a_link_is_good_once_and_for_half_an_hour(harness: HttpHarness) -> None:
    await harness.ada()
    first, late = await asked(harness), await asked(harness)
    visitor = harness.visitor()

    await visitor.post(first, {"password": NEW})
    used = await visitor.post(first, {"password": "ten yellow bricks"})
    revoked = await visitor.get(late)
    third = await asked(harness)
    harness.clock.at_s += LASTS_S[Purpose.RESET]
    too_late = await visitor.post(third, {"password": "ten yellow bricks"})

    assert [each.status_code for each in (used, revoked, too_late)] == [410] * 3
    assert "was used already" in await text(used)
    assert "not valid any more" in await text(too_late)
    assert "Send me another link" in await text(too_late)
    answer = await visitor.send("/api/session", {**ADA, "password": NEW})
    assert answer.status_code == 200


async def test_the_answer_is_the_same_whether_there_is_an_account_or_not(
    harness: HttpHarness,
) -> None:
    await harness.ada()
    unknown = "nobody@shop.example"

    await asked(harness, EMAIL)
    await asked(harness, unknown)

    assert [mail.kind for mail in await mails_to(harness, EMAIL)] == ["forgotten_password"]
    assert [mail.kind for mail in await mails_to(harness, unknown)] == ["no_account"]
    path = await link_to(harness, unknown)
    assert (await harness.visitor().post(path, {"password": NEW})).status_code == 410


async def test_links_are_limited_for_each_address_and_for_each_network(
    harness: HttpHarness,
) -> None:
    await harness.ada()

    for _ in range(8):
        await asked(harness)
    for name in ("a", "b"):
        await asked(harness, f"{name}@shop.example")
    form = {"email": "c@shop.example"}
    answer = await harness.visitor("192.0.2.7").post("/forgotten", form)
    elsewhere = await harness.visitor("192.0.2.8").post("/forgotten", form)

    assert len(await mails_to(harness, EMAIL)) == 5
    assert (answer.status_code, elsewhere.status_code) == (429, 303)
    assert "c@shop.example" in await text(answer)


@pytest.mark.parametrize("email", ["", "ada", "ada@shop.example\n"])
async def test_what_is_no_address_is_said_to_be_none(harness: HttpHarness, email: str) -> None:
    answer = await harness.visitor().post("/forgotten", {"email": email})

    assert answer.status_code == 400
    assert "Enter an e-mail address" in await text(answer)


async def test_the_password_of_an_address_that_nobody_confirmed_cannot_be_set(url: str) -> None:
    async with open_harness(url, confirm=ON) as harness:
        await harness.ada()

        await asked(harness)

        assert (await mails_to(harness, EMAIL))[-1].kind == "no_account"

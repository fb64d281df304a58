"""The pages of a household, without a script: invite, answer, change, leave."""

import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import Connection, update

from app.domain.mail_tokens import MOST_EACH_H
from app.domain.members import MOST_MEMBERS
from app.store.households import KEPT_S
from app.store.tables import accounts
from tests.http.account.test_household_api import BEN, CLEO, family, household, invites, joins
from tests.http.harness import HttpHarness
from tests.http.mailbox import link_to, mails_to
from tests.http.visitor import ADA, PASSWORD, Visitor, fields, notices, text

PAGE = "/account/household"
MAILED = "dora@shop.example"
DATA = "/account/data.json"


async def page_of(visitor: Visitor, path: str = PAGE) -> str:
    """Return a page."""
    return await text(await visitor.get(path))


async def press(visitor: Visitor, path: str, **form: str) -> str:
    """Send a form that leads to another page; return the notices there."""
    answer = await visitor.post(path, form)
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    return notices(await page_of(visitor, answer.location))


async def linked(owner: Visitor, role: str = "edit") -> str:
    """Have the page make a link, and return its path."""
    await owner.post(f"{PAGE}/link", {"may": role})
    found = re.search(r'value="http://localhost(/invitation/[^"]+)"', await page_of(owner))
    assert found
    return found[1]


async def test_a_link_is_shown_once_and_shares_the_cart(harness: HttpHarness) -> None:
    ada = await harness.ada()
    assert "Nobody yet." in await page_of(ada)
    path = await linked(ada)
    assert path not in (page := await page_of(ada))
    assert "By a link" in page
    asked = await page_of(harness.visitor(), path)
    assert "<strong>Ada</strong> would like to fill one cart with you" in asked
    assert f"/login?{urlencode({'next': path}, safe='/')}" in asked

    stranger = harness.visitor()
    assert (await stranger.post(path)).location == f"/login?{urlencode({'next': path})}"
    registered = await stranger.post("/register", {**BEN, "password": PASSWORD, "next": path})
    assert registered.location == path
    assert (await household(stranger))["carts"] == []
    assert await press(stranger, path) == "ok: You share the cart of Ada now."

    assert "<strong>Ben</strong>" in await page_of(ada)
    assert "<strong>Cart of Ada</strong>" in await page_of(stranger)
    over = await stranger.get(path)
    assert (over.status_code, "This invitation is not valid any more" in await text(over)) == (
        410,
        True,
    )


async def test_an_invitation_that_cannot_be_accepted_says_why(harness: HttpHarness) -> None:
    ada, ben, _, _ = await family(harness)
    path = await linked(ada, "suggest")
    assert "your own cart" in await page_of(ada, path)
    assert "You share the cart of Ada already" in await page_of(ben, path)
    for number in range(1, MOST_MEMBERS):
        await joins(await harness.ada(email=f"m{number}@shop.example"), await invites(ada))
    cleo = await harness.ada(**CLEO)
    assert "As many people share this cart" in await page_of(cleo, path)
    full = await cleo.post(path)
    assert (full.status_code, "As many people share" in await text(full)) == (409, True)
    assert "What may they do?" not in await page_of(ada)

    assert await press(harness.visitor(), f"{path}/decline") == "ok: The invitation is declined."
    for visitor, method in ((cleo, cleo.get), (ada, ada.post)):
        assert (await method(path)).status_code == 410, visitor
    assert (await cleo.post(f"{path}/decline")).status_code == 410


async def test_an_invitation_comes_by_mail_and_tells_nothing_of_its_address(
    harness: HttpHarness,
) -> None:
    ada, ben = await harness.ada(), await harness.ada(**BEN)
    form = {"may": "suggest", "page_key": ""}

    for email in (BEN["email"], MAILED):
        said = await press(ada, f"{PAGE}/mail", email=email, **form)
        assert said == f"ok: We send an invitation to {email}."
        assert [mail.kind for mail in await mails_to(harness, email)][-1] == "invitation"
    refused = await ada.post(f"{PAGE}/mail", {"email": "nobody", **form})
    assert (refused.status_code, 'role="alert"' in await text(refused)) == (400, True)
    page, asked = await page_of(ada), await link_to(harness, MAILED)
    assert "To suggest products, until" in page
    assert f"<strong>{MAILED}</strong>" in page
    for path in (asked, asked.replace("/invitation", "/zh-hant/invitation")):
        assert MAILED not in await page_of(ben, path)
    kept = (await fields(await ada.get(DATA)))["household"]["invitations"]
    assert [one.get("email") for one in kept] == [BEN["email"], MAILED]
    assert await press(ben, await link_to(harness, BEN["email"])) == (
        "ok: You share the cart of Ada now."
    )

    for _ in range(MOST_EACH_H):
        await ada.post(f"{PAGE}/mail", {"email": MAILED, **form})
    assert len(await mails_to(harness, MAILED)) == MOST_EACH_H


async def test_mails_are_limited_and_need_a_confirmed_address(harness: HttpHarness) -> None:
    ada, form = await harness.ada(), {"may": "edit"}
    codes = [
        (await ada.post(f"{PAGE}/mail", {**form, "email": f"m{number}@shop.example"})).status_code
        for number in range(11)
    ]
    assert (codes[0], codes[-1]) == (303, 429)

    await harness.database.write(_claim, ADA["email"])
    harness.clock.at_s += 3600
    unconfirmed = await ada.post(f"{PAGE}/mail", {**form, "email": MAILED})
    assert unconfirmed.status_code == 409
    assert "Confirm your e-mail address before you invite" in await text(unconfirmed)
    assert await mails_to(harness, MAILED) == []


async def test_the_owner_changes_roles_shares_withdraws_and_removes(harness: HttpHarness) -> None:
    ada, ben, cart, account = await family(harness)

    said = await press(ada, f"{PAGE}/role", member=account, may="suggest")
    assert said == "ok: Ben may only suggest products now."
    assert "You may suggest products." in await page_of(ben)
    assert "is shown to your household" in await press(ada, f"{PAGE}/saved", shared="yes")
    assert "Hide what I saved" in await page_of(ada)
    assert "yours alone again" in await press(ada, f"{PAGE}/saved", shared="no")
    path = await linked(ada)
    hashed = re.search(r'name="invitation" value="(\w+)"', await page_of(ada))
    assert hashed
    said = await press(ada, f"{PAGE}/withdraw", invitation=hashed[1])
    assert said == "ok: The invitation is withdrawn."
    assert (await ben.get(path)).status_code == 410

    remove = f"{PAGE}/members/{account}/remove"
    assert "<strong>Ben</strong> will no longer" in await page_of(ada, remove)
    assert (await household(ben))["carts"]
    assert await press(ada, remove) == "ok: Ben no longer shares your cart."
    assert (await household(ben))["carts"] == []
    for form in ({"member": account, "may": "edit"}, {"member": cart, "may": "edit"}):
        assert "does not share your cart" in await press(ada, f"{PAGE}/role", **form)
    assert "Nobody shares your cart" in await press(ada, f"{PAGE}/saved", shared="yes")


@pytest.mark.parametrize("path", ["members/{ada}/remove", "carts/{ada}/leave"])
async def test_nobody_is_asked_about_a_household_that_is_not_theirs(
    harness: HttpHarness, path: str
) -> None:
    _, _, cart, _ = await family(harness)
    mallory = await harness.ada(**CLEO)
    foreign = f"{PAGE}/{path.format(ada=cart)}"

    assert (await mallory.get(foreign)).status_code == 404
    assert (await mallory.post(foreign)).status_code == 404


async def test_a_member_downloads_what_is_shared_and_leaves(harness: HttpHarness) -> None:
    ada, ben, cart, account = await family(harness)
    leave = f"{PAGE}/carts/{cart}/leave"

    own, shared = [(await fields(await one.get(DATA)))["household"] for one in (ada, ben)]
    assert own["members"] == [{"account": account, "name": "Ben", "role": "edit"}]
    assert shared["carts"] == [{"cart": cart, "name": "Ada", "role": "edit"}]

    assert "the cart of <strong>Ada</strong>" in await page_of(ben, leave)
    assert await press(ben, leave) == "ok: You no longer share the cart of Ada."
    assert (await household(ada))["members"] == []
    assert (await ben.post(leave)).status_code == 404


async def test_an_invitation_ends_after_a_week(harness: HttpHarness) -> None:
    path = await linked(await harness.ada())
    harness.clock.at_s += KEPT_S

    assert (await harness.visitor().get(path)).status_code == 410


def _claim(connection: Connection, email: str) -> None:
    """Have the account of *email* only claim its address."""
    claim = update(accounts).where(accounts.c.email == email)
    connection.execute(claim.values(claimed_email=email, email="u-claims"))

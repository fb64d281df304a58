"""Help by staff over HTTP: asked for, taken, suggested, answered, ended and written down."""

import re
from dataclasses import replace

import pytest

from app.domain.accounts import AccountId
from app.domain.help import HelpId
from app.domain.help_care import GRACE_S, WAITS_S
from app.domain.sharing import may_see
from app.services.accounts import Actor
from app.store.helps import list_open, list_past
from tests.http.cart.test_api import HERE
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, stocked_cart
from tests.http.staff_helpers import GRACE, grace
from tests.http.visitor import PASSWORD, Visitor, fields, notices, text

PAGE = "/staff/help"


async def asks(harness: HttpHarness, ada: Visitor) -> HelpId:
    """Ask for help as Ada; return the help."""
    assert (await ada.post("/cart/help", {"next": "/cart"})).location == "/cart"
    (one,) = await harness.database.read(list_open, int(harness.clock.now_s()))
    asked: HelpId = one.help.id
    return asked


async def ended(harness: HttpHarness) -> list[str]:
    """Return what ended the helps that are over, newest first."""
    return [f"{one.help.ended}" for one in await harness.database.read(list_past)]


async def test_a_help_from_the_first_press_to_the_log(harness: HttpHarness) -> None:
    ada, staff = await stocked_cart(harness, note="Ring twice."), await grace(harness)
    help_id = await asks(harness, ada)
    assert "We have told the shop" in await text(await ada.get("/cart"))
    await harness.context.helps.take_care()
    listed = await text(await staff.get(PAGE))
    assert "<b>Ada</b>" in listed
    assert re.search(r'data-count="help">1<', listed)

    taken = await staff.post(f"{PAGE}/{help_id}/take")
    cart = str(taken.location)
    assert "Grace from the shop sees your cart." in await text(await ada.get("/cart"))
    page = await text(await staff.get(f"{cart}?q=apples"))
    assert "Whole milk" in page
    assert "Suggest Gala apples" in page
    for private in ("Ring twice.", "ada@shop.example", "1 Mill Lane"):
        assert private not in page

    sent = {"key": HERE, "sku": "gala-apples-1kg", "qty": "2", "seen": "1"}
    assert (await staff.post(f"{cart}/suggest", sent)).location == cart
    shown = await text(await ada.get("/cart"))
    card = shown[shown.index('data-part="help-suggested"') :].partition("</ul>")[0]
    assert (card.count("<li"), "2 \N{MULTIPLICATION SIGN} Gala apples" in card) == (1, True)
    assert 'id="suggested-gala-apples-1kg"' not in shown
    before = await ada.lines()
    assert "gala-apples-1kg" not in before, "nothing changes without a yes"
    op = {"n": 1, "k": "suggestion.accept", "sku": "gala-apples-1kg"}
    answer = await ada.send("/api/cart/ops", {"outbox": HERE, "ops": [op]})
    assert (await fields(answer))["verdicts"][0]["t"] == "ok"
    assert await ada.lines() == before | {"gala-apples-1kg": 2}

    assert (await ada.post("/cart/help/end", {"next": "/cart"})).location == "/cart"
    assert "The help is over." in await text(await ada.get("/cart"))
    assert (await staff.get(cart)).location == PAGE
    log = await text(await staff.get(PAGE))
    for expected in ("Grace helped Ada", "ended by the shopper", "2 of Gala apples: accepted"):
        assert expected in re.sub(r"\s+", " ", log)


async def test_the_second_is_told_who_helps_and_cannot_see_the_cart(harness: HttpHarness) -> None:
    ada, staff = await stocked_cart(harness), await grace(harness)
    other = replace(GRACE, account=AccountId("u-kim"), email="kim@shop.example", name="Kim")
    kim = await grace(harness, other)
    help_id = await asks(harness, ada)
    cart = str((await staff.post(f"{PAGE}/{help_id}/take")).location)

    assert (await kim.post(f"{PAGE}/{help_id}/take")).location == PAGE
    assert "warn: Grace helps already." in notices(await text(await kim.get(PAGE)))
    assert (await kim.get(cart)).location == PAGE
    assert (await kim.post(f"{cart}/suggest", {"sku": MILK, "qty": "1"})).location == PAGE
    await kim.post(f"{PAGE}/{help_id}/end")
    assert await ended(harness) == []

    assert (await staff.post(f"{PAGE}/{help_id}/end")).location == PAGE
    assert await ended(harness) == ["staff"]
    assert (await staff.post(f"{PAGE}/{help_id}/take")).location == PAGE
    assert (await ada.post(f"{PAGE}/{help_id}/take")).status_code == 404


async def test_what_nobody_takes_or_attends_is_over_by_itself(harness: HttpHarness) -> None:
    ada, helps = await stocked_cart(harness), harness.context.helps
    await asks(harness, ada)
    harness.clock.at_s += GRACE_S
    await helps.take_care()
    assert await ended(harness) == []
    harness.clock.at_s += 1
    await helps.take_care()
    assert await ended(harness) == ["shopper_left"]
    assert "Ask again" in await text(await ada.get("/cart"))
    harness.clock.at_s += WAITS_S + 1
    assert "Ask again" not in await text(await ada.get("/cart"))


@pytest.mark.parametrize("who", ["shopper", "staff"])
async def test_a_help_ends_with_the_right_of_either_side(harness: HttpHarness, who: str) -> None:
    ada, staff = await stocked_cart(harness), await grace(harness)
    await staff.post(f"{PAGE}/{await asks(harness, ada)}/take")
    helps, accounts = harness.context.helps, harness.context.accounts
    await helps.take_care()
    assert await ended(harness) == []
    if who == "shopper":
        await ada.post("/logout")
    else:
        await accounts.set_staff(Actor(AccountId("u-kim"), ""), GRACE.account, staff=False)

    await helps.take_care()

    assert await ended(harness) == ["revoked"]


async def test_a_deleted_account_is_helped_no_longer_and_nothing_of_it_stays(
    harness: HttpHarness,
) -> None:
    ada, staff = await stocked_cart(harness), await grace(harness)
    cart = AccountId((await ada.cart())["account"])
    await staff.post(f"{PAGE}/{await asks(harness, ada)}/take")

    assert (await ada.post("/account/delete", {"password": PASSWORD})).status_code == 303

    assert await ended(harness) == []
    assert await harness.database.read(list_open, int(harness.clock.now_s())) == []
    async with harness.context.hub.borrow(cart, None) as live:
        assert not may_see(live.saved, GRACE.account)


async def test_who_asks_too_often_is_told_when_it_works_again(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    for _ in range(3):
        await ada.post("/cart/help", {"next": "/cart"})
        await ada.post("/cart/help/end", {"next": "/cart"})

    await ada.post("/cart/help", {"next": "/cart"})

    told = notices(await text(await ada.get("/cart")))
    assert told == "error: You can ask for help again in 60 seconds."
    assert len(await ended(harness)) == 3
    anonymous = harness.visitor()
    assert str((await anonymous.post("/cart/help", {"next": "/cart"})).location).startswith(
        "/login"
    )


async def test_a_pages_script_asks_and_ends_without_another_page(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    for _ in range(3):
        assert (await ada.post("/cart/help.json", {})).status_code == 204
        assert "We have told the shop" in await text(await ada.get("/shop"))
        assert (await ada.post("/cart/help/end.json", {})).status_code == 204
    assert await ended(harness) == ["shopper"] * 3

    refused = await ada.post("/cart/help.json", {})

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert (await fields(refused))["detail"] == "You can ask for help again in 60 seconds."
    assert (await harness.visitor().post("/cart/help.json", {})).status_code == 401
    assert (await harness.visitor().post("/cart/help/end.json", {})).status_code == 401


@pytest.mark.parametrize("path", ["/cart", "/shop", "/shop?q=zeppelin", "/p/gala-apples"])
async def test_help_is_offered_where_one_looks_for_something(
    harness: HttpHarness, path: str
) -> None:
    asked = 'action="/cart/help"'

    assert (await text(await (await stocked_cart(harness)).get(path))).count(asked) == 1
    assert asked not in await text(await harness.visitor().get("/shop"))

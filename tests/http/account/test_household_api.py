"""Households over HTTP: invite, join, share a cart, order it, leave."""

from typing import Any

import pytest

from app.domain.accounts import AccountId
from app.domain.members import MOST_MEMBERS
from app.live.ports import DisconnectReason
from app.services.accounts import Actor
from app.store.account_removal import write_deletion
from app.store.accounts import find_person
from app.store.households import MOST_INVITATIONS, list_left_behind, memberships_of
from tests.http.cart.test_api import HERE, add
from tests.http.harness import HttpHarness
from tests.http.order_helpers import HOME, MILK
from tests.http.visitor import PASSWORD, Visitor, code, fields
from tests.live.fakes import FakeTab

BEN = {"email": "ben@shop.example", "name": "Ben"}
CLEO = {"email": "cleo@shop.example", "name": "Cleo"}


async def invites(owner: Visitor, role: str = "edit") -> str:
    """Return the token of a new invitation."""
    answer = await owner.send("/api/household/invitations", {"role": role})
    assert answer.status_code == 201
    token: str = (await fields(answer))["token"]
    return token


async def joins(visitor: Visitor, token: str) -> str:
    """Accept an invitation; return the cart."""
    answer = await visitor.send("/api/household/join", {"token": token})
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    cart: str = (await fields(answer))["cart"]
    return cart


async def household(visitor: Visitor) -> dict[str, Any]:
    """Return what is shown of the household, and of the carts of others."""
    shown: dict[str, Any] = await fields(await visitor.get("/api/household"))
    return shown


async def family(harness: HttpHarness, role: str = "edit") -> tuple[Visitor, Visitor, str, str]:
    """Return Ada, and Ben who shares her cart, and the accounts of both."""
    ada, ben = await harness.ada(), await harness.ada(**BEN)
    cart = await joins(ben, await invites(ada, role))
    return ada, ben, cart, (await ben.cart())["account"]


async def submits(visitor: Visitor, cart: str, op: dict[str, Any]) -> dict[str, Any]:
    """Send *op* for *cart*; return its verdict."""
    body = {"outbox": HERE, "ops": [op]}
    answer = await visitor.send(f"/api/cart/ops?cart={cart}", body)
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    verdict: dict[str, Any] = (await fields(answer))["verdicts"][0]
    return verdict


@pytest.mark.on_both
async def test_two_fill_one_cart_and_each_keeps_the_own(harness: HttpHarness) -> None:
    ada, ben, cart, account = await family(harness)

    await submits(ada, cart, add(1))
    verdict = await submits(ben, cart, add(1, MILK, 2))

    assert verdict == {"t": "ok", "n": 1, "rev": 2}
    shown = (await ada.cart())["cart"]
    assert {line["sku"]: line.get("by") for line in shown["lines"]} == {
        "gala-apples-1kg": None,
        MILK: account,
    }
    assert await ben.lines() == {}
    assert (await fields(await ben.get(f"/api/cart?cart={cart}")))["cart"] == shown
    told = await household(ada)
    assert told["members"] == [{"account": account, "name": "Ben", "role": "edit"}]
    assert (await household(ben))["carts"] == [{"cart": cart, "name": "Ada", "role": "edit"}]


async def test_an_invitation_is_good_for_one_and_for_a_week(harness: HttpHarness) -> None:
    ada, ben = await harness.ada(), await harness.ada(**BEN)
    first, withdrawn, late = await invites(ada), await invites(ada), await invites(ada)
    await joins(ben, first)
    opened = (await household(ada))["invitations"]
    assert len(opened) == 2
    await ada.send("/api/household/withdraw", {"invitation": opened[0]["invitation"]})
    cleo = await harness.ada(**CLEO)

    for token in (first, withdrawn, "made up"):
        answer = await cleo.send("/api/household/join", {"token": token})
        assert await code(answer) == (409, "not_invited")
    assert await code(await ada.send("/api/household/join", {"token": late})) == (
        409,
        "own_household",
    )
    harness.clock.at_s += 7 * 24 * 3600
    cleo = harness.visitor()
    await cleo.send("/api/session", {"email": CLEO["email"], "password": PASSWORD})
    assert await code(await cleo.send("/api/household/join", {"token": late})) == (
        409,
        "not_invited",
    )


async def test_a_cart_that_is_not_shared_is_as_if_it_were_not_there(harness: HttpHarness) -> None:
    ada, ben, cart, account = await family(harness)
    mallory = await harness.ada(email="mallory@shop.example", name="Mallory")
    await ada.send("/api/household/remove", {"cart": cart, "account": account})

    for stranger in (mallory, ben):
        for where in (cart, "u-nobody"):
            body = {"outbox": HERE, "ops": [add(1)]}
            assert await code(await stranger.get(f"/api/cart?cart={where}")) == (404, "not_found")
            answer = await stranger.send(f"/api/cart/ops?cart={where}", body)
            assert await code(answer) == (404, "not_found")
            answer = await stranger.send(f"/api/orders?cart={where}", await wanted(ada))
            assert await code(answer) == (404, "not_found")
            remove = {"cart": where, "account": account}
            answer = await stranger.send("/api/household/remove", remove)
            assert await code(answer) == (404, "not_found")
    assert (await household(ben))["carts"] == []
    assert (await household(ada))["members"] == []


@pytest.mark.on_both
async def test_a_member_removes_nobody_but_leaves_and_comes_back(harness: HttpHarness) -> None:
    ada, ben, cart, account = await family(harness)
    cleo = await harness.ada(**CLEO)
    await joins(cleo, await invites(ada))
    hers = (await cleo.cart())["account"]
    assert (await submits(ben, cart, add(1)))["t"] == "ok"

    answer = await ben.send("/api/household/remove", {"cart": cart, "account": hers})
    assert await code(answer) == (404, "not_found")
    await ben.send("/api/household/remove", {"cart": cart, "account": account})
    await joins(ben, await invites(ada))

    assert (await submits(ben, cart, add(1)))["code"] == "expired"
    assert (await submits(ben, cart, add(2)))["t"] == "ok"
    assert (await ada.lines()) == {"gala-apples-1kg": 2}


async def test_the_owner_lets_a_member_do_less_or_see_more(harness: HttpHarness) -> None:
    ada, ben, cart, account = await family(harness)
    await submits(ada, cart, add(1))
    await submits(ada, cart, {"n": 2, "k": "line.save", "sku": "gala-apples-1kg"})

    async def saved_as_ben_sees() -> list[object]:
        shown = await fields(await ben.get(f"/api/cart?cart={cart}"))
        saved: list[object] = shown["cart"]["saved"]
        return saved

    assert await saved_as_ben_sees() == []
    await ada.send("/api/household/saved", {"shared": True})
    assert len(await saved_as_ben_sees()) == 1
    await ada.send("/api/household/role", {"account": account, "role": "suggest"})
    assert (await submits(ben, cart, add(1, MILK)))["code"] == "not_allowed"
    suggestion = {"n": 2, "k": "line.suggest", "sku": MILK, "qty": 1}
    assert (await submits(ben, cart, suggestion))["t"] == "ok"
    assert (await ada.cart())["cart"]["suggested"][0]["by"] == account


async def wanted(visitor: Visitor, cart: str = "") -> dict[str, Any]:
    """Return the order of what is in the cart."""
    shown = await fields(await visitor.get(f"/api/cart?cart={cart}" if cart else "/api/cart"))
    total = shown["cart"]["totals"]["total"]
    more = {"key": "a key", "pay": "on_delivery", "deliver": HOME}
    return {"at": shown["at"], "total": total, **more}


async def test_an_order_of_the_shared_cart_is_that_of_who_placed_it(harness: HttpHarness) -> None:
    ada, ben, cart, _ = await family(harness)
    await submits(ada, cart, add(1))
    order = await wanted(ben, cart)

    placed = await ben.send(f"/api/orders?cart={cart}", order)
    again = await ben.send(f"/api/orders?cart={cart}", order)
    late = await ada.send("/api/orders", {**order, "key": "a key"})

    number = (await fields(placed))["number"]
    assert (placed.status_code, again.status_code) == (201, 200)
    assert await code(late) == (409, "stale")
    assert [one["number"] for one in (await fields(await ben.get("/api/orders")))["orders"]] == [
        number
    ]
    assert (await fields(await ada.get("/api/orders")))["orders"] == []
    assert await code(await ada.get(f"/api/orders/{number}")) == (404, "not_found")
    assert await ada.lines() == {}


async def test_who_may_only_suggest_cannot_order(harness: HttpHarness) -> None:
    ada, ben, cart, _ = await family(harness, "suggest")
    await submits(ada, cart, add(1))

    answer = await ben.send(f"/api/orders?cart={cart}", await wanted(ben, cart))

    assert await code(answer) == (409, "not_allowed")
    assert await ada.lines() == {"gala-apples-1kg": 1}


async def test_nine_share_a_cart_and_no_more(harness: HttpHarness) -> None:
    ada = await harness.ada()
    for number in range(MOST_MEMBERS):
        await joins(await harness.ada(email=f"m{number}@shop.example"), await invites(ada))
    one_more = await harness.ada(**BEN)

    answer = await one_more.send("/api/household/join", {"token": await invites(ada)})
    assert await code(answer) == (409, "household_full")
    for _ in range(MOST_INVITATIONS - 1):
        await invites(ada)
    answer = await ada.send("/api/household/invitations", {"role": "edit"})
    assert await code(answer) == (409, "too_many_invitations")


async def test_the_cart_of_a_deleted_account_goes_to_those_who_could_edit_it(
    harness: HttpHarness,
) -> None:
    ada, ben, cart, account = await family(harness)
    cleo = await harness.ada(**CLEO)
    await joins(cleo, await invites(ada, "suggest"))
    await joins(ada, await invites(ben))
    await submits(ada, cart, add(1))
    await submits(ben, account, add(1, MILK))

    deleted = await ada.post("/account/delete", {"password": PASSWORD})

    assert deleted.status_code == 303
    assert await code(await ben.get(f"/api/cart?cart={cart}")) == (404, "not_found")
    shown = await ben.cart()
    assert [line["sku"] for line in shown["cart"]["saved"]] == ["gala-apples-1kg"]
    assert [line["sku"] for line in shown["cart"]["lines"]] == [MILK]
    assert (await cleo.cart())["cart"]["saved"] == []
    told = await household(ben)
    assert (told["members"], told["carts"]) == ([], [])
    harness.clock.at_s += 2 * 3600
    await harness.context.account_removal.remove_old()


async def test_a_household_is_dissolved_although_the_server_was_killed_after_the_deletion(
    harness: HttpHarness,
) -> None:
    ada, ben, cart, account = await family(harness)
    await joins(ada, await invites(ben))
    await submits(ada, cart, add(1))
    person = await harness.database.read(find_person, AccountId(cart))
    endings = harness.context.account_removal.endings

    await harness.database.write(write_deletion, person, int(harness.clock.at_s))
    await endings.finish()
    await endings.finish()

    shown = (await ben.cart())["cart"]
    assert [line["sku"] for line in shown["saved"]] == ["gala-apples-1kg"]
    told = await household(ben)
    assert (told["members"], told["carts"]) == ([], [])
    assert await harness.database.read(memberships_of, AccountId(account)) == []
    harness.clock.at_s += 2 * 3600
    await harness.context.account_removal.remove_old()
    assert await harness.database.read(list_left_behind) == []


async def test_tabs_that_show_the_cart_of_a_disabled_owner_are_closed(
    harness: HttpHarness,
) -> None:
    _, _, cart, account = await family(harness)
    hub, endings = harness.live.hub, harness.context.account_removal.endings
    first, second = FakeTab("t-ben", by=AccountId(account)), FakeTab(by=AccountId(account))
    staff, owner = Actor(AccountId("u-staff"), "192.0.2.9"), AccountId(cart)
    hub.expect_visit(owner, first)

    await endings.end_visits_of_disabled()
    assert first.disconnects == []
    await harness.context.accounts.set_disabled(staff, owner, disabled=True)
    assert first.disconnects == [DisconnectReason.REMOVED]

    hub.forget_visit(owner, first)
    hub.expect_visit(owner, second)
    await endings.end_visits_of_disabled()
    assert (len(first.disconnects), second.disconnects) == (1, [DisconnectReason.REMOVED])


async def test_a_cancelled_order_gives_the_voucher_back_to_the_shared_cart(
    harness: HttpHarness,
) -> None:
    ada, ben, cart, _ = await family(harness)
    voucher = {"k": "voucher.set", "code": "WELCOME10"}
    await submits(ada, cart, add(1, qty=20))
    await submits(ada, cart, {"n": 2, **voucher})
    placed = await fields(await ben.send(f"/api/orders?cart={cart}", await wanted(ben, cart)))

    await submits(ada, cart, {"n": 3, **voucher})
    used = (await ada.cart())["cart"]["voucher"]["state"]
    await ben.send(f"/api/orders/{placed['number']}/cancel", {})
    given_back = (await ada.cart())["cart"]["voucher"]["state"]

    assert used == "used"
    assert given_back != "used"

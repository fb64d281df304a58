"""The demo's stand-ins: throw-away accounts that play another visitor's part."""

from collections.abc import AsyncIterator

import pytest

from app.domain.accounts import AccountId
from app.domain.sharing import may_see
from app.store.helps import list_open, may_show
from tests.http.harness import HttpHarness, open_harness
from tests.http.order_helpers import MILK
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, code, fields

API = "/api/how-it-works"
ROUTES = {
    f"{API}/stand-in": {"role": "shopper"},
    f"{API}/waitlist": {"sku": MILK},
    f"{API}/waitlist/leave": {"sku": MILK},
    f"{API}/help/take": {},
    f"{API}/help/end": {},
}


@pytest.fixture
async def demo(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop that is a demo."""
    async with open_harness(url, demo="on") as opened:
        yield opened


async def begin(visitor: Visitor, role: str) -> AccountId:
    """Begin a stand-in; return its account."""
    answer = await visitor.send(f"{API}/stand-in", {"role": role})
    assert answer.status_code == 200
    return AccountId((await fields(answer))["account"])


async def test_a_shop_that_is_no_demo_has_no_stand_ins(harness: HttpHarness) -> None:
    ada = await harness.ada()

    for path, body in ROUTES.items():
        assert await code(await ada.send(path, body)) == (404, "not_found")


async def test_only_who_is_signed_in_has_a_stand_in_and_each_its_own(demo: HttpHarness) -> None:
    ada, stranger = await demo.ada(), demo.visitor()
    for path, body in ROUTES.items():
        assert await code(await stranger.send(path, body)) == (401, "login_required")
    for path in (f"{API}/waitlist", f"{API}/help/take"):
        assert await code(await ada.send(path, ROUTES[path])) == (404, "not_found")
    wrong = await ada.send(f"{API}/stand-in", {"role": "owner"})
    assert await code(wrong) == (400, "malformed")

    first = await begin(ada, "shopper")

    assert first.startswith("g-")
    assert await begin(ada, "shopper") == first
    assert await begin(ada, "helper") != first


async def test_a_stand_in_of_staff_opens_no_page_whatever_its_cookie_is_called(
    demo: HttpHarness,
) -> None:
    ada, thief = await demo.ada(), demo.visitor()
    answer = await ada.send(f"{API}/stand-in", {"role": "helper"})
    set_ = answer.headers["Set-Cookie"]
    value = set_.partition("=")[2].partition(";")[0]
    assert "HttpOnly" in set_
    assert "SameSite=Strict" in set_

    for name in ("shop", "shop-stand-in-helper"):
        thief.client.set_cookie("localhost", name, value)
    assert (await thief.get("/api/cart")).status_code == 401
    assert (await thief.get("/staff/orders")).status_code == 404
    assert (await ada.get("/staff/help")).status_code == 404
    assert (await ada.get("/api/staff/help")).status_code == 404


async def test_a_stand_in_waits_and_waits_no_longer(demo: HttpHarness) -> None:
    ada = await demo.ada()
    await begin(ada, "shopper")
    there_is = await ada.send(f"{API}/waitlist", {"sku": MILK})
    assert await code(there_is) == (409, "not_sold_out")
    await demo.set_product(MILK, stock=0)

    waits = await fields(await ada.send(f"{API}/waitlist", {"sku": MILK}))
    own = await fields(await ada.get("/api/waitlist"))
    left = await fields(await ada.send(f"{API}/waitlist/leave", {"sku": MILK}))

    assert waits == {"places": [{"sku": MILK, "before": 0}], "offers": []}
    assert own == left == {"places": [], "offers": []}


async def test_a_stand_in_helps_with_the_cart_of_its_visitor_and_with_no_other(
    demo: HttpHarness,
) -> None:
    ada, bob = await demo.ada(), await demo.ada(email="bob@shop.example", name="Bob")
    helper, others = await begin(ada, "helper"), await begin(bob, "helper")
    for visitor in (ada, bob):
        assert (await visitor.send("/api/help", {})).status_code == 204
    whose = AccountId((await ada.cart())["account"])
    bobs = AccountId((await bob.cart())["account"])

    assert await fields(await ada.send(f"{API}/help/take", {})) == {"cart": whose}

    read = demo.database.read
    assert await read(may_show, whose, helper)
    assert not await read(may_show, bobs, helper)
    assert not await read(may_show, whose, others)
    async with demo.context.hub.borrow(whose, None) as live:
        assert may_see(live.saved, helper)
    assert (await ada.send(f"{API}/help/end", {})).status_code == 204
    assert await code(await ada.send(f"{API}/help/end", {})) == (404, "not_found")
    (left,) = await read(list_open, int(demo.clock.now_s()))
    assert (left.cart, left.help.helper) == (bobs, "")


async def test_who_of_staff_was_faster_helps(demo: HttpHarness) -> None:
    ada, staff = await demo.ada(), await grace(demo)
    await begin(ada, "helper")
    await ada.send("/api/help", {})
    (asked,) = (await fields(await staff.get("/api/staff/help")))["helps"]

    assert (await staff.send(f"/api/staff/help/{asked['id']}/take", {})).status_code == 200

    assert await code(await ada.send(f"{API}/help/take", {})) == (409, "not_allowed")

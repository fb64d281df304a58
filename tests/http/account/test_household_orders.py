"""What pages say of an order that somebody else of the household has placed meanwhile."""

import re

import pytest

from tests.http.account.test_household_api import CLEO, family, invites, joins, submits, wanted
from tests.http.cart.test_api import add
from tests.http.harness import HttpHarness
from tests.http.visitor import Visitor, fields, text

SHOWN = re.compile(r"(\w+) has ordered what was in the cart: ([^<]+)<")


async def told(visitor: Visitor, path: str = "/cart") -> list[tuple[str, str]]:
    """Return who ordered and when, as a page says."""
    return SHOWN.findall(await text(await visitor.get(path)))


async def dismiss(visitor: Visitor, cart: str, rev: str) -> str | None:
    """Press OK there; return where that leads."""
    answer = await visitor.post("/cart/ordered", {"next": "/cart", "rev": rev, "cart": cart})
    return answer.location


@pytest.mark.on_both
async def test_the_next_visit_says_who_ordered_and_when_until_it_is_seen(
    harness: HttpHarness,
) -> None:
    ada, ben, cart, _ = await family(harness)
    cleo = await harness.ada(**CLEO)
    await joins(cleo, await invites(ada, "suggest"))
    for visitor in (ben, cleo):
        await visitor.post("/cart/choose", {"choose": cart, "next": "/cart"})
    await submits(ada, cart, add(1))
    assert await told(ada) == []
    placed = await fields(await ben.send(f"/api/orders?cart={cart}", await wanted(ben, cart)))

    page = await text(await ada.get("/cart"))
    ((who, when),) = SHOWN.findall(page)
    assert (who, placed["number"] in page, "Mill Lane" in page) == ("Ben", False, False)
    assert await told(ada, "/checkout") == await told(cleo) == [(who, when)]
    assert await told(ben) == []

    rev = re.search(r'name="rev" value="(\d+)"', page)
    assert rev
    assert await dismiss(ada, cart, "0") == "/cart"
    assert await told(ada) == [(who, when)]
    assert await dismiss(ada, cart, rev[1]) == "/cart"
    assert (await told(ada), await told(cleo)) == ([], [(who, when)])
    await submits(ada, cart, add(2))
    assert await told(cleo) == []


async def test_nobody_dismisses_what_is_told_in_the_cart_of_another(harness: HttpHarness) -> None:
    ada, ben, cart, _ = await family(harness)
    await submits(ada, cart, add(1))
    await ben.send(f"/api/orders?cart={cart}", await wanted(ben, cart))
    mallory = await harness.ada(email="mallory@shop.example", name="Mallory")

    assert await dismiss(mallory, cart, "2") == "/cart"
    assert "no longer shared" in await text(await mallory.get("/cart"))
    assert await dismiss(harness.visitor(), cart, "2") == "/login?next=%2Fcart"
    assert len(await told(ada)) == 1

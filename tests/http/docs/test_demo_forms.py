"""What only a demo offers: a guest who stands in for a login, and a server that can be killed."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.runtime.tasks import demo_jobs
from app.services.auth import Client
from app.services.guest_accounts import REMOVED_AFTER_S, TooManyGuests
from app.services.self_restart import LEAST_UP_S
from app.store.account_removal import count_guests
from tests.http.harness import HttpHarness, open_harness
from tests.http.visitor import Visitor, code, text

PAGE = "/how-it-works"
GUEST, RESTART = f"{PAGE}/guest", f"{PAGE}/restart"


@pytest.fixture
async def demo(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop that is a demo."""
    async with open_harness(url, demo="on") as opened:
        yield opened


async def begin_guest(demo: HttpHarness, address: str = "192.0.2.1") -> Visitor:
    """Return a visitor who has become a guest."""
    visitor = demo.visitor(address)
    answer = await visitor.post(GUEST)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#guest")
    return visitor


async def token_of(visitor: Visitor) -> str:
    """Return the token in the visitor's page."""
    found = re.search('name="token" value="([^"]+)"', await text(await visitor.get(PAGE)))
    assert found
    return found[1]


async def test_a_shop_that_is_no_demo_has_neither(harness: HttpHarness) -> None:
    ada = await harness.ada()

    for path in (GUEST, RESTART):
        assert (await ada.post(path)).status_code == 404
    page = await text(await ada.get(PAGE))
    assert "This shop is no demo" in page
    assert GUEST not in page
    assert RESTART not in page
    assert harness.kills == []


async def test_a_guest_has_a_cart_and_cannot_order(demo: HttpHarness) -> None:
    guest = await begin_guest(demo)
    await guest.form("/cart/add", sku="gala-apples-1kg", qty="2")
    page = await text(await guest.get(PAGE))
    assert "You are a guest of this demo" in page

    cart = await guest.cart()
    address = {"name": "Ada", "line1": "1 Lane", "line2": "", "city": "Bath", "postcode": "BA1 1AA"}
    about = {"key": "k-1", "at": cart["at"], "total": cart["cart"]["totals"]["total"]}
    order = {**about, "deliver": address, "pay": "on_delivery"}
    assert await code(await guest.send("/api/orders", order)) == (403, "guest")
    assert await guest.lines() == {"gala-apples-1kg": 2}


async def test_a_second_press_makes_no_second_guest(demo: HttpHarness) -> None:
    guest = await begin_guest(demo)
    await guest.post(GUEST)

    assert await demo.database.read(count_guests) == 1


async def test_guests_of_an_address_and_guests_in_all_are_limited(demo: HttpHarness) -> None:
    assert demo.context.demo
    for _ in range(5):
        await begin_guest(demo)

    assert (await demo.visitor().post(GUEST)).status_code == 429
    assert (await demo.visitor("198.51.100.1").post(GUEST)).status_code == 303
    full, another = replace(demo.context.demo.guests, most=6), Client("203.0.113.1", "", None)
    with pytest.raises(TooManyGuests):
        await full.begin(another, "Guest")


async def test_a_guest_is_removed_when_the_day_is_over_and_others_are_not(
    demo: HttpHarness,
) -> None:
    [remove_guests] = demo_jobs(demo.context.demo)
    guest = await begin_guest(demo)
    await guest.form("/cart/add", sku="gala-apples-1kg", qty="2")
    ada = await demo.ada()
    await remove_guests.run()
    assert await guest.lines() == {"gala-apples-1kg": 2}

    demo.clock.at_s += REMOVED_AFTER_S + 1
    assert (await guest.get("/api/cart")).status_code == 401
    await remove_guests.run()

    assert await demo.database.read(count_guests) == 0
    assert await ada.lines() == {}


async def test_the_server_is_killed_once_by_a_page_of_its_own(demo: HttpHarness) -> None:
    guest = await begin_guest(demo)
    token = await token_of(guest)
    assert (await guest.post(RESTART, {"token": token})).status_code == 429
    demo.clock.at_s += LEAST_UP_S

    for sent in ("", "that of another process"):
        assert (await guest.post(RESTART, {"token": sent})).status_code == 303
    assert demo.kills == []
    for _ in range(2):
        assert (await guest.post(RESTART, {"token": token})).location == f"{PAGE}#d-kill"

    assert demo.kills == [demo.clock.at_s]
    assert "The server was killed" in await text(await guest.get(PAGE))


async def test_killing_the_server_needs_a_login_and_our_origin(demo: HttpHarness) -> None:
    demo.clock.at_s += LEAST_UP_S
    token = await token_of(await begin_guest(demo))

    assert (await demo.visitor().post(RESTART, {"token": token})).status_code == 401
    foreign = {"Origin": "http://elsewhere.example"}
    guest = await begin_guest(demo)
    assert (await guest.post(RESTART, {"token": token}, **foreign)).status_code == 403
    assert demo.kills == []

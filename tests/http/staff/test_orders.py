"""The page of all orders; to everybody else it does not exist."""

import re

import pytest
from quart import Response

from app.store.catalog import load_catalog_changes
from tests.http.house import House
from tests.http.order_helpers import MILK, order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, fields, notices, text

pytestmark = pytest.mark.on_both

PLACED = {"state": "placed", "next": "/staff/orders?state=placed"}


async def placed(house: House) -> tuple[Visitor, str]:
    """Return somebody with an order, and its number."""
    ada = await stocked_cart(house, note="Ring twice.")
    return ada, (await fields(await order(ada, await wanted(ada))))["number"]


async def state(ada: Visitor, number: str) -> str:
    """Return what the shopper sees of the order's state."""
    return str((await fields(await ada.get(f"/api/orders/{number}")))["state"])


async def stock(house: House) -> int:
    """Return how much milk there is on disk."""
    moves = await house.database.read(load_catalog_changes, -1)
    return int(moves.catalog.products[MILK].stock)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/staff", "/staff/", "//staff/orders", "/staff/orders", "/staff/orders/{}/move"]
)
async def test_to_shoppers_and_strangers_a_page_of_staff_is_no_page(
    house: House, method: str, path: str
) -> None:
    ada, number = await placed(house)
    here = path.format(number)

    for visitor in (ada, house.visitor()):
        answer = await visitor.ask(method, here, {})
        nowhere = await visitor.ask(method, re.sub("staff", "stuff", here), {})
        assert answer.status_code == nowhere.status_code == 404
        assert await known(answer) == await known(nowhere)
        assert dict(answer.headers) == dict(nowhere.headers)


async def known(answer: Response) -> str:
    """Return a page byte by byte, but for the address it was asked at and forms' random keys."""
    page = await answer.get_data(as_text=True)
    return re.sub(r'name="key" value="[^"]+"', "", page.replace("stuff", "staff"))


async def test_a_login_that_is_no_longer_staffs_is_none_with_the_next_question(
    house: House,
) -> None:
    staff = await grace(house)
    assert (await staff.get("/staff/orders")).status_code == 200

    await staff.post("/logout")

    assert (await staff.get("/staff/orders")).status_code == 404


async def test_one_question_finds_login_and_role(house: House) -> None:
    staff = await grace(house)
    house.database.reads.clear()

    await staff.get("/staff/orders")

    asked = [
        name for name in house.database.reads if name in {"find_staff_session", "find_session"}
    ]
    assert asked == ["find_staff_session"]


async def test_only_staff_are_shown_the_way(house: House) -> None:
    assert 'href="/staff"' in await text(await (await grace(house)).get("/shop"))
    assert 'href="/staff"' not in await text(await (await house.ada()).get("/shop"))


async def test_the_way_in_leads_to_orders(house: House) -> None:
    assert (await (await grace(house)).get("/staff")).location == "/staff/orders"


async def test_orders_are_listed_with_all_that_is_needed_to_pack_them(house: House) -> None:
    _, number = await placed(house)

    page = await text(await (await grace(house)).get("/staff/orders?state=placed"))

    for told in (number, "Whole milk", "2 litres", "1 Mill Lane", "BA1 1AA", "Ring twice."):
        assert told in page
    assert re.search(r'aria-current="true">Placed <span class="staff-count">1<', page)


async def test_a_list_of_another_state_leaves_it_out(house: House) -> None:
    _, number = await placed(house)
    staff = await grace(house)

    assert number not in await text(await staff.get("/staff/orders?state=packed"))
    assert (await staff.get("/staff/orders?state=eaten")).status_code == 404
    assert (await staff.get("/staff/orders?page=2")).status_code == 404


async def test_an_order_moves_on_step_by_step_to_the_end(house: House) -> None:
    ada, number = await placed(house)
    staff = await grace(house)

    for seen, then in (("placed", "packed"), ("packed", "on_the_way"), ("on_the_way", "delivered")):
        answer = await staff.post(f"/staff/orders/{number}/move", {"state": seen})
        assert (answer.status_code, answer.location) == (303, "/staff/orders")
        assert await state(ada, number) == then

    page = await text(await staff.get("/staff/orders?state=delivered"))
    assert f"{number}: delivered." in notices(page)
    assert "/cancel" not in page
    assert "/move" not in page


async def test_what_somebody_else_moved_first_is_moved_once(house: House) -> None:
    ada, number = await placed(house)
    staff = await grace(house)
    await staff.post(f"/staff/orders/{number}/move", PLACED)

    for act in ("move", "cancel"):
        await staff.get("/staff/orders")
        answer = await staff.post(f"/staff/orders/{number}/{act}", PLACED)
        page = await text(await staff.get(answer.location or ""))
        assert notices(page) == f"warn: Nothing was done: {number} is packed by now."
        assert answer.location == PLACED["next"]

    assert await state(ada, number) == "packed"


@pytest.mark.parametrize("act", ["move", "cancel"])
async def test_what_somebody_else_moves_in_the_same_moment_is_moved_once(
    house: House, act: str
) -> None:
    ada, number = await placed(house)
    staff = await grace(house)
    house.database.interlude = lambda: house.move_on(number)

    await staff.post(f"/staff/orders/{number}/{act}", PLACED)

    page = await text(await staff.get("/staff/orders"))
    assert notices(page) == f"warn: Nothing was done: {number} is packed by now."
    assert await state(ada, number) == "packed"


@pytest.mark.parametrize("seen", ["delivered", "cancelled"])
async def test_what_has_come_to_its_end_stays_there(house: House, seen: str) -> None:
    ada, number = await placed(house)
    staff = await grace(house)
    path = f"/staff/orders/{number}"
    if seen == "cancelled":
        await staff.post(f"{path}/cancel", PLACED)
    else:
        for _ in range(3):
            await house.move_on(number)

    await staff.post(f"{path}/move", {"state": seen})
    await staff.post(f"{path}/cancel", {"state": seen})

    assert await state(ada, number) == seen


async def test_a_packed_order_can_be_cancelled_and_its_stock_comes_back(house: House) -> None:
    await house.set_product(MILK, stock=10)
    ada, number = await placed(house)
    await house.move_on(number)
    staff = await grace(house)
    assert await stock(house) == 8

    await staff.post(f"/staff/orders/{number}/cancel", {"state": "packed"})

    page = await text(await staff.get("/staff/orders"))
    assert notices(page) == f"ok: {number}: cancelled. What was in it is back on the shelf."
    assert await state(ada, number) == "cancelled"
    assert await stock(house) == 10


async def test_a_shop_that_is_busy_says_so_and_nothing_is_done(house: House) -> None:
    ada, number = await placed(house)
    staff = await grace(house)
    house.database.writes_fail = True

    await staff.post(f"/staff/orders/{number}/cancel", PLACED)

    house.database.writes_fail = False
    assert "error: The shop is busy" in notices(await text(await staff.get("/staff/orders")))
    assert await state(ada, number) == "placed"


async def test_a_form_from_elsewhere_does_nothing(house: House) -> None:
    ada, number = await placed(house)
    staff = await grace(house)

    for act in ("move", "cancel"):
        answer = await staff.post(
            f"/staff/orders/{number}/{act}", PLACED, Origin="http://evil.example"
        )
        assert answer.status_code == 403

    assert await state(ada, number) == "placed"
    assert (await staff.post("/staff/orders/2222-2222/move", PLACED)).status_code == 404


async def test_a_form_leads_back_to_its_list_and_nowhere_else(house: House) -> None:
    _, number = await placed(house)
    staff = await grace(house)

    for away in ("https://evil.example", "/shop", ""):
        answer = await staff.post(f"/staff/orders/{number}/move", {"state": "eaten", "next": away})
        assert answer.location == "/staff/orders"

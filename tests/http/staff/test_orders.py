"""The staff page of all orders, which is not found for anyone else."""

import re
from itertools import product

import pytest
from quart import Response

from app.store.catalog import load_catalog_changes
from tests.http.harness import HttpHarness
from tests.http.html_forms import HtmlForm, read_page
from tests.http.order_helpers import MILK, order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, fields, notices, text

pytestmark = pytest.mark.on_both

PLACED = {"state": "placed", "next": "/staff/orders?state=placed"}


async def placed(harness: HttpHarness) -> tuple[Visitor, str]:
    """Return a visitor with an order, and its number."""
    ada = await stocked_cart(harness, note="Ring twice.")
    return ada, (await fields(await order(ada, await wanted(ada))))["number"]


async def state(ada: Visitor, number: str) -> str:
    """Return the order's state as the shopper sees it."""
    return str((await fields(await ada.get(f"/api/orders/{number}")))["state"])


async def stock(harness: HttpHarness) -> int:
    """Return the stock of milk on disk."""
    moves = await harness.database.read(load_catalog_changes, -1)
    return int(moves.catalog.products[MILK].stock)


async def test_staff_pages_are_not_found_for_shoppers_and_visitors(harness: HttpHarness) -> None:
    ada, number = await placed(harness)
    methods = ("GET", "HEAD", "POST", "PUT", "OPTIONS")
    orders = "/staff/orders"
    paths = ("/staff", "/staff/", f"/{orders}", orders, f"{orders}/{number}/move")

    for visitor, method, here in product((ada, harness.visitor()), methods, paths):
        answer = await visitor.ask(method, here, {})
        nowhere = await visitor.ask(method, re.sub("staff", "stuff", here), {})
        assert answer.status_code == nowhere.status_code == 404
        assert await known(answer) == await known(nowhere)
        assert dict(answer.headers) == dict(nowhere.headers)


async def known(answer: Response) -> str:
    """Return the text of a page without its own URL and the random keys of its forms."""
    page = await answer.get_data(as_text=True)
    return re.sub(r'name="(page_)?key" value="[^"]+"', "", page.replace("stuff", "staff"))


async def test_signing_out_ends_access_to_staff_pages_at_once(
    harness: HttpHarness,
) -> None:
    staff = await grace(harness)
    assert (await staff.get("/staff/orders")).status_code == 200

    await staff.post("/logout")

    assert (await staff.get("/staff/orders")).status_code == 404


async def test_one_query_finds_session_and_role(harness: HttpHarness) -> None:
    staff = await grace(harness)
    harness.database.reads.clear()

    await staff.get("/staff/orders")

    queries = [name for name in harness.database.reads if name == "find_session"]
    assert queries == ["find_session"]


async def test_the_staff_link_is_shown_to_staff_only(harness: HttpHarness) -> None:
    assert 'href="/staff"' in await text(await (await grace(harness)).get("/shop"))
    assert 'href="/staff"' not in await text(await (await harness.ada()).get("/shop"))


async def test_the_staff_start_page_redirects_to_orders(harness: HttpHarness) -> None:
    assert (await (await grace(harness)).get("/staff")).location == "/staff/orders"


async def test_orders_are_listed_with_all_fields_needed_to_pack_them(harness: HttpHarness) -> None:
    _, number = await placed(harness)

    page = await text(await (await grace(harness)).get("/staff/orders?state=placed"))

    for expected in (number, "Whole milk", "2 litres", "1 Mill Lane", "BA1 1AA", "Ring twice."):
        assert expected in page
    assert re.search(r'aria-current="true">Placed <span class="staff-count">1<', page)


async def test_an_order_is_not_listed_under_another_state(harness: HttpHarness) -> None:
    _, number = await placed(harness)
    staff = await grace(harness)

    assert number not in await text(await staff.get("/staff/orders?state=packed"))
    assert (await staff.get("/staff/orders?state=eaten")).status_code == 404
    assert (await staff.get("/staff/orders?page=2")).status_code == 404


async def test_an_order_advances_state_by_state_to_the_last(harness: HttpHarness) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)

    for seen, then in (("placed", "packed"), ("packed", "on_the_way"), ("on_the_way", "delivered")):
        answer = await staff.post(f"/staff/orders/{number}/move", {"state": seen})
        assert (answer.status_code, answer.location) == (303, "/staff/orders")
        assert await state(ada, number) == then

    page = await text(await staff.get("/staff/orders?state=delivered"))
    assert f"{number}: delivered." in notices(page)
    assert "/cancel" not in page
    assert "/move" not in page


async def test_an_order_advanced_by_a_colleague_first_is_advanced_once(
    harness: HttpHarness,
) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)
    await staff.post(f"/staff/orders/{number}/move", PLACED)

    for act in ("move", "cancel"):
        await staff.get("/staff/orders")
        answer = await staff.post(f"/staff/orders/{number}/{act}", PLACED)
        page = await text(await staff.get(answer.location or ""))
        assert notices(page) == f"warn: Nothing was done: {number} is already packed."
        assert answer.location == PLACED["next"]

    assert await state(ada, number) == "packed"


@pytest.mark.parametrize("act", ["move", "cancel"])
async def test_an_order_advanced_by_two_at_once_is_advanced_once(
    harness: HttpHarness, act: str
) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)
    harness.database.interlude = lambda: harness.move_on(number)

    await staff.post(f"/staff/orders/{number}/{act}", PLACED)

    page = await text(await staff.get("/staff/orders"))
    assert notices(page) == f"warn: Nothing was done: {number} is already packed."
    assert await state(ada, number) == "packed"


async def move_and_find_undo(staff: Visitor, number: str, seen: str) -> HtmlForm:
    """Move an order on, and return the form on the next page that takes it back."""
    answer = await staff.post(f"/staff/orders/{number}/move", {**PLACED, "state": seen})
    _, forms = read_page(await (await staff.get(answer.location or "")).get_data(as_text=True))
    (undo,) = (form for form in forms if form.action == f"/staff/orders/{number}/undo")
    return undo


async def test_a_move_of_each_kind_can_be_taken_back_once(harness: HttpHarness) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)

    for seen in ("placed", "packed", "on_the_way"):
        undo = await move_and_find_undo(staff, number, seen)
        answer = await staff.post(undo.action, dict(undo.fields))
        assert answer.location == PLACED["next"]
        assert await state(ada, number) == seen
        await harness.move_on(number)

        await staff.post(undo.action, {**dict(undo.fields), "page_key": "another page"})
        page = await text(await staff.get("/staff/orders"))
        assert f"warn: Nothing was done: {number} is" in notices(page)


async def test_a_move_is_not_taken_back_after_another_change(harness: HttpHarness) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)
    undo = await move_and_find_undo(staff, number, "placed")
    await staff.post(f"/staff/orders/{number}/cancel", {"state": "packed"})

    await staff.post(undo.action, dict(undo.fields))

    assert await state(ada, number) == "cancelled"


@pytest.mark.parametrize("move", ["", "x", "²", "0", "9" * 40, "-1"])
async def test_no_other_move_than_the_last_can_be_named(harness: HttpHarness, move: str) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)
    await staff.post(f"/staff/orders/{number}/move", PLACED)

    await staff.post(f"/staff/orders/{number}/undo", {"move": move})

    assert await state(ada, number) == "packed"


@pytest.mark.parametrize("seen", ["delivered", "cancelled"])
async def test_an_order_in_a_final_state_cannot_be_changed(harness: HttpHarness, seen: str) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)
    path = f"/staff/orders/{number}"
    if seen == "cancelled":
        await staff.post(f"{path}/cancel", PLACED)
    else:
        for _ in range(3):
            await harness.move_on(number)

    await staff.post(f"{path}/move", {"state": seen})
    await staff.post(f"{path}/cancel", {"state": seen})

    assert await state(ada, number) == seen


async def test_a_packed_order_can_be_cancelled_and_its_stock_is_restored(
    harness: HttpHarness,
) -> None:
    await harness.set_product(MILK, stock=10)
    ada, number = await placed(harness)
    await harness.move_on(number)
    staff = await grace(harness)
    assert await stock(harness) == 8

    await staff.post(f"/staff/orders/{number}/cancel", {"state": "packed"})

    page = await text(await staff.get("/staff/orders"))
    assert notices(page) == f"ok: {number}: cancelled. Its products are back in stock."
    assert await state(ada, number) == "cancelled"
    assert await stock(harness) == 10


async def test_a_busy_shop_says_so_and_changes_nothing(harness: HttpHarness) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)
    harness.database.writes_fail = True

    await staff.post(f"/staff/orders/{number}/cancel", PLACED)

    harness.database.writes_fail = False
    assert "error: We cannot answer" in notices(await text(await staff.get("/staff/orders")))
    assert await state(ada, number) == "placed"


async def test_a_form_from_another_origin_changes_nothing(harness: HttpHarness) -> None:
    ada, number = await placed(harness)
    staff = await grace(harness)

    for act in ("move", "cancel"):
        answer = await staff.post(
            f"/staff/orders/{number}/{act}", PLACED, Origin="http://evil.example"
        )
        assert answer.status_code == 403

    assert await state(ada, number) == "placed"
    assert (await staff.post("/staff/orders/2222-2222/move", PLACED)).status_code == 404


async def test_a_form_redirects_to_its_own_list_only(harness: HttpHarness) -> None:
    _, number = await placed(harness)
    staff = await grace(harness)

    for away in ("https://evil.example", "/shop", ""):
        answer = await staff.post(f"/staff/orders/{number}/move", {"state": "eaten", "next": away})
        assert answer.location == "/staff/orders"

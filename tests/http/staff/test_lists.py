"""Lists that move while they are read: no entry is skipped, and none is shown twice."""

import re
from collections.abc import Awaitable, Callable

import pytest

from app.store import cart_reports, orders, product_log
from tests.http.harness import HttpHarness, open_harness
from tests.http.order_helpers import APPLES, MILK, order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, fields, text

pytestmark = pytest.mark.on_both

MORE = re.compile(r'class="button-quiet"\s+href="(/[^"]*page=[^"]*)"')
NUMBER = re.compile(r">\s*([0-9A-Z]{4}-[0-9A-Z]{4})\s*<")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two entries on a page."""
    for module in (cart_reports, orders, product_log):
        monkeypatch.setattr(module, "PAGE_SIZE", 2)


async def walk(
    visitor: Visitor, path: str, entries: re.Pattern[str], change: Callable[[], Awaitable[object]]
) -> list[list[str]]:
    """Return the *entries* of each page, with a *change* of the list before each click on more."""
    pages = []
    while path:
        answer = await visitor.get(path)
        assert answer.status_code == 200, path
        page = await text(answer)
        pages.append(list(dict.fromkeys(entries.findall(page))))
        more = MORE.search(page)
        path = more[1] if more else ""
        await change()
    return pages


async def order_again(ada: Visitor) -> str:
    """Place another order, and return its number."""
    await ada.form("/cart/add", sku=MILK, qty="2")
    return str((await fields(await order(ada, await wanted(ada))))["number"])


async def five_orders(harness: HttpHarness) -> tuple[Visitor, list[str]]:
    """Return a visitor with five orders, and their numbers, newest first."""
    await harness.set_product(MILK, stock=100)
    ada = await stocked_cart(harness)
    numbers = [await order_again(ada) for _ in range(5)]
    return ada, numbers[::-1]


@pytest.mark.parametrize("path", ["/staff/orders", "/staff/orders?state=placed"])
async def test_an_order_that_comes_in_moves_no_other_to_the_next_page(
    harness: HttpHarness, path: str
) -> None:
    ada, numbers = await five_orders(harness)
    staff = await grace(harness)

    pages = await walk(staff, path, NUMBER, lambda: order_again(ada))

    assert pages == [numbers[:2], numbers[2:4], numbers[4:]]


async def test_an_order_that_is_moved_on_hides_no_other_of_its_state(harness: HttpHarness) -> None:
    _, numbers = await five_orders(harness)
    staff = await grace(harness)
    path = "/staff/orders?state=placed"

    async def move_the_newest() -> None:
        first = next(iter(NUMBER.findall(await text(await staff.get(path)))), "")
        await staff.post(f"/staff/orders/{first}/move", {"state": "placed"})

    pages = await walk(staff, path, NUMBER, move_the_newest)

    assert pages == [numbers[:2], numbers[2:4], numbers[4:]]


async def test_a_page_of_orders_that_were_all_moved_on_is_no_dead_end(harness: HttpHarness) -> None:
    _, numbers = await five_orders(harness)
    staff = await grace(harness)
    more = MORE.search(await text(await staff.get("/staff/orders?state=placed")))
    for number in numbers:
        await staff.post(f"/staff/orders/{number}/move", {"state": "placed"})

    page = await text(await staff.get(more[1] if more else ""))

    assert "There are no orders here." in page
    assert 'href="/staff/orders?state=placed"' in page


async def test_shoppers_see_each_of_their_orders_once_while_they_order(
    harness: HttpHarness,
) -> None:
    ada, numbers = await five_orders(harness)

    pages = await walk(ada, "/orders", NUMBER, lambda: order_again(ada))

    assert pages == [numbers[:2], numbers[2:4], numbers[4:]]


async def test_the_api_lists_each_order_once_while_others_come(harness: HttpHarness) -> None:
    ada, numbers = await five_orders(harness)
    found, page = [], "1"

    while page:
        answer = await fields(await ada.get(f"/api/orders?page={page}"))
        found += [order["number"] for order in answer["orders"]]
        page = answer["next"]
        await order_again(ada)

    assert found == numbers


async def test_links_with_the_number_of_a_page_still_work(harness: HttpHarness) -> None:
    ada, numbers = await five_orders(harness)
    staff = await grace(harness)

    for visitor, path in ((staff, "/staff/orders"), (ada, "/orders")):
        page = await text(await visitor.get(f"{path}?page=2"))
        assert list(dict.fromkeys(NUMBER.findall(page))) == numbers[2:4]
        assert (await visitor.get(f"{path}?page=9")).status_code == 404
        assert (await visitor.get(f"{path}?page=after.x")).status_code == 200
    second = await fields(await ada.get("/api/orders?page=2"))
    assert [order["number"] for order in second["orders"]] == numbers[2:4]


async def test_an_edit_that_comes_in_repeats_no_entry_of_the_log(harness: HttpHarness) -> None:
    staff = await grace(harness)
    amounts = iter(range(1, 99))

    async def edit() -> None:
        number = next(amounts)
        await harness.set_product(APPLES, stock=number)

    for _ in range(5):
        await edit()

    pages = await walk(staff, "/staff/log", re.compile(r"stock \d+ → (\d+)"), edit)

    assert pages == [["5", "4"], ["3", "2"], ["1"]]


async def test_a_cart_that_is_used_again_hides_no_idle_one(harness: HttpHarness) -> None:
    names = [f"Shopper {letter}" for letter in "ABCDE"]
    visitors = []
    for name in names:
        visitors.append(await harness.ada(name=name, email=f"{name[-1]}@shop.example"))
        await visitors[-1].form("/cart/add", sku=MILK, qty="1")
        harness.clock.at_s += 1
    harness.clock.at_s += 2 * 24 * 3600
    staff, used = await grace(harness), iter(visitors)

    async def use() -> None:
        await next(used).form("/cart/add", sku=APPLES, qty="1")

    pages = await walk(staff, "/staff/carts", re.compile(r"<b>(Shopper \w)</b>"), use)

    assert pages == [names[:2], names[2:4], names[4:]]


async def test_staffs_list_of_products_has_each_once_while_one_is_edited(
    harness: HttpHarness,
) -> None:
    staff, listed = await grace(harness), re.compile(r'id="([a-z0-9-]+)"\s+data-seen=')
    before = [*harness.context.catalog.today.products]

    async def edit_the_first() -> None:
        await harness.set_product(before[0], price=1)

    pages = await walk(staff, "/staff/products", listed, edit_the_first)

    assert [sku for page in pages for sku in page] == before


async def test_open_lists_learn_that_an_order_was_placed_or_a_product_edited(
    harness: HttpHarness,
) -> None:
    ada, staff = await stocked_cart(harness), await grace(harness)

    async def revision() -> int:
        await harness.refresh_catalog()
        return int((await fields(await staff.get("/staff/changes.json")))["revision"])

    before = await revision()
    await order(ada, await wanted(ada))
    ordered = await revision()
    await harness.set_product(APPLES, stock=3)

    assert before < ordered < await revision()
    assert f'data-revision="{await revision()}"' in await text(await staff.get("/staff/orders"))
    assert (await ada.get("/staff/changes.json")).status_code == 404


@pytest.mark.parametrize("path", ["/staff/changes.json", "/staff/live.json", "/staff/orders"])
async def test_what_an_open_page_asks_by_itself_does_not_keep_the_login_alive(
    url: str, path: str
) -> None:
    async with open_harness(url, login_s=60, login_idle_s=10) as harness:
        staff = await grace(harness)
        statuses = []
        for _ in range(3):
            harness.clock.at_s += 4
            statuses.append((await staff.get(path, X_Background="1")).status_code)

    assert statuses == [200, 200, 404]

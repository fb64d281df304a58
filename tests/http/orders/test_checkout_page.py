"""The checkout page and the forms of orders, without a script."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from quart import Response

from app.domain.addresses import Address
from app.runtime.shop_file import demo_shop
from app.store.addresses import keep_address
from tests.http.harness import HttpHarness, open_harness
from tests.http.order_helpers import HOME, MILK, stocked_cart
from tests.http.visitor import ADA, PASSWORD, Visitor, fields, notices, text

pytestmark = pytest.mark.on_both

LOGIN = {"email": ADA["email"], "password": PASSWORD}


async def checkout(visitor: Visitor) -> dict[str, str]:
    """Return the hidden fields of the page's form."""
    page = await visitor.get("/checkout")
    assert page.status_code == 200
    return _hidden(await page.get_data(as_text=True))


def _hidden(page: str) -> dict[str, str]:
    form = page[page.index('id="order"') :]
    fields = re.findall(
        r'type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]
    )
    return {name: unescape(value) for name, value in fields}


async def place(visitor: Visitor, **changes: Any) -> Response:
    """Send the form as it is on the page, with an address."""
    return await visitor.post("/checkout", {**await checkout(visitor), **HOME, **changes})


async def test_an_order_is_placed_by_a_form_and_shown(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    answer = await place(ada)
    page = await text(await ada.get(answer.location or ""))

    assert answer.status_code == 303
    assert re.fullmatch("/orders/[2-9A-Z]{4}-[2-9A-Z]{4}", answer.location or "")
    assert notices(page).startswith("ok: Thank you.")
    assert "£7.70" in page
    assert "Cancel order" in page
    assert await ada.lines() == {}


async def test_a_checkout_form_is_idempotent(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    form = {**await checkout(ada), **HOME}

    first, second = await ada.post("/checkout", form), await ada.post("/checkout", form)

    assert first.location == second.location


async def test_an_address_is_saved_and_offered_the_next_time(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    await place(ada)
    await ada.form("/cart/add", sku=MILK, qty="1")
    page = await text(await ada.get("/checkout"))
    kept = re.search(r'name="address"\s+value="([^"]+)"', page)
    assert kept

    answer = await place(ada, address=kept[1], line1="", city="")

    assert answer.status_code == 303
    assert "1 Mill Lane" in await text(await ada.get(answer.location or ""))


async def test_a_postcode_is_checked_and_said_and_nothing_is_cut(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    answer = await place(ada, postcode="NOT A POSTCODE !!", city="x" * 117)
    page = await text(answer)

    assert answer.status_code == 400
    assert "This can have at most 16 characters; you entered 17." in page
    assert "This can have at most 100 characters; you entered 117." in page
    assert 'value="NOT A POSTCODE !!"' in page
    assert "maxlength" not in page[page.index("<fieldset") : page.index("</fieldset>")]
    assert "is not a postcode of the United Kingdom" in await text(await place(ada, postcode="1"))
    assert await ada.lines() == {MILK: 2}


async def test_an_order_goes_to_the_postcode_as_the_post_writes_it(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    answer = await place(ada, postcode=" ba1 1aa")

    assert "BA1 1AA" in await text(await ada.get(answer.location or ""))


async def test_a_saved_address_without_a_true_postcode_takes_no_order(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    account = (await fields(await ada.send("/api/session", LOGIN)))["account"]
    old = Address("Ada", "1 Mill Lane", "", "Bath", "somewhere")
    await harness.database.write(keep_address, account, "kept-1", old)

    answer = await place(ada, address="kept-1")

    assert answer.status_code == 400
    assert "“somewhere” is not a postcode of the United Kingdom." in await text(answer)
    assert "Edit that address in your account, or choose another one." in await text(answer)
    assert await ada.lines() == {MILK: 2}


async def test_times_are_those_of_the_shops_time_zone(url: str) -> None:
    async with open_harness(url, settings=replace(demo_shop(), timezone="Asia/Tokyo")) as harness:
        ada = await stocked_cart(harness)
        order = (await place(ada)).location or ""

        pages = [await text(await ada.get(path)) for path in (order, "/orders", "/account")]

    assert all("15 January 2027, 17:00" in page for page in pages)
    assert "Times are in the time zone Asia/Tokyo" in pages[2]


async def test_a_changed_price_is_itemised_and_the_same_key_orders_then(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    form = {**await checkout(ada), **HOME}
    await harness.set_product(MILK, price=235)

    refused = await ada.post("/checkout", form)
    page = await text(refused)

    assert refused.status_code == 409
    assert "Total changed from £7.70 to £8.20: Whole milk +£0.50" in page
    assert "Your cart has changed" in page
    assert 'value="1 Mill Lane"' in page
    again = _hidden(await refused.get_data(as_text=True))
    assert again["key"] == form["key"]
    risen = await ada.post("/checkout", {**form, **again})
    assert "Whole milk: the price has gone up" in await text(risen)
    await ada.form("/cart/accept", sku=MILK, price="235")
    assert (await place(ada, key=form["key"])).status_code == 303


async def test_an_address_without_a_street_says_so_and_keeps_what_was_typed(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)

    answer = await place(ada, line1=" ")

    assert answer.status_code == 400
    page = await text(answer)
    assert "Please correct the marked fields of the delivery address." in page
    assert 'aria-describedby="deliver-line1-fault"' in page
    assert 'value="BA1 1AA"' in page
    assert await ada.lines() == {MILK: 2}


async def test_a_malformed_checkout_form_places_nothing(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    for changes in ({"total": "free"}, {"key": ""}, {"at": "\x00"}):
        assert (await place(ada, **changes)).status_code == 400
    assert (await place(ada, seen="{", total="1")).status_code == 409
    assert (await place(ada, seen='{"a":"b"}', total="1")).status_code == 409

    assert await ada.lines() == {MILK: 2}


async def test_busy_is_shown_on_the_page_and_what_was_typed_is_kept(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    form = {**await checkout(ada), **HOME}
    harness.database.writes_fail = True

    answer = await ada.post("/checkout", form)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    harness.database.writes_fail = False


async def test_an_empty_cart_leads_on(harness: HttpHarness) -> None:
    ada = await harness.ada()

    page = await text(await ada.get("/checkout"))

    assert "Nothing to check out" in page
    assert 'href="/orders"' in page


async def test_without_a_login_the_page_redirects_to_sign_in_and_back(harness: HttpHarness) -> None:
    visitor = harness.visitor()

    for method, path, back in (
        ("GET", "/checkout", "/checkout"),
        ("POST", "/checkout", "/checkout"),
        ("GET", "/orders", "/orders"),
        ("GET", "/orders/2222-2222", "/orders/2222-2222"),
        ("POST", "/orders/2222-2222/cancel", "/orders/2222-2222"),
        ("POST", "/orders/2222-2222/again", "/orders/2222-2222"),
    ):
        request = visitor.get(path) if method == "GET" else visitor.post(path)
        location = (await request).location
        assert location == f"/login?next={back.replace('/', '%2F')}"


async def test_cancelling_by_form_shows_the_outcome(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    path = (await place(ada)).location or ""
    await ada.get(path)

    await ada.post(f"{path}/cancel")
    page = await text(await ada.get(path))

    assert notices(page) == "ok: Your order is cancelled. There is nothing to pay."
    assert "Cancelled" in page


async def test_cancelling_a_packed_order_is_explained(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    path = (await place(ada)).location or ""
    await ada.get(path)
    await harness.move_on(path.rpartition("/")[2])

    await ada.post(f"{path}/cancel")

    assert "already been packed" in notices(await text(await ada.get(path)))


async def test_a_reorder_reports_what_was_skipped_and_which_prices_changed(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    await ada.form("/cart/add", sku="eggs-6", qty="1")
    path = (await place(ada)).location or ""
    await ada.get(path)
    await harness.set_product("eggs-6", stock=0)
    await harness.set_product(MILK, price=250)
    form = {"key": str(uuid4())}

    await ada.post(f"{path}/again", form)
    answer = await ada.post(f"{path}/again", form)
    shown = notices(await text(await ada.get(answer.location or "")))

    assert answer.location == "/cart"
    assert "ok: Added Whole milk to your cart." in shown
    assert "warn: Not added, because there are no more available: Large eggs." in shown
    assert "warn: Prices have changed: Whole milk from £2.10 to £2.50." in shown
    assert await ada.lines() == {MILK: 2}


async def test_a_reorder_of_more_than_a_cart_may_hold_says_so(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    await harness.set_product(MILK, stock=500)
    await ada.form("/cart/set", sku=MILK, qty="60")
    path = (await place(ada)).location or ""
    await ada.form("/cart/add", sku=MILK, qty="60")
    await ada.get(path)

    await ada.post(f"{path}/again", {"key": str(uuid4())})
    shown = notices(await text(await ada.get("/cart")))

    assert shown == "warn: Not added, because a cart holds at most 99 of one product: Whole milk."
    assert await ada.lines() == {MILK: 60}


async def test_a_reorder_from_an_old_page_changes_nothing(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    path = (await place(ada)).location or ""

    answer = await ada.post(f"{path}/again", {"key": "x"})

    assert answer.location == path
    assert await ada.lines() == {}


async def test_orders_are_listed_and_pages_beyond_the_last_are_not_found(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    assert "not placed any orders yet" in await text(await ada.get("/orders"))
    await ada.form("/cart/add", sku=MILK, qty="2")
    number = ((await place(ada)).location or "").rpartition("/")[2]

    page = await text(await ada.get("/orders"))

    assert f'href="/orders/{number}"' in page
    assert "Whole milk" in page
    assert (await ada.get("/orders?page=2")).status_code == 404


async def test_bought_products_are_offered_again_on_the_front_page(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    assert "Buy again" not in await text(await ada.get("/"))
    await place(ada)

    page = await text(await ada.get("/"))

    assert page.index('id="bought"') < page.index(f'data-sku="{MILK}"') < page.index('id="popular"')

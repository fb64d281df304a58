"""Staff's page of promotions, and what shoppers see of them."""

import pytest

from app.domain.catalog import PromotionKind, Sku
from app.http.staff.promotions import KINDS, PAGE
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, text

TWO_FOR_ONE = {"kind": "fewer_paid", "take": "2", "paid": "1", "skus": MILK}


async def add(harness: HttpHarness, staff: Visitor, **form: str) -> str:
    """Add a promotion, and return the notice about it."""
    said = await staff.form(PAGE, PAGE, **(TWO_FOR_ONE | form))
    await harness.refresh_catalog()
    return said


def test_there_are_words_for_every_kind() -> None:
    assert KINDS.keys() == set(PromotionKind)


async def test_a_promotion_shows_at_once_on_cards_lines_and_totals(harness: HttpHarness) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness)
    price = harness.context.catalog.today.products[Sku(MILK)].price

    assert "“2 for 1” is added." in await add(harness, staff)

    cart = (await shopper.cart())["cart"]
    assert (cart["lines"][0]["deal"], cart["lines"][0]["off"]) == ("2 for 1", price)
    assert cart["totals"]["discount"] == price
    assert "2 for 1: -" in await text(await shopper.get("/cart"))
    for path in ("/shop?q=milk", f"/p/milk?size={MILK}"):
        assert "2 for 1</span>" in await text(await shopper.get(path))
    listed = await (await shopper.get(f"/api/products/{MILK}")).get_json()
    assert listed["deal"] == "2 for 1"
    assert "買 2 付 1" in await text(await shopper.get("/zh-hant/shop?q=milk"))


async def test_an_order_says_what_a_promotion_took_off(harness: HttpHarness) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness, code="WELCOME10")
    await add(harness, staff)
    price = harness.context.catalog.today.products[Sku(MILK)].price

    placed = await (await order(shopper, await wanted(shopper))).get_json()

    by_voucher = price * 10 // 100
    assert placed["lines"][0]["off"] == price
    assert placed["totals"]["discount"] == price + by_voucher
    page = await text(await shopper.get(f"/orders/{placed['number']}"))
    assert "Promotions" in page
    assert "2 for 1: -" in page
    assert "Discount (WELCOME10)" in page
    receipt = await text(await shopper.get(f"/orders/{placed['number']}/receipt"))
    assert "Promotions" in receipt


async def test_a_promotion_that_is_paused_takes_nothing_off_and_no_order_rests_on_it(
    harness: HttpHarness,
) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness)
    await add(harness, staff)
    seen = await wanted(shopper)

    assert "is paused" in await staff.form(f"{PAGE}/1/pause", PAGE)
    assert "Paused" in await text(await staff.get(PAGE))
    assert (await order(shopper, seen)).status_code == 409
    await harness.refresh_catalog()
    assert "off" not in (await shopper.cart())["cart"]["lines"][0]

    assert "goes on" in await staff.form(f"{PAGE}/1/resume", PAGE)
    await harness.refresh_catalog()
    assert (await shopper.cart())["cart"]["totals"]["discount"]


async def test_a_promotion_begins_and_ends_by_itself(harness: HttpHarness) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness)
    days = {"first": "2027-01-16", "last": "2027-01-16"}
    await add(harness, staff, kind="lower_price", price="0.99", **days)
    assert "Planned" in await text(await staff.get(PAGE))

    for takes_off, state in ((True, "Goes on"), (False, "Over")):
        harness.clock.at_s += 24 * 3600
        harness.live.catalog.follow_promotions()
        cart = (await shopper.cart())["cart"]
        assert bool(cart["totals"]["discount"]) is takes_off
        assert ("deal" in cart["lines"][0]) is takes_off
        assert state in await text(await staff.get(PAGE))


async def test_an_order_that_comes_just_after_a_promotion_has_ended_is_stale(
    harness: HttpHarness,
) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness)
    await add(harness, staff, last="2027-01-15")
    seen = await wanted(shopper)
    harness.clock.at_s += 24 * 3600  # and no server has looked at the clock since

    answer = await order(shopper, seen)

    assert answer.status_code == 409
    assert (await answer.get_json())["code"] == "stale"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"skus": ""}, "skus"),
        ({"skus": f"{MILK} zeppelin"}, "skus"),
        ({"take": ""}, "take"),
        ({"take": "1"}, "take"),
        ({"take": "100"}, "take"),
        ({"paid": ""}, "paid"),
        ({"paid": "2"}, "paid"),
        ({"kind": "bundle", "price": ""}, "price"),
        ({"kind": "bundle", "price": "cheap"}, "price"),
        ({"kind": "bundle", "price": "99.00"}, "price"),
        ({"kind": "lower_price", "price": "99.00"}, "price"),
        ({"first": "2027-02-01", "last": "2027-01-31"}, "last"),
        ({"label": "x" * 101}, "label"),
    ],
)
async def test_what_cannot_be_a_promotion_is_refused_in_words(
    harness: HttpHarness, form: dict[str, str], field: str
) -> None:
    staff = await grace(harness)

    answer = await staff.post(PAGE, TWO_FOR_ONE | form)

    page = await text(answer)
    assert answer.status_code == 400
    assert f'id="{field}-fault"' in page
    assert 'id="promotion-1"' not in page


async def test_too_many_products_are_refused(harness: HttpHarness) -> None:
    staff = await grace(harness)

    answer = await staff.post(PAGE, TWO_FOR_ONE | {"skus": f"{MILK} " * 201})

    assert "at most 200 products" in await text(answer)


async def test_a_promotion_is_not_added_while_the_database_is_away(harness: HttpHarness) -> None:
    staff = await grace(harness)
    harness.database.writes_fail = True

    answer = await staff.post(PAGE, TWO_FOR_ONE)

    assert answer.status_code == 503
    assert MILK in await text(answer)


async def test_a_promotion_that_does_not_exist_cannot_be_paused(harness: HttpHarness) -> None:
    staff = await grace(harness)

    for act in ("pause", "resume"):
        assert (await staff.post(f"{PAGE}/9/{act}")).status_code == 404

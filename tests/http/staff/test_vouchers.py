"""Staff's page of vouchers: made, paused, resumed, and what became of them."""

import pytest

from app.domain.catalog import Voucher, VoucherCode
from app.domain.vouchers import VoucherState
from app.http.staff.vouchers import PAGE, STATES
from app.store.vouchers import add_voucher
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, text

CODE = "AUTUMN1"
ONE_OFF = {"code": "autumn1", "amount": "1.00", "minimum": "2"}


async def add(staff: Visitor, **form: str) -> str:
    """Add a voucher, and return the notice about it."""
    return await staff.form(PAGE, PAGE, **(ONE_OFF | form))


async def row(staff: Visitor, code: str = CODE) -> str:
    """Return the row of a voucher on the page."""
    page = await text(await staff.get(PAGE))
    return " ".join(page.partition(f'<tr id="{code}">')[2].partition("</tr>")[0].split())


async def shown(shopper: Visitor, code: str = CODE) -> tuple[str, int]:
    """Put a voucher on the cart; return its state and the discount."""
    await shopper.form("/cart/voucher", "/cart", code=code)
    cart = (await shopper.cart())["cart"]
    return cart["voucher"]["state"], cart["totals"]["discount"]


def test_every_state_that_does_not_depend_on_a_cart_has_words() -> None:
    assert STATES.keys() == set(VoucherState) - {VoucherState.BELOW_MINIMUM}


async def test_a_voucher_that_no_account_may_use_is_used_up(harness: HttpHarness) -> None:
    staff = await grace(harness)
    nobodys = Voucher(VoucherCode(CODE), "For nobody", percent=5, uses_each=0)
    await harness.database.write(add_voucher, nobodys)

    assert "Used up" in await row(staff)


async def test_a_voucher_that_was_added_counts_at_once(harness: HttpHarness) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness)

    assert await add(staff) == "ok: AUTUMN1 is honoured: £1.00 off from £2.00."
    await harness.refresh_catalog()

    assert await shown(shopper) == ("ok", 100)
    assert "Valid" in await row(staff)
    zh = await text(await staff.get(PAGE, Cookie="language=zh-Hant"))
    assert "£1.00" in zh


async def test_a_paused_voucher_counts_in_no_cart_and_no_order_until_it_is_resumed(
    harness: HttpHarness,
) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness)
    await add(staff)
    await harness.refresh_catalog()
    await shown(shopper)
    seen = await wanted(shopper)

    assert "is paused" in await staff.form(f"{PAGE}/{CODE}/pause", PAGE)
    assert "Paused" in await row(staff)
    assert (await order(shopper, seen)).status_code == 409
    await harness.refresh_catalog()
    assert (await shopper.cart())["cart"]["voucher"]["state"] == "expired"

    assert "counts again" in await staff.form(f"{PAGE}/{CODE}/resume", PAGE)
    await harness.refresh_catalog()
    assert (await shopper.cart())["cart"]["totals"]["discount"] == 100


async def test_the_page_says_how_many_orders_used_a_voucher_and_what_they_had_off(
    harness: HttpHarness,
) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness)
    await add(
        staff, uses="3", uses_each="1", last="2100-01-31", label="A pound off", first="2020-02-01"
    )
    await harness.refresh_catalog()
    await shown(shopper)

    answer = await order(shopper, await wanted(shopper))

    number = (await answer.get_json())["number"]
    of_voucher = await row(staff)
    assert "A pound off" in of_voucher
    assert "until 31 January 2100" in of_voucher
    assert "once for each account" in of_voucher
    assert '<td class="number"> 1 <p class="hint">2 left</p>' in of_voucher
    assert "£1.00" in of_voucher
    await shopper.send(f"/api/orders/{number}/cancel", {})
    assert '<td class="number"> 0 <p class="hint">3 left</p>' in await row(staff)


async def test_what_promotions_took_off_is_not_what_a_voucher_gave(harness: HttpHarness) -> None:
    staff, shopper = await grace(harness), await stocked_cart(harness)
    await add(staff, amount="0.50", minimum="")
    two_for_one = {"kind": "fewer_paid", "take": "2", "paid": "1", "skus": MILK}
    assert (await staff.post("/staff/promotions", two_for_one)).status_code == 303
    await harness.refresh_catalog()
    await shown(shopper)

    answer = await order(shopper, await wanted(shopper))

    assert answer.status_code == 201
    assert '<td class="number">£0.50</td>' in await row(staff)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"code": "no spaces"}, "code"),
        ({"code": ""}, "code"),
        ({"code": "X" * 41}, "code"),
        ({"code": "\x00"}, "code"),
        ({"amount": ""}, "percent"),
        ({"percent": "10"}, "percent"),
        ({"amount": "", "percent": "0"}, "percent"),
        ({"amount": "", "percent": "101"}, "percent"),
        ({"amount": "five"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"minimum": "1e3"}, "minimum"),
        ({"first": "31.1.2027"}, "first"),
        ({"first": "2027-02-01", "last": "2027-01-31"}, "last"),
        ({"uses": "0"}, "uses"),
        ({"uses_each": "often"}, "uses_each"),
        ({"label": "x" * 101}, "label"),
        ({"label.zh-Hant": "長" * 101}, "label.zh-Hant"),
    ],
)
async def test_what_cannot_be_a_voucher_is_refused_in_words_and_kept(
    harness: HttpHarness, form: dict[str, str], field: str
) -> None:
    staff = await grace(harness)
    sent = {"code": CODE, "amount": "5.00"} | form

    answer = await staff.post(PAGE, sent)

    page = await text(answer)
    assert answer.status_code == 400
    assert f'id="{field}-fault"' in page
    assert "Nothing was saved" in page
    assert f'id="{CODE}"' not in page
    assert form.get("label", "") in page


async def test_a_code_that_is_taken_is_refused(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await add(staff)

    answer = await staff.post(PAGE, ONE_OFF)

    assert answer.status_code == 400
    assert "There is a voucher AUTUMN1 already." in await text(answer)


async def test_a_voucher_is_not_added_while_the_database_is_away(harness: HttpHarness) -> None:
    staff = await grace(harness)
    harness.database.writes_fail = True

    answer = await staff.post(PAGE, ONE_OFF)

    page = await text(answer)
    assert answer.status_code == 503
    assert "autumn1" in page
    assert "no vouchers yet" not in page


async def test_a_voucher_that_does_not_exist_cannot_be_paused(harness: HttpHarness) -> None:
    staff = await grace(harness)

    for act in ("pause", "resume"):
        assert (await staff.post(f"{PAGE}/NOTHING/{act}")).status_code == 404

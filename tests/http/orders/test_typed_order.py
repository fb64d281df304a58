"""Without a script: what is typed at checkout goes with the order, and is kept over a sign-in."""

import re

import pytest
from quart import Response

from tests.http.harness import HttpHarness
from tests.http.html_forms import read_page
from tests.http.order_helpers import HOME, MILK, stocked_cart
from tests.http.visitor import ADA, Visitor, notices, text

pytestmark = pytest.mark.on_both

NOTE = "Ring twice"


async def checkout(visitor: Visitor, button: str = "/checkout", **typed: str) -> dict[str, str]:
    """Return what a *button* of the page's form sends, by where it sends to."""
    _, forms = read_page(await (await visitor.get("/checkout")).get_data(as_text=True))
    (form,) = (form for form in forms if form.action == "/checkout")
    return dict(dict(form.sent())[button]) | HOME | typed


def sign_out_elsewhere(visitor: Visitor) -> None:
    """Take the login away from *visitor*, as a cookie that has run out."""
    assert visitor.client.cookie_jar is not None
    visitor.client.cookie_jar.clear()


async def ordered(visitor: Visitor, answer: Response) -> str:
    """Return the page of the order that was placed."""
    assert answer.status_code == 303
    assert (answer.location or "").startswith("/orders/")
    return await text(await visitor.get(answer.location or ""))


async def test_a_note_that_was_only_typed_is_in_the_order(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    answer = await ada.post("/checkout", await checkout(ada, text=NOTE))

    assert NOTE in await ordered(ada, answer)


async def test_a_second_press_leaves_no_note_in_the_next_cart(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    form = await checkout(ada, text=NOTE)

    first = await ada.post("/checkout", form)
    second = await ada.post("/checkout", {**form, "page_key": ""})

    assert first.location == second.location
    assert (await ada.cart())["cart"]["note"] == ""


async def test_a_note_is_saved_by_its_own_button(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    answer = await ada.post("/cart/note", await checkout(ada, "/cart/note", text=NOTE))

    assert answer.location == "/checkout"
    assert "Your note is saved." in notices(await text(await ada.get("/checkout")))


async def test_a_note_that_is_too_long_places_nothing_and_stays(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    answer = await ada.post("/checkout", await checkout(ada, text="x" * 501))

    page = await text(answer)
    assert answer.status_code == 409
    assert "A note can have at most 500 characters." in page
    assert "x" * 501 in page
    assert await ada.lines() == {MILK: 2}


async def test_a_typed_voucher_is_applied_and_the_total_shown_before_the_order(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    await ada.form("/cart/set", sku=MILK, qty="9")

    answer = await ada.post("/checkout", await checkout(ada, code="WELCOME10", text=NOTE))

    page = await text(answer)
    assert answer.status_code == 409
    assert "Voucher WELCOME10:" in page
    assert "Check the total, then place your order." in page
    assert "Discount \N{MINUS SIGN}" in page
    placed = await ordered(ada, await ada.post("/checkout", await checkout(ada)))
    assert "Discount (WELCOME10)" in placed
    assert NOTE in placed


async def test_a_voucher_that_is_none_places_nothing_and_stays_typed(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    answer = await ada.post("/checkout", await checkout(ada, code="NOSUCHCODE"))

    page = await text(answer)
    assert answer.status_code == 409
    assert "We do not recognise this voucher code" in page
    assert 'value="NOSUCHCODE"' in page
    assert await ada.lines() == {MILK: 2}


async def test_applying_nothing_asks_for_a_code(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    await ada.post("/cart/voucher", await checkout(ada, "/cart/voucher"))

    assert "Enter a voucher code" in notices(await text(await ada.get("/checkout")))


async def test_a_typed_order_is_kept_over_a_sign_in(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    form = await checkout(ada, text=NOTE, code="WELCOME10", line1="77 High Street")
    sign_out_elsewhere(ada)

    answer = await ada.post("/checkout", form)
    await ada.post("/login", ADA | {"next": "/checkout"})

    assert answer.location == "/login?next=%2Fcheckout"
    page = await text(await ada.get("/checkout"))
    for typed in ('value="77 High Street"', 'value="WELCOME10"', f">{NOTE}<"):
        assert typed in page
    assert "77 High Street" not in await text(await ada.get("/checkout"))


async def test_what_one_customer_typed_is_not_shown_to_the_next(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    form = await checkout(ada, line1="77 High Street")
    await stocked_cart(harness, email="bob@shop.example")
    sign_out_elsewhere(ada)

    await ada.post("/checkout", form)
    await ada.post("/login", ADA | {"email": "bob@shop.example", "next": "/checkout"})

    page = await text(await ada.get("/checkout"))
    assert re.search(r'name="line1"\s+value=""', page)


async def test_a_form_without_key_and_address_is_answered_in_words(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)

    answer = await ada.post("/checkout", {})

    assert answer.status_code == 400
    assert "Please correct the marked fields of the delivery address." in await text(answer)

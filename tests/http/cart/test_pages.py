"""The cart page, and its forms without a script."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from app.http import app
from tests.http.harness import HttpHarness, open_harness
from tests.http.visitor import Visitor, notices, text

pytestmark = pytest.mark.on_both

APPLES, MILK = "gala-apples-1kg", "milk-2l"


async def ada_with_stock(harness: HttpHarness, stock: int) -> Visitor:
    """Return Ada, in a shop with this *stock* of milk."""
    await harness.set_product(MILK, stock=stock)
    return await harness.ada()


async def test_the_cart_page_needs_a_login(harness: HttpHarness) -> None:
    answer = await harness.visitor().get("/cart")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=%2Fcart")


async def test_an_empty_cart_has_a_page(harness: HttpHarness) -> None:
    answer = await (await harness.ada()).get("/cart")

    assert answer.status_code == 200
    assert "Your cart is empty" in await text(answer)


async def test_a_form_adds_a_product_and_returns_to_its_page(harness: HttpHarness) -> None:
    ada = await harness.ada()

    notice = await ada.form("/cart/add", page="/p/gala-apples", sku=APPLES, qty="2", seen="220")

    assert notice == "ok: Added Gala apples, 1 kg."
    assert await ada.lines() == {APPLES: 2}
    page = await text(await ada.get("/cart"))
    assert "Gala apples" in page
    assert "None" not in page, "what is hidden is seen where the stylesheet is late"


async def test_a_notice_is_shown_once(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=APPLES, qty="1")

    assert notices(await text(await ada.get("/shop"))) == ""


async def test_an_expired_notice_is_not_shown(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "KEPT_FOR", timedelta(seconds=-1))
    async with open_harness(url) as harness:
        ada = await harness.ada()

        assert await ada.form("/cart/add", sku=APPLES, qty="1") == ""
        assert await ada.lines() == {APPLES: 1}


async def test_every_form_does_what_it_says(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert await ada.form("/cart/add", sku=APPLES, qty="1") == "ok: Added Gala apples, 1 kg."
    assert await ada.form("/cart/set", sku=APPLES, qty="3") == (
        "ok: Gala apples, 1 kg: 3 in your cart."
    )
    assert await ada.form("/cart/save", sku=APPLES) == "ok: Saved Gala apples, 1 kg for later."
    assert await ada.lines() == {}
    assert await ada.form("/cart/unsave", sku=APPLES) == (
        "ok: Moved Gala apples, 1 kg to your cart."
    )
    assert await ada.lines() == {APPLES: 3}
    assert await ada.form("/cart/set", sku=APPLES, qty="0") == "ok: Removed Gala apples, 1 kg."
    assert await ada.form("/cart/undo") == "ok: Your last change was undone."
    assert await ada.lines() == {APPLES: 3}
    assert await ada.form("/cart/note", text="Ring twice") == "ok: Your note is saved."
    assert await ada.form("/cart/note", text="") == "ok: Your note is removed."


async def test_a_saved_line_is_removed_by_a_form(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=APPLES, qty="1")
    await ada.form("/cart/save", sku=APPLES)

    assert await ada.form("/cart/discard", sku=APPLES) == "ok: Removed Gala apples, 1 kg."
    await ada.form("/cart/unsave", sku=APPLES)

    assert await ada.lines() == {}


async def test_pages_say_how_far_the_cart_is_from_free_delivery(harness: HttpHarness) -> None:
    ada = await harness.ada()
    for qty, said in (("18", "£0.40 to free delivery"), ("19", ">Free delivery<")):
        await ada.form("/cart/set", sku=APPLES, qty=qty)
        for path in ("/cart", "/shop", "/checkout"):
            page = await text(await ada.get(path))
            assert said in page
            assert "(free from £40.00)" in page


async def test_a_price_that_rose_can_be_accepted(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=APPLES, qty="1", seen="220")
    await harness.set_product(APPLES, price=240)

    (line,) = (await ada.cart())["cart"]["lines"]
    assert (line["agreed"], line["state"]) == (220, "price_rise")
    assert await ada.form("/cart/accept", sku=APPLES, price="240") == (
        "ok: Gala apples, 1 kg: the new price is accepted."
    )
    (line,) = (await ada.cart())["cart"]["lines"]
    assert (line["agreed"], line["state"]) == (240, "ok")


async def test_the_price_in_the_form_is_the_one_accepted(harness: HttpHarness) -> None:
    ada = await harness.ada()

    await ada.form("/cart/add", sku=APPLES, qty="1", seen="199")

    (line,) = (await ada.cart())["cart"]["lines"]
    assert (line["agreed"], line["price"], line["state"]) == (199, 220, "price_rise")


@pytest.mark.parametrize("seen", ["", "0", "-5", "x", "9" * 30])
async def test_an_impossible_price_is_left_out(harness: HttpHarness, seen: str) -> None:
    ada = await harness.ada()

    assert await ada.form("/cart/add", sku=APPLES, qty="1", seen=seen) == (
        "ok: Added Gala apples, 1 kg."
    )
    (line,) = (await ada.cart())["cart"]["lines"]
    assert line["agreed"] == 220


async def test_more_than_the_stock_is_clamped_to_the_stock(harness: HttpHarness) -> None:
    ada = await ada_with_stock(harness, stock=3)

    notice = await ada.form("/cart/add", sku=MILK, qty="9")

    assert notice == "warn: Only 3 left, so your cart has 3."
    assert await ada.lines() == {MILK: 3}


async def test_a_refusal_is_explained(harness: HttpHarness) -> None:
    ada = await ada_with_stock(harness, stock=0)

    assert await ada.form("/cart/add", sku=MILK, qty="1") == (
        "error: Whole milk: no more available."
    )
    assert await ada.form("/cart/undo") == "error: There is nothing to undo."
    assert await ada.form("/cart/voucher", code="NOSUCH") == (
        "error: We do not recognise this voucher code. Check it and try again."
    )
    assert await ada.lines() == {}


async def test_a_voucher_says_whether_it_counts(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert await ada.form("/cart/voucher", code=" welcome10 ") == "ok: Voucher WELCOME10: 10 % off."
    assert await ada.form("/cart/voucher", code="FIVEOFF") == (
        "warn: Voucher FIVEOFF applies once your cart reaches the minimum spend."
    )
    assert await ada.form("/cart/voucher", code="") == "ok: The voucher is removed."
    assert (await ada.cart())["cart"]["voucher"] is None


async def test_an_undo_may_be_bound_to_a_revision(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=APPLES, qty="1")
    await ada.form("/cart/add", sku=MILK, qty="1")

    assert "could not be undone" in await ada.form("/cart/undo", rev="1")
    assert await ada.form("/cart/undo", rev="2") == "ok: Your last change was undone."
    assert await ada.form("/cart/undo", rev="") == "ok: Your last change was undone."
    assert await ada.lines() == {}


async def test_lines_of_a_note_end_in_lf(harness: HttpHarness) -> None:
    ada = await harness.ada()

    await ada.form("/cart/note", text="one\r\ntwo\rthree\nfour\tfive\x07")

    assert (await ada.cart())["cart"]["note"] == "one\ntwo\nthree\nfour\tfive"


async def test_a_note_of_500_characters_fits_however_its_lines_end(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert await ada.form("/cart/note", text="\r\n" * 250 + "x" * 250) == "ok: Your note is saved."
    assert "at most 500 characters" in await ada.form("/cart/note", text="x" * 501)
    assert len((await ada.cart())["cart"]["note"]) == 500


async def test_a_note_that_is_too_long_stays_on_the_page_once(harness: HttpHarness) -> None:
    ada = await harness.ada()

    answer = await ada.post("/cart/note", {"key": str(uuid4()), "next": "/cart", "text": "y" * 600})
    first, second = [await text(await ada.get("/cart")) for _ in range(2)]

    assert answer.location == "/cart"
    assert "at most 500 characters" in notices(first)
    assert ("y" * 600 in first, "y" * 600 in second) == (True, False)
    assert "maxlength" not in first


async def test_a_double_click_is_one_op(harness: HttpHarness) -> None:
    ada = await harness.ada()
    form = {"key": str(uuid4()), "next": "/shop", "sku": APPLES, "qty": "1"}

    for answer in await asyncio.gather(*(ada.post("/cart/add", form) for _ in range(3))):
        assert answer.status_code == 303
    await ada.post("/cart/add", form)

    assert await ada.lines() == {APPLES: 1}
    assert (await ada.cart())["rev"] == 1


async def test_two_buttons_of_one_form_are_not_two_ops(harness: HttpHarness) -> None:
    ada = await harness.ada()
    form = {"key": str(uuid4()), "next": "/shop", "sku": APPLES}

    await ada.post("/cart/set", {**form, "qty": "2"})
    await ada.get("/shop")
    await ada.post("/cart/set", {**form, "qty": "4"})

    assert notices(await text(await ada.get("/shop"))) == (
        "error: This was sent twice with different values. Only the first was used."
    )
    assert await ada.lines() == {APPLES: 2}


async def test_an_invalid_quantity_is_explained_and_changes_nothing(harness: HttpHarness) -> None:
    ada, explained = await harness.ada(), "error: Enter a whole number from 0 to 99."
    await ada.form("/cart/add", sku=APPLES, qty="2")

    for qty in ("", "x", "-1", "1.5", "1e3", "100", "9" * 40, "٣", "0x1"):
        notice = await ada.form("/cart/set", sku=APPLES, qty=qty)

        assert (qty, notice) == (qty, f"{explained} Nothing was changed.")
        assert await ada.lines() == {APPLES: 2}


@pytest.mark.parametrize("path", ["add", "set", "save", "unsave", "accept"])
async def test_a_malformed_cart_form_changes_nothing(harness: HttpHarness, path: str) -> None:
    ada = await harness.ada()

    assert "Nothing was changed." in await ada.form(f"/cart/{path}", sku="No Such <b>")
    assert "Nothing was changed." in await ada.form(f"/cart/{path}")
    assert (await ada.cart())["rev"] == 0


async def test_a_mistake_can_be_corrected_in_the_same_form(harness: HttpHarness) -> None:
    ada, key = await harness.ada(), str(uuid4())

    assert "whole number" in await ada.form("/cart/add", key=key, sku=APPLES, qty="lots")
    assert await ada.form("/cart/add", key=key, sku=APPLES, qty="2") == (
        "ok: Added Gala apples, 1 kg."
    )


@pytest.mark.parametrize("key", ["", "x", "5F0C0000-0000-4000-8000-000000000000"])
async def test_a_form_without_a_key_is_out_of_date(harness: HttpHarness, key: str) -> None:
    ada = await harness.ada()

    notice = await ada.form("/cart/add", key=key, sku=APPLES, qty="1")

    assert notice == "error: That page was out of date. Nothing was changed. Please try again."
    assert await ada.lines() == {}


async def test_a_form_never_redirects_to_another_site(harness: HttpHarness) -> None:
    ada = await harness.ada()
    form = {"key": str(uuid4()), "sku": APPLES, "qty": "1", "next": "//evil.example"}

    assert (await ada.post("/cart/add", form)).headers["Location"] == "/"


async def test_signed_out_a_form_leads_to_the_login_and_only_add_is_kept(
    harness: HttpHarness,
) -> None:
    visitor = harness.visitor()
    form = {"key": str(uuid4()), "sku": APPLES, "qty": "1", "next": "/shop"}

    add = await visitor.post("/cart/add", form)
    save = await visitor.post("/cart/save", form)

    assert (add.status_code, save.status_code) == (303, 303)
    assert add.headers["Location"] == f"/login?next=%2Fshop&add={APPLES}"
    assert save.headers["Location"] == "/login?next=%2Fshop"


async def test_an_account_cannot_see_the_cart_of_another(harness: HttpHarness) -> None:
    ada, bob = await harness.ada(), await harness.ada(email="bob@shop.example")
    key = str(uuid4())

    await ada.form("/cart/add", key=key, sku=APPLES, qty="1")
    notice = await bob.form("/cart/add", key=key, sku=MILK, qty="2")

    assert notice == "ok: Added Whole milk, 2 litres."
    assert (await ada.lines(), await bob.lines()) == ({APPLES: 1}, {MILK: 2})


async def test_clicking_faster_than_allowed_is_explained(url: str) -> None:
    async with open_harness(url, burst=1) as harness:
        ada = await harness.ada()
        await ada.form("/cart/add", sku=APPLES, qty="1")

        notice = await ada.form("/cart/add", sku=APPLES, qty="1")

        assert (
            notice
            == "error: Too many changes at once. Nothing was changed. Please try again shortly."
        )
        assert await ada.lines() == {APPLES: 1}


async def test_a_cart_that_cannot_be_saved_is_reported(harness: HttpHarness) -> None:
    ada = await harness.ada()
    form = {"key": str(uuid4()), "next": "/shop", "sku": APPLES, "qty": "1"}
    harness.database.writes_fail = True

    await ada.post("/cart/add", form)
    harness.database.writes_fail = False
    await harness.context.hub.resync()

    assert notices(await text(await ada.get("/shop"))) == (
        "error: We cannot save changes at the moment. Please try again shortly."
    )
    assert await ada.lines() == {}


async def test_a_cart_that_cannot_be_read_is_reported_on_the_next_page(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    harness.disk.is_away = True

    answer = await ada.post("/cart/add", {"key": str(uuid4()), "sku": APPLES, "qty": "1"})
    page = await ada.get("/cart")
    harness.disk.is_away = False

    assert (answer.status_code, page.status_code) == (303, 503)
    assert "please try again shortly" in (await text(page)).lower()


@pytest.mark.parametrize("path", ["/cart/add", "/cart/undo"])
async def test_the_forms_have_no_page_of_their_own(harness: HttpHarness, path: str) -> None:
    assert (await (await harness.ada()).get(path)).status_code == 405


async def test_there_is_no_form_but_those(harness: HttpHarness) -> None:
    assert (await (await harness.ada()).post("/cart/empty")).status_code == 404

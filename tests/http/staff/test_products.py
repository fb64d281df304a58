"""The staff pages that edit and add products, and their audit log."""

import re

import pytest
from quart import Response

from app.domain.catalog import Sku
from app.http.staff.edit_forms import describe_changes
from app.http.staff.new_product import PICTURES
from app.http.staff.picture_names import PICTURE_NAMES
from app.store.product_edits import find_product
from app.store.product_log import list_edits
from tests.http.harness import HttpHarness
from tests.http.order_helpers import APPLES, MILK, stocked_cart
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, notices, text

pytestmark = pytest.mark.on_both

MILK_PAGE = f"/staff/products/{MILK}"
LIST = "/staff/products?q=milk"


async def version(harness: HttpHarness, sku: str = MILK) -> str:
    """Return the current version of a product, by default the milk."""
    product = await harness.database.read(find_product, sku)
    assert product
    return str(product.version)


async def edit(harness: HttpHarness, staff: Visitor, **fields: str) -> Response:
    """Send the edit form of the milk with *fields* and the current version."""
    usual = {"version": await version(harness), "reason": "Delivery", "next": LIST}
    return await staff.post(MILK_PAGE, usual | fields)


async def notice_after(staff: Visitor, answer: Response) -> str:
    """Follow the redirect of a form, and return the notice on that page."""
    assert answer.status_code == 303
    return notices(await text(await staff.get(answer.location or "")))


async def test_a_product_is_found_by_name_unit_and_sku_even_if_discontinued(
    harness: HttpHarness,
) -> None:
    staff = await grace(harness)
    await edit(harness, staff, sold="no")

    for q in ("milk", "2 litres", MILK, "whole MILK"):
        page = await text(await staff.get(f"/staff/products?q={q}"))
        assert f'id="{MILK}"' in page
        assert f'id="{APPLES}"' not in page
        assert "Not on sale" in page
    assert "No products match “zeppelin”" in await text(
        await staff.get("/staff/products?q=zeppelin")
    )
    assert (await staff.get("/staff/products?page=99")).status_code == 404


@pytest.mark.smoke
async def test_price_and_stock_are_changed_together_and_in_the_audit_log_with_the_reason(
    harness: HttpHarness,
) -> None:
    staff = await grace(harness)
    await harness.set_product(MILK, price=215, stock=40)

    answer = await edit(harness, staff, price="2.35", stock_by="+12")

    assert answer.location == LIST
    assert await notice_after(staff, answer) == "ok: Whole milk, 2 litres: £2.35, 52 in stock."
    log = await harness.database.read(list_edits, MILK, 1)
    newest = log.entries[0]
    assert (newest.by, newest.reason) == ("Grace", "Delivery")
    assert newest.changes == {"price": (215, 235), "stock": (40, 52)}
    page = await text(await staff.get("/staff/log"))
    assert "<li>price £2.15 → £2.35</li><li>stock 40 → 52</li>" in page
    assert "“Delivery”" in page


@pytest.mark.parametrize(("typed", "stock"), [("-3", 7), ("\N{MINUS SIGN}3", 7), ("4", 14)])
async def test_stock_changes_by_the_typed_amount(
    harness: HttpHarness, typed: str, stock: int
) -> None:
    staff = await grace(harness)
    await harness.set_product(MILK, stock=10)

    await edit(harness, staff, stock_by=typed)

    product = await harness.database.read(find_product, MILK)
    assert product
    assert product.stock == stock


async def test_what_staff_have_held_is_held_for_who_puts_it_in_the_cart(
    harness: HttpHarness,
) -> None:
    staff = await grace(harness)
    await harness.set_product(MILK, stock=5)
    await edit(harness, staff, hold="always")
    await harness.context.refresh_catalog()
    ada = await harness.ada()

    await ada.form("/cart/add", sku=MILK, qty="2")

    assert "Held for you" in await text(await ada.get("/cart"))
    slug = harness.context.catalog.today.products[Sku(MILK)].slug
    shown = await text(await harness.visitor().get(f"/p/{slug}?size={MILK}"))
    assert "5 left, 2 held" in shown
    page = await text(await staff.get(MILK_PAGE))
    assert '<option value="always" selected>always</option>' in page
    assert "2 held now" in page
    assert "<li>holding never → always</li>" in page


async def test_an_edit_requests_a_refresh_of_the_catalogue(harness: HttpHarness) -> None:
    staff = await grace(harness)

    await edit(harness, staff, price="2.35")

    assert harness.context.catalog.refresh_requested.is_set()


async def test_a_product_is_discontinued_and_sold_again(harness: HttpHarness) -> None:
    staff = await grace(harness)

    for sold, sentence in (("no", ", not on sale."), ("yes", "in stock.")):
        answer = await edit(harness, staff, sold=sold)
        assert (await notice_after(staff, answer)).endswith(sentence)

    log = await harness.database.read(list_edits, MILK, 1)
    assert [entry.changes for entry in log.entries[:2]] == [
        {"sold": (False, True)},
        {"sold": (True, False)},
    ]


async def test_an_edit_of_an_old_version_is_refused_and_shows_both_versions(
    harness: HttpHarness,
) -> None:
    staff, seen = await grace(harness), await version(harness)
    await harness.set_product(MILK, price=250)

    answer = await edit(harness, staff, version=seen, price="2.35", reason="Offer")

    page = await text(answer)
    assert answer.status_code == 409
    assert "Nothing was changed: somebody else edited this product meanwhile." in page
    assert re.search(
        r"<h2>Changed meanwhile</h2>.*?price £[\d.]+ → £2\.50.*?A command", page, re.DOTALL
    )
    assert 'value="2.35"' in page
    assert 'value="Offer"' in page
    assert "now £2.50" in page
    assert f'name="version" value="{await version(harness)}"' in page
    product = await harness.database.read(find_product, MILK)
    assert product
    assert product.price == 250


async def test_a_form_sent_twice_changes_stock_once(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await harness.set_product(MILK, stock=10)
    seen = await version(harness)

    for status in (303, 409):
        answer = await edit(harness, staff, version=seen, stock_by="+5")
        assert answer.status_code == status

    product = await harness.database.read(find_product, MILK)
    assert product
    assert product.stock == 15


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"price": "cheap"}, "“cheap” is not a price. Enter one such as 2.20."),
        ({"price": "-1"}, "“-1” is not a price. Enter one such as 2.20."),
        ({"stock_by": "many"}, "Enter how many were added or removed, such as +12 or -3."),
        ({"stock_by": "+-3"}, "Enter how many were added or removed, such as +12 or -3."),
        ({"stock_by": "9999999"}, "Enter how many were added or removed, such as +12 or -3."),
        ({"reason": " "}, "Give a reason in a few words, for the log."),
        ({"reason": "x" * 201}, "Use at most 200 characters."),
    ],
)
async def test_an_invalid_field_is_marked_and_the_form_keeps_what_was_typed(
    harness: HttpHarness, typed: dict[str, str], sentence: str
) -> None:
    staff, before = await grace(harness), await version(harness)

    answer = await edit(harness, staff, **({"price": "3.10", "reason": "Delivery"} | typed))

    page = await text(answer)
    assert answer.status_code == 400
    assert sentence in page
    for value in ({"price": "3.10"} | typed).values():
        assert f'value="{value}"' in page
    assert await version(harness) == before


async def test_stock_cannot_become_negative(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await harness.set_product(MILK, stock=3)

    fewer = await edit(harness, staff, stock_by="-4")
    more = await edit(harness, staff, stock_by="1000000")

    assert fewer.status_code == more.status_code == 409
    assert "There are only 3: no more can be taken away." in await text(fewer)
    assert "No more than 1,000,000 can be in stock." in await text(more)


async def test_an_edit_that_changes_nothing_says_so(harness: HttpHarness) -> None:
    staff = await grace(harness)

    answer = await edit(harness, staff)

    assert await notice_after(staff, answer) == (
        "warn: Nothing was changed: it is like that already."
    )


async def test_a_busy_shop_keeps_the_typed_values(harness: HttpHarness) -> None:
    staff, seen = await grace(harness), await version(harness)
    harness.database.writes_fail = True

    answer = await edit(harness, staff, version=seen, price="3.10")

    page = await text(answer)
    assert answer.status_code == 503
    assert "We cannot answer right now." in page
    assert 'value="3.10"' in page


async def test_the_carts_that_hold_a_product_are_shown_before_an_edit(harness: HttpHarness) -> None:
    staff = await grace(harness)
    assert "No cart holds this" in await text(await staff.get(MILK_PAGE))

    await stocked_cart(harness)
    assert "1 cart holds this (2 in it)" in plain(await text(await staff.get(MILK_PAGE)))

    await stocked_cart(harness, email="bob@shop.example")
    assert "2 carts hold this (4 in all)" in plain(await text(await staff.get(LIST)))


async def test_the_list_has_what_others_changed_in_the_database(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await harness.set_product_unseen(MILK, price=777)

    assert 'value="7.77"' in await text(await staff.get(LIST))


async def test_an_unknown_product_is_not_found(harness: HttpHarness) -> None:
    staff = await grace(harness)

    assert (await staff.get("/staff/products/zeppelin")).status_code == 404
    assert (await staff.post("/staff/products/zeppelin", {})).status_code == 404


@pytest.mark.parametrize(
    "path", ["/staff/products", MILK_PAGE, "/staff/new-product", "/staff/log", "/staff/carts"]
)
async def test_the_pages_are_not_found_for_shoppers(harness: HttpHarness, path: str) -> None:
    ada, before = await harness.ada(), await version(harness)

    for visitor in (ada, harness.visitor()):
        assert (await visitor.get(path)).status_code == 404
        assert (await edit(harness, visitor, price="0.01")).status_code == 404

    assert await version(harness) == before


NEW = {
    "name": "Rice drink",
    "unit": "1 litre",
    "sku": "rice-drink-1l",
    "slug": "rice-drink",
    "category": "dairy",
    "image": "milk",
    "description": "Made of rice.",
    "price": "1.80",
    "tax": "20",
    "stock": "24",
    "ml": "1000",
    "sold": "yes",
    "popular": "no",
    "reason": "Asked for",
}


async def test_a_new_product_is_in_the_catalogue_and_in_the_audit_log(harness: HttpHarness) -> None:
    staff = await grace(harness)

    answer = await staff.post("/staff/new-product", NEW)

    assert answer.location == "/staff/products/rice-drink-1l"
    assert await notice_after(staff, answer) == "ok: Rice drink, 1 litre: added."
    page = await text(await staff.get("/staff/log?sku=rice-drink-1l"))
    assert "new product" in page
    assert "“Asked for”" in page


async def test_a_reason_that_is_too_long_for_the_log_is_told_and_not_cut(
    harness: HttpHarness,
) -> None:
    staff = await grace(harness)

    answer = await staff.post("/staff/new-product", NEW | {"reason": "x" * 201})

    assert answer.status_code == 400
    assert "Use at most 200 characters." in await text(answer)
    assert "x" * 201 in await text(answer)


async def test_control_characters_are_removed_from_the_audit_log(harness: HttpHarness) -> None:
    staff = await grace(harness)

    await staff.post("/staff/new-product", NEW | {"reason": "Asked\0for\x1b[2J"})

    assert "“Asked for [2J”" in await text(await staff.get("/staff/log?sku=rice-drink-1l"))


async def test_a_taken_sku_is_refused_and_the_form_keeps_its_values(harness: HttpHarness) -> None:
    staff = await grace(harness)

    answer = await staff.post("/staff/new-product", NEW | {"sku": MILK})

    page = await text(answer)
    assert answer.status_code == 409
    assert f"There is already a product “{MILK}”. Choose another SKU." in page
    assert 'value="Rice drink"' in page


async def test_every_invalid_field_of_a_new_product_is_marked(harness: HttpHarness) -> None:
    staff = await grace(harness)

    answer = await staff.post(
        "/staff/new-product", NEW | {"price": "cheap", "sku": "Rice drink", "category": "ships"}
    )

    page = await text(answer)
    assert answer.status_code == 400
    assert "“cheap” is not a price like 2.20." in page
    assert page.count('aria-invalid="true"') >= 3
    assert 'value="cheap"' in page


async def test_a_new_product_refused_by_a_busy_shop_can_be_sent_again(harness: HttpHarness) -> None:
    staff = await grace(harness)
    harness.database.writes_fail = True

    answer = await staff.post("/staff/new-product", NEW)

    assert answer.status_code == 503
    assert 'value="Rice drink"' in await text(answer)


def plain(page: str) -> str:
    """Return *page* without tags."""
    return re.sub(r"\s+", " ", re.sub("<.*?>", "", page))


async def test_every_picture_can_be_chosen_by_what_it_shows(harness: HttpHarness) -> None:
    staff = await grace(harness)

    page = await text(await staff.get("/staff/new-product"))
    answer = await staff.post("/staff/new-product", NEW | {"image": "", "category": ""})

    chosen = set(re.findall(r'name="image"\s+value="([a-z-]+)"', page))
    assert chosen == {*PICTURE_NAMES} == {*harness.context.assets.named(PICTURES)}
    assert "Green apple" in page
    assert (await text(answer)).count("Choose one.") == 2


def test_the_log_names_a_language_that_the_shop_no_longer_has_by_its_tag() -> None:
    changes = {"name.zh-Hant": (None, "蘋果"), "name.xx": ("Pommes", None)}

    assert describe_changes(changes) == ["name (繁體中文) 蘋果", "name (xx) Pommes → nothing"]

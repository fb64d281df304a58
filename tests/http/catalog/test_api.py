"""The catalogue as JSON."""

import re

import pytest

from app.domain.catalog import Sku
from app.domain.edits import Edit
from app.store.product_edits import edit_product
from tests.http.harness import HttpHarness
from tests.http.visitor import code, fields, text
from tests.staff import BY_COMMAND

APPLES = "gala-apples-1kg"
FIELDS = {"sku", "name", "unit", "slug", "image", "category", "price", "stock", "held", "state"}


async def listed(harness: HttpHarness, query: str = "") -> list[str]:
    """Return the SKUs of all pages of a list."""
    skus, page = [], 1
    while page:
        answer = await fields(await harness.visitor().get(f"/api/products?{query}&page={page}"))
        assert len(answer["products"]) <= 24
        skus += [product["sku"] for product in answer["products"]]
        page = answer["next"]
    return skus


async def test_products_that_are_withdrawn_while_pages_are_read_hide_no_others(
    harness: HttpHarness,
) -> None:
    everything, visitor = await listed(harness), harness.visitor()
    first = await fields(await visitor.get("/api/products"))
    shown = [product["sku"] for product in first["products"]]

    for sku in (shown[3], shown[-1]):
        await harness.database.write(edit_product, Edit(Sku(sku), 0, sold=False), BY_COMMAND)
    await harness.refresh_catalog()

    second = await fields(await visitor.get(f"/api/products?page={first['next']}"))
    assert [product["sku"] for product in second["products"]] == everything[24:48]
    assert (await visitor.get("/api/products?page=after.1")).status_code == 400


async def test_a_product_is_found_by_its_sku(harness: HttpHarness) -> None:
    answer = await harness.visitor().get(f"/api/products/{APPLES}")

    assert await fields(answer) == {
        "sku": APPLES,
        "name": "Gala apples",
        "unit": "1 kg",
        "slug": "gala-apples",
        "image": "apple-red",
        "category": "fruit",
        "price": 220,
        "stock": None,
        "held": 0,
        "state": "ok",
    }


async def test_products_are_called_by_their_names_in_the_language_of_the_request(
    harness: HttpHarness,
) -> None:
    visitor = harness.visitor()
    for path in (f"/api/products/{APPLES}", f"/api/products?q={APPLES}"):
        english, chinese, prefixed = (
            await visitor.get(path),
            await visitor.get(path, accept_language="zh-TW"),
            await visitor.get(f"/zh-hant{path}"),
        )
        again = await visitor.get(
            path, accept_language="zh-TW", If_None_Match=chinese.headers["ETag"]
        )

        assert '"name":"Gala apples","unit":"1 kg"' in await text(english)
        assert '"name":"加拉蘋果","unit":"1 公斤"' in await text(chinese)
        assert await text(chinese) == await text(prefixed)
        assert english.headers["ETag"] != chinese.headers["ETag"]
        assert again.status_code == 304
        assert all("Accept-Language" in each.vary for each in (english, chinese, again))


async def test_a_changed_text_is_shown_once_the_catalogue_is_refreshed(
    harness: HttpHarness,
) -> None:
    edit = Edit(Sku(APPLES), 0, translated={"name.zh-Hant": "新蘋果", "unit.zh-Hant": ""})
    await harness.database.write(edit_product, edit, BY_COMMAND)
    await harness.refresh_catalog()

    shown = await fields(await harness.visitor().get(f"/zh-hant/api/products/{APPLES}"))

    assert (shown["name"], shown["unit"]) == ("新蘋果", "1 kg")


@pytest.mark.parametrize("sku", ["ghost", "__proto__", "Gala", "%00", "a" * 300])
async def test_an_unknown_product_is_not_found(harness: HttpHarness, sku: str) -> None:
    answer = await harness.visitor().get(f"/api/products/{sku}")

    assert await code(answer) == (404, "not_found")


async def test_the_list_is_paginated_to_its_end(harness: HttpHarness) -> None:
    skus = await listed(harness)

    on_sale = [
        product.sku for product in harness.context.catalog.today.products.values() if product.sold
    ]
    assert len(skus) == len(set(skus))
    assert sorted(skus) == sorted(on_sale)
    assert len(skus) > 100


async def test_every_listed_product_has_exactly_the_fields_of_the_protocol(
    harness: HttpHarness,
) -> None:
    answer = await fields(await harness.visitor().get("/api/products"))

    assert answer.keys() == {"products", "next", "meant"}
    assert all(product.keys() == FIELDS for product in answer["products"])


async def test_a_page_beyond_the_end_is_empty(harness: HttpHarness) -> None:
    answer = await fields(await harness.visitor().get("/api/products?page=9999"))

    assert answer == {"products": [], "next": None, "meant": None}


async def test_a_category_lists_only_its_own_products(harness: HttpHarness) -> None:
    known = harness.context.catalog.today.products

    fruit = [product for product in known if known[product].category == "fruit"]
    assert sorted(await listed(harness, "category=fruit")) == sorted(fruit)
    assert await listed(harness, "category=nothing") == []


async def test_a_discontinued_product_is_not_listed_but_found_by_its_sku(
    harness: HttpHarness,
) -> None:
    (gone,) = [
        product.sku
        for product in harness.context.catalog.today.products.values()
        if not product.sold
    ]

    answer = await fields(await harness.visitor().get(f"/api/products/{gone}"))
    assert (answer["state"], answer["stock"]) == ("gone", 0)
    assert gone not in await listed(harness)


async def test_stock_is_exact_up_to_ten(harness: HttpHarness) -> None:
    async def shown(stock: int) -> tuple[int | None, str]:
        await harness.set_product(APPLES, stock=stock)
        product = await fields(await harness.visitor().get(f"/api/products/{APPLES}"))
        return product["stock"], product["state"]

    assert [await shown(stock) for stock in (0, 1, 10, 11)] == [
        (0, "sold_out"),
        (1, "ok"),
        (10, "ok"),
        (None, "ok"),
    ]


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=1.0", "page=10000", f"q={'x' * 101}"]
)
async def test_an_invalid_query_is_malformed(harness: HttpHarness, query: str) -> None:
    answer = await harness.visitor().get(f"/api/products?{query}")

    assert await code(answer) == (400, "malformed")


async def test_answers_may_be_cached_and_are_revalidated_by_etag(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    for path in ("/api/products?q=milk", f"/api/products/{APPLES}"):
        first = await visitor.get(path)
        again = await visitor.get(path, If_None_Match=first.headers["ETag"])

        assert first.headers["Cache-Control"] == "public, max-age=5"
        assert (again.status_code, await again.get_data()) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]


async def test_an_outdated_etag_is_answered_with_the_new_price(harness: HttpHarness) -> None:
    visitor, path = harness.visitor(), f"/api/products/{APPLES}"
    first = await visitor.get(path)

    await harness.set_product(APPLES, price=225)
    again = await visitor.get(path, If_None_Match=first.headers["ETag"])

    assert again.status_code == 200
    assert (await fields(again))["price"] == 225


async def test_the_answer_does_not_depend_on_cookies(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.reads.clear()

    for path in ("/api/products", f"/api/products/{APPLES}", "/api/products/ghost"):
        signed_in, signed_out = await ada.get(path), await harness.visitor().get(path)

        assert await signed_in.get_data() == await signed_out.get_data()
        assert dict(signed_in.headers) == dict(signed_out.headers)
        assert not re.search("cookie", str(signed_in.headers), re.IGNORECASE)
    assert harness.database.reads == []

"""The public pages."""

import re
from dataclasses import replace
from typing import Any

import pytest
from quart import template_rendered

from app.domain.catalog import Sku
from tests.http.harness import HttpHarness
from tests.http.visitor import text

APPLES = "gala-apples-1kg"


def cards(page: str) -> list[str]:
    """Return the SKUs of the cards on *page*."""
    return re.findall(r'<li class="card" data-card data-sku="([^"]+)"', " ".join(page.split()))


async def test_the_front_page_shows_popular_products(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/"))

    products = harness.context.catalog.today.products
    shown = [products[Sku(sku)] for sku in cards(page)]
    assert all(product.popular for product in shown)
    assert {product.slug for product in shown} == {
        product.slug for product in products.values() if product.popular and product.sold
    }
    assert len(shown) > 5


async def test_the_front_page_shows_one_size_of_each_product_preferably_in_stock(
    harness: HttpHarness,
) -> None:
    await harness.set_product("gala-apples-500g", stock=0)

    page = await text(await harness.visitor().get("/"))

    assert [sku for sku in cards(page) if sku.startswith("gala-apples")] == ["gala-apples-1kg"]


async def test_the_list_shows_24_and_a_link_to_more(harness: HttpHarness) -> None:
    first = await text(await harness.visitor().get("/shop"))
    second = await text(await harness.visitor().get("/shop?category=&q=&sort=popular&page=2"))

    assert len(cards(first)) == len(cards(second)) == 24
    assert not set(cards(first)) & set(cards(second))
    assert "/shop?category=&q=&sort=popular&page=2" in first


async def test_the_last_page_has_no_link_to_more_and_the_next_is_not_found(
    harness: HttpHarness,
) -> None:
    on_sale = [each for each in harness.context.catalog.today.products.values() if each.sold]
    last = -(-len(on_sale) // 24)

    assert "Show more" not in await text(await harness.visitor().get(f"/shop?page={last}"))
    assert (await harness.visitor().get(f"/shop?page={last + 1}")).status_code == 404


async def test_filters_are_in_the_url(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/shop?category=fruit&q=Apples&sort=-price"))

    known = harness.context.catalog.today.products
    prices = [known[Sku(sku)].price for sku in cards(page)]
    assert prices == sorted(prices, reverse=True)
    assert {known[Sku(sku)].category for sku in cards(page)} == {"fruit"}
    assert "“Apples”" in page


async def test_a_search_without_results_says_so(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/shop?q=unobtainium"))

    assert cards(page) == []
    assert "See everything we have" in page


async def test_a_typing_error_in_a_search_gets_a_suggestion(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/shop?q=tomatos"))

    assert "Nothing here is called “tomatos”" in page
    assert re.search(r'Did you mean\s+<a[^>]+q=tomatoes">tomatoes</a>', page)


async def test_a_search_in_the_wrong_category_links_to_all_categories(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/shop?category=fruit&q=milk"))

    assert re.search(r'href="/shop\?q=milk">See \d+ on other shelves', page)


def withdraw(harness: HttpHarness, category: str) -> None:
    """Withdraw all products of *category* from sale; an empty name means every category."""
    catalog = harness.context.catalog
    gone = {
        sku: replace(each, sold=False)
        for sku, each in catalog.today.products.items()
        if each.category.startswith(category)
    }
    harness.context.hub.update_catalog(catalog.revision, catalog.today._replace(products=gone))


@pytest.mark.parametrize(
    ("category", "sentence", "link"),
    [
        ("bakery", "This shelf is empty just now.", '<a class="link" href="/shop">See everything'),
        ("", "All shelves are empty just now.", '<a class="link" href="/">Back to the front page'),
    ],
)
async def test_an_empty_category_says_so_and_links_to_all_products(
    harness: HttpHarness, category: str, sentence: str, link: str
) -> None:
    withdraw(harness, category)

    page = await text(await harness.visitor().get(f"/shop?category={category}"))

    assert cards(page) == []
    assert sentence in page
    assert link in page
    assert "Nothing here is called" not in page


@pytest.mark.parametrize(
    "query", ["page=x", "page=0", "page=-3", "sort=<b>", f"page={'9' * 50}", "q=%00%ff"]
)
async def test_an_invalid_query_shows_the_list(harness: HttpHarness, query: str) -> None:
    assert (await harness.visitor().get(f"/shop?{query}")).status_code == 200


async def test_a_long_search_is_cut(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get(f"/shop?q={'x' * 5000}"))

    assert "x" * 100 in page
    assert "x" * 101 not in page


async def test_a_search_term_is_escaped(harness: HttpHarness) -> None:
    answer = await harness.visitor().get("/shop?q=%3Cscript%3Ealert(1)%3C/script%3E")

    assert "<script>alert" not in await answer.get_data(as_text=True)


async def test_an_unknown_category_is_not_found(harness: HttpHarness) -> None:
    assert (await harness.visitor().get("/shop?category=nothing")).status_code == 404


async def test_a_product_page_shows_its_sizes_and_similar_products(harness: HttpHarness) -> None:
    known = harness.context.catalog.today.products
    page = await text(await harness.visitor().get("/p/gala-apples"))

    shown = cards(page)
    shown_first, *others = (sku for sku in known if known[sku].slug == "gala-apples")
    assert known[shown_first].description in page
    assert "£2.20 per kg" in page
    assert {known[Sku(sku)].category for sku in shown} == {"fruit"}
    assert set(others) <= set(shown)
    similar = [known[Sku(sku)].slug for sku in shown if sku not in others]
    assert len(similar) == len(set(similar)) == 8


async def test_a_product_page_preselects_a_size_that_is_sold(harness: HttpHarness) -> None:
    catalog = harness.context.catalog
    first, second, *_ = (
        each for each in catalog.today.products.values() if each.slug == "gala-apples"
    )
    gone = {first.sku: replace(first, sold=False)}
    harness.context.hub.update_catalog(catalog.revision, catalog.today._replace(products=gone))

    page = await text(await harness.visitor().get("/p/gala-apples"))

    assert f"<title>{second.name}, {second.unit} " in " ".join(page.split())


async def test_similar_products_that_are_sold_out_come_last(harness: HttpHarness) -> None:
    def similar(page: str) -> list[str]:
        return cards(page[page.index('id="similar"') :])

    first, *rest = similar(await text(await harness.visitor().get("/p/gala-apples")))
    await harness.set_product(first, stock=0)

    shown = similar(await text(await harness.visitor().get("/p/gala-apples")))
    assert shown[: len(rest)] == rest


async def test_a_withdrawn_product_has_a_page_but_is_in_no_list(harness: HttpHarness) -> None:
    (gone,) = [each for each in harness.context.catalog.today.products.values() if not each.sold]

    page = await text(await harness.visitor().get(f"/p/{gone.slug}"))
    assert gone.name in page

    for number in range(1, 7):
        assert gone.sku not in cards(
            await text(await harness.visitor().get(f"/shop?page={number}"))
        )


@pytest.mark.parametrize("slug", ["nothing", "__proto__", "%3Cb%3E", "..%2f..%2fetc%2fpasswd"])
async def test_an_unknown_product_is_not_found(harness: HttpHarness, slug: str) -> None:
    assert (await harness.visitor().get(f"/p/{slug}")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["..%2f..%2fapp%2fruntime%2fbuild.py", "%2e%2e/app/runtime/build.py", "../runtime/build.py"],
)
async def test_only_public_files_are_served(harness: HttpHarness, path: str) -> None:
    assert (await harness.visitor().get(f"/static/{path}")).status_code == 404


async def test_the_header_shows_name_and_cart_after_signing_in(harness: HttpHarness) -> None:
    ada = await harness.ada(name="Ada <Lovelace>")
    await ada.form("/cart/add", sku=APPLES, qty="2")

    page = await text(await ada.get("/"))

    assert "Ada <Lovelace>" in page
    assert '<span class="count" data-part="cart-count">2</span>' in page
    assert "£7.90" in page


async def test_a_page_costs_one_query_for_the_session_and_one_for_a_closed_cart(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    harness.database.reads.clear()

    await ada.get("/cart")
    assert harness.database.reads == ["find_session", "load_cart"]

    harness.database.reads.clear()
    await harness.visitor().get("/shop")
    assert harness.database.reads == []


async def test_categories_show_their_number_of_products(harness: HttpHarness) -> None:
    sold = [each for each in harness.context.catalog.today.products.values() if each.sold]
    names = dict(harness.context.categories)

    assert {each.category for each in sold} == names.keys()
    page = await text(await harness.visitor().get("/shop"))
    assert all(f'href="/shop?category={slug}"' in page for slug in names)


async def test_signing_in_returns_to_the_page(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/shop?q=green%20tea&page=1"))

    assert 'href="/login?next=/shop%3Fq%3Dgreen%2520tea%26page%3D1"' in page


async def test_templates_get_the_context_that_they_need(harness: HttpHarness) -> None:
    given: list[dict[str, Any]] = []

    def remember(_sender: object, context: dict[str, Any], **_rest: object) -> None:
        given.append(context)

    template_rendered.connect(remember, harness.app)
    ada = await harness.ada()
    await ada.form("/cart/add", page="/shop?q=milk", sku=APPLES, qty="1")

    (context,) = given
    cart = await ada.cart()
    assert context["account"]["name"] == "Ada"
    assert context["account"]["staff"] is False
    assert [line["qty"] for line in context["cart"]["lines"]] == [1]
    assert context["at"] == cart["at"]
    assert context["notices"] == [{"kind": "ok", "text": "Added Gala apples, 1 kg."}]
    assert context["path"] == "/shop?q=milk"
    assert context["op_key"]() != context["op_key"]()
    assert sum(each["count"] for each in context["categories"]) == sum(
        each.sold for each in harness.context.catalog.today.products.values()
    )
    assert (context["q"], context["category"], context["page"]) == ("milk", "", 1)
    assert context["count"] == len(context["products"])

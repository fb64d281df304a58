"""The public pages."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from quart import template_rendered

from app.domain.catalog import Product, Sku
from app.domain.seasons import in_season
from app.store.product_edits import Editor, ProductValues, edit_products
from tests.http.harness import HttpHarness
from tests.http.visitor import text

APPLES = "gala-apples-1kg"
EDITOR = Editor(None, "stock-taking", 0)
MORE = re.compile(r'class="button-quiet"\s+href="(/shop[^"]*page=[^"]*)"')


def changed(product: Product) -> ProductValues:
    """Return an edit that withdraws *product* or puts it on sale."""
    return ProductValues(product.sku, product.version, {"sold": product.sold})


def cards(page: str) -> list[str]:
    """Return the SKUs that are chosen on the cards on *page*."""
    return [_chosen(card) for card in page.split('<li class="card">')[1:]]


def _chosen(card: str) -> str:
    sku = re.search(r'value="([^"]+)" checked', card) or re.search(r'data-sku="([^"]+)"', card)
    assert sku
    return sku[1]


def slugs(harness: HttpHarness, skus: Iterable[str]) -> list[str]:
    """Return the slugs of the products in these sizes."""
    return [harness.context.catalog.today.products[Sku(sku)].slug for sku in skus]


async def test_the_front_page_shows_what_is_in_season_and_what_is_popular_once(
    harness: HttpHarness,
) -> None:
    page = await text(await harness.visitor().get("/"))

    products = harness.context.catalog.today.products
    season, popular = (cards(part) for part in page.split('id="season"')[1].split('id="popular"'))
    day = datetime.fromtimestamp(harness.clock.at_s, harness.context.zone).date()
    assert len(season) == 8
    assert all(in_season(slug, day) for slug in slugs(harness, season))
    assert all(products[Sku(sku)].popular for sku in popular)
    assert {product.slug for product in products.values() if product.popular and product.sold} <= {
        *slugs(harness, season + popular)
    }
    assert len(season + popular) == len({*slugs(harness, season + popular)})


async def test_the_front_page_changes_with_the_day_and_not_within_it(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    first = cards(await text(await visitor.get("/")))
    harness.clock.at_s += 1
    same = cards(await text(await visitor.get("/")))
    harness.clock.at_s += 24 * 3600

    assert first == same
    assert cards(await text(await visitor.get("/"))) != first


async def test_the_front_page_shows_one_size_of_each_product_preferably_in_stock(
    harness: HttpHarness,
) -> None:
    await harness.set_product("gala-apples-500g", stock=0)

    page = await text(await harness.visitor().get("/"))

    assert [sku for sku in cards(page) if sku.startswith("gala-apples")] == ["gala-apples-1kg"]


async def test_the_list_shows_24_and_a_link_to_more(harness: HttpHarness) -> None:
    first = await text(await harness.visitor().get("/shop"))
    (more,) = MORE.findall(first)
    second = await text(await harness.visitor().get(more))

    assert more.startswith("/shop?category=&q=&sort=popular&page=after.24.")
    assert len(cards(first)) == len(cards(second)) == 24
    assert not set(cards(first)) & set(cards(second))
    older_link = "/shop?category=&q=&sort=popular&page=2"
    assert cards(await text(await harness.visitor().get(older_link))) == cards(second)


@pytest.mark.parametrize("sort", ["popular", "name", "price", "-price"])
async def test_no_product_is_skipped_or_repeated_while_others_come_and_go(
    harness: HttpHarness, sort: str
) -> None:
    visitor, seen, path = harness.visitor(), list[str](), f"/shop?sort={sort}"
    today = harness.context.catalog.today
    there = {product.slug for product in today.products.values() if product.sold}

    while path:
        page = await text(await visitor.get(path))
        seen += cards(page)
        shown = [today.products[Sku(sku)] for sku in cards(page)]
        gone = [replace(each, sold=False) for each in (shown[0], shown[-1])]
        await harness.database.write(edit_products, [*map(changed, gone)], EDITOR)
        await harness.refresh_catalog()
        path = next(iter(MORE.findall(page)), "")

    assert len(seen) == len(set(seen))
    assert {*slugs(harness, seen)} == there


@pytest.mark.parametrize("sort", ["popular", "name", "price", "-price"])
async def test_a_price_that_changes_moves_no_other_product_to_another_page(
    harness: HttpHarness, sort: str
) -> None:
    visitor, seen, path = harness.visitor(), list[str](), f"/shop?sort={sort}"
    today, moved = harness.context.catalog.today, set[str]()

    while path:
        page = await text(await visitor.get(path))
        seen += cards(page)
        for sku, price in ((cards(page)[0], 1), (cards(page)[-1], 99_999)):
            await harness.set_product(sku, price=price)
            moved.add(sku)
        path = next(iter(MORE.findall(page)), "") if len(seen) < 2 * len(today.products) else ""

    moved_slugs = {*slugs(harness, moved)}
    unmoved = [slug for slug in slugs(harness, seen) if slug not in moved_slugs]
    assert len(unmoved) == len(set(unmoved))
    there = {product.slug for product in today.products.values() if product.sold}
    assert {*unmoved} | moved_slugs == there


async def test_a_page_after_which_all_was_withdrawn_says_so(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    last = cards(await text(await visitor.get("/shop?q=milk")))[-1]

    page = await text(await visitor.get(f"/shop?q=milk&page=after.8.{last}"))

    assert "There are no more products." in page
    assert 'href="/shop"' in page


async def test_the_last_page_has_no_link_to_more_and_the_next_is_not_found(
    harness: HttpHarness,
) -> None:
    products = harness.context.catalog.today.products.values()
    on_sale = {product.slug for product in products if product.sold}
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
    assert "See all products" in page


async def test_a_product_opens_in_the_size_that_was_clicked(harness: HttpHarness) -> None:
    listed = await text(await harness.visitor().get("/shop?q=gala"))
    page = await text(await harness.visitor().get("/p/gala-apples?size=gala-apples-2kg"))
    unknown = await text(await harness.visitor().get("/p/gala-apples?size=ghost"))

    ada = await harness.ada()
    await ada.form("/cart/add", sku="gala-apples-2kg", qty="1")
    link = 'href="/p/gala-apples?size=gala-apples-2kg"'
    assert 'value="gala-apples-500g" checked' in " ".join(listed.split())
    assert link in listed
    assert 'value="gala-apples-2kg" checked' in " ".join(
        (await text(await ada.get("/shop"))).split()
    )
    assert link in await text(await ada.get("/cart"))
    assert "<title>Gala apples, 2 kg" in page
    assert "<title>Gala apples, 500 g" in unknown


async def test_a_typing_error_in_a_search_gets_a_suggestion(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/shop?q=tommatoes"))

    assert "No products match “tommatoes”" in page
    assert re.search(r'Did you mean\s+“<a[^>]+q=tomatoes">tomatoes</a>”', page)


async def test_a_search_in_the_wrong_category_links_to_all_categories(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/shop?category=fruit&q=milk"))

    assert re.search(r'href="/shop\?q=milk">See \d+ in other categories', page)


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
        (
            "bakery",
            "There are no products in this category at the moment.",
            '<a class="button" href="/shop">See all products',
        ),
        (
            "",
            "There are no products at the moment.",
            '<a class="button" href="/">Back to the home page',
        ),
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
    assert "No products match" not in page


@pytest.mark.parametrize(
    "query", ["page=x", "page=0", "page=-3", "sort=<b>", f"page={'9' * 50}", "q=%00%ff"]
)
async def test_an_invalid_query_shows_the_list(harness: HttpHarness, query: str) -> None:
    assert (await harness.visitor().get(f"/shop?{query}")).status_code == 200


async def test_a_long_search_is_cut(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get(f"/shop?q={'x' * 5000}"))

    assert "x" * 100 in page
    assert "x" * 101 not in page
    assert "We searched for the first 100 characters only." in page
    assert "We searched for the first 100 characters only." in page


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
    assert "£2.50 per kg" in page
    assert all(f'href="/p/gala-apples?size={sku}"' in page for sku in others)
    assert {known[Sku(sku)].category for sku in shown} == {"fruit"}
    similar = slugs(harness, shown)
    assert len(similar) == len(set(similar)) == 8
    assert "gala-apples" not in similar


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


async def test_a_page_costs_one_query_for_the_session_one_for_a_closed_cart_and_the_carts_one_more(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    for visitor, path, reads in (
        (ada, "/shop", ["find_session", "load_cart"]),
        (ada, "/cart", ["find_session", "carts_of_member", "load_cart"]),
        (harness.visitor(), "/shop", []),
    ):
        harness.database.reads.clear()
        await visitor.get(path)
        assert harness.database.reads == reads


async def test_categories_show_their_number_of_products(harness: HttpHarness) -> None:
    sold = [each for each in harness.context.catalog.today.products.values() if each.sold]
    slugs = {category.slug for category in harness.context.categories}

    assert {each.category for each in sold} == slugs
    page = await text(await harness.visitor().get("/shop"))
    assert all(f'href="/shop?category={slug}"' in page for slug in slugs)


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
    assert [(notice.kind, notice.text) for notice in context["notices"]] == [
        ("ok", "Added Gala apples, 1 kg.")
    ]
    assert context["path"] == "/shop?q=milk"
    assert context["op_key"]() != context["op_key"]()
    assert sum(each["count"] for each in context["categories"]) == sum(
        each.sold for each in harness.context.catalog.today.products.values()
    )
    assert (context["q"], context["category"], context["page"]) == ("milk", "", 1)
    assert context["count"] == len(context["products"])

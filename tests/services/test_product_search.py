"""Search."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from app.domain.catalog import Category, Product, ProductText, Sku
from app.domain.languages import ENGLISH, Language
from app.domain.paging import After
from app.domain.product_index import ProductIndex
from app.services.product_lists import PAGE_SIZE
from app.services.product_search import ProductSearch
from app.services.searches import Search
from tests.examples import POUNDS, product

CATEGORIES = [Category("fruit", "Fruit"), Category("dairy", "Dairy & eggs")]


def thing(sku: str, name: str, price: int = 100, **more: object) -> Product:
    """Return a product."""
    return product(Sku(sku), name, price, stock=5, **more)


CATALOG = [
    thing("banana", "Bananas", 150),
    thing("brulee", "Crème brûlée", 320, category="dairy", description="With burnt sugar."),
    thing("apple", "Gala apples", 220, popular=True),
    thing("cider", "Cider", 400, sold=False, description="Pressed apples."),
    thing("juice", "Juice", 180, description="Of apples, and nothing else."),
]


def search_of(catalog: Iterable[Product]) -> ProductSearch:
    """Return a search of these products."""
    index, products = ProductIndex(), {product.sku: product for product in catalog}
    index.update(products, products)
    return ProductSearch(index, CATEGORIES, POUNDS)


async def found(**search: object) -> list[str]:
    """Return the SKUs that a search finds."""
    page = await search_of(CATALOG).find(Search(**search))  # type: ignore[arg-type]
    return [product.sku for product in page.products]


async def test_popular_products_come_first_and_the_rest_in_the_order_of_the_catalogue() -> None:
    assert await found() == ["apple", "banana", "brulee", "juice"]


@pytest.mark.parametrize(
    ("q", "skus"),
    [
        ("creme brulee", ["brulee"]),
        ("CRÈME", ["brulee"]),
        ("bruLÉE créme", ["brulee"]),
        ("burnt", ["brulee"]),
        ("dairy", ["brulee"]),
        ("apple", ["apple", "juice"]),
        ("apples nothing", ["juice"]),
        ("  gala   apples ", ["apple"]),
        ("pears", []),
        ("cider", []),
        (".*", []),
    ],
)
async def test_all_words_must_match_whatever_their_case_and_accents(
    q: str, skus: list[str]
) -> None:
    assert await found(q=q) == skus


async def test_names_count_more_than_descriptions() -> None:
    catalog = [CATALOG[4], CATALOG[2]]

    page = await search_of(catalog).find(Search("apples"))

    assert [each.sku for each in page.products] == ["apple", "juice"]


async def test_names_are_sorted_as_they_are_in_the_readers_language() -> None:
    chinese = Language("zh-Hant")
    names = {"banana": "香蕉", "apple": "大蘋果", "juice": "加味果汁"}
    search = search_of(
        [replace(each, texts={chinese: ProductText(names.get(each.sku, ""))}) for each in CATALOG]
    )

    async def ordered(language: Language) -> list[str]:
        page = await search.find(Search(sort="name", names_in=language))
        return [each.sku for each in page.products]

    assert await ordered(chinese) == ["brulee", "apple", "juice", "banana"]
    assert await ordered(ENGLISH) == ["banana", "brulee", "apple", "juice"]


async def test_a_search_can_be_sorted() -> None:
    assert await found(sort="name") == ["banana", "brulee", "apple", "juice"]
    assert await found(sort="price") == ["banana", "juice", "apple", "brulee"]
    assert await found(sort="-price") == ["brulee", "apple", "juice", "banana"]
    assert await found(sort="nonsense") == await found(sort="popular")


async def test_a_search_can_be_limited_to_a_category() -> None:
    assert await found(category="dairy") == ["brulee"]
    assert await found(category="dairy", q="apples") == []
    assert await found(category="nowhere") == []


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (24, 1), (25, 2), (48, 2), (49, 3)])
async def test_pages_hold_24_products_and_say_whether_there_are_more(
    count: int, pages: int
) -> None:
    catalog = [thing(f"thing-{number}", "Thing") for number in range(count)]

    parts = [await search_of(catalog).find(Search())]
    while after := parts[-1].after:
        parts.append(await search_of(catalog).find(Search(page=after)))
    numbered = [await search_of(catalog).find(Search(page=page)) for page in range(1, pages + 1)]

    assert [each for part in parts for each in part.products] == catalog
    assert [part.total for part in parts] == [count] * pages
    assert numbered == parts
    assert all(len(part.products) <= PAGE_SIZE for part in parts)


async def test_a_page_goes_on_after_the_last_one_shown_whatever_comes_and_goes() -> None:
    catalog = [thing(f"thing-{number}", "Thing") for number in range(50)]
    first = await search_of(catalog).find_any("", 1)
    assert first.after == After((24, "thing-23"))

    fewer = [each for each in catalog if each.sku not in {"thing-3", "thing-7"}]
    more = [thing("new-1", "Thing"), thing("new-2", "Thing"), *catalog]
    last_gone = [each for each in catalog if each.sku != "thing-23"]

    for listed in (fewer, more, last_gone):
        assert (await search_of(listed).find_any("", first.after)).products[0].sku == "thing-24"
    assert (await search_of(catalog).find_any("", After((50, "thing-49")))).products == []


@pytest.mark.parametrize(
    ("q", "right"),
    [
        ("aples", "apples"),
        ("Gala Aplles", "gala apples"),
        ("bannana", "bananas"),
        ("creme brulle", "creme brulee"),
        ("fruti", "fruit"),
        ("xyzzy", ""),
        ("apples xyzzy", ""),
        ("cidre", ""),
        ("", ""),
        ("!?", ""),
    ],
)
async def test_a_typing_error_is_corrected_if_that_finds_something(q: str, right: str) -> None:
    assert await search_of(CATALOG).suggest(q) == right


async def test_a_translation_is_found_by_words_and_by_parts_of_words() -> None:
    chinese = {Language("zh-Hant"): ProductText("加拉蘋果")}
    search = search_of([CATALOG[0], replace(CATALOG[2], texts=chinese)])

    for q in ("蘋果", "拉蘋", "gala 蘋"):
        assert [each.sku for each in (await search.find_any(q, 1)).products] == ["apple"], q
    assert await search.suggest("加垃蘋果 1kg") == "加拉蘋果 1kg"
    assert await search.suggest("尿布") == ""

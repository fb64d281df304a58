"""Search."""

import pytest

from app.domain.catalog import Product, Sku
from app.http.catalog.search import PAGE_SIZE, Search, find, read_page, suggest
from tests.examples import product

NAMES = {"fruit": "Fruit", "dairy": "Dairy & eggs"}


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


def found(**search: object) -> list[str]:
    """Return the SKUs that a search finds."""
    return [product.sku for product in find(CATALOG, NAMES, Search(**search)).products]  # type: ignore[arg-type]


def test_popular_products_come_first_and_the_rest_in_the_order_of_the_catalogue() -> None:
    assert found() == ["apple", "banana", "brulee", "juice"]


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
def test_all_words_must_match_whatever_their_case_and_accents(q: str, skus: list[str]) -> None:
    assert found(q=q) == skus


def test_names_count_more_than_descriptions() -> None:
    catalog = [CATALOG[4], CATALOG[2]]

    assert [each.sku for each in find(catalog, NAMES, Search("apples")).products] == [
        "apple",
        "juice",
    ]


def test_a_search_can_be_sorted() -> None:
    assert found(sort="name") == ["banana", "brulee", "apple", "juice"]
    assert found(sort="price") == ["banana", "juice", "apple", "brulee"]
    assert found(sort="-price") == ["brulee", "apple", "juice", "banana"]
    assert found(sort="nonsense") == found(sort="popular")


def test_a_search_can_be_limited_to_a_category() -> None:
    assert found(category="dairy") == ["brulee"]
    assert found(category="dairy", q="apples") == []
    assert found(category="nowhere") == []


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (24, 1), (25, 2), (48, 2), (49, 3)])
def test_pages_hold_24_products_and_say_whether_there_are_more(count: int, pages: int) -> None:
    catalog = [thing(f"thing-{number}", "Thing") for number in range(count)]

    parts = [find(catalog, NAMES, Search(page=page)) for page in range(1, pages + 1)]

    assert [each for part in parts for each in part.products] == catalog
    assert [part.total for part in parts] == [count] * pages
    assert [part.next_page for part in parts] == [*range(2, pages + 1), None]
    assert all(len(part.products) <= PAGE_SIZE for part in parts)


@pytest.mark.parametrize(
    ("typed", "page"),
    [("1", 1), ("9999", 9999), ("007", 7), ("0", None), ("", None), ("-1", None), ("10000", None)],
)
def test_a_page_is_a_number_from_1(typed: str, page: int | None) -> None:
    assert read_page(typed) == page


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
def test_a_typing_error_is_corrected_if_that_finds_something(q: str, right: str) -> None:
    assert suggest(CATALOG, NAMES, q) == right

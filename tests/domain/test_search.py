"""Which products fit what a shopper typed, and how well."""

from itertools import product as combinations

import pytest

from app.domain.catalog import Product, Sku
from app.domain.indexed import read_product
from app.domain.search import Level, Rank, rank, rank_part
from app.domain.search_query import Query, Thesaurus, read_query
from tests.examples import POUNDS, product

THESAURUS = Thesaurus(
    synonyms={
        ("bread",): [("loaf",)],
        ("loo", "roll"): [("toilet", "roll")],
        ("eggplant",): [("aubergine",)],
    },
    optional=frozenset({"tin", "pack"}),
    ignored=frozenset({"of"}),
    words=frozenset(),
)
FITS = [
    ("milk", "Whole milk", Level.HEAD),
    ("whole milk", "Whole milk", Level.NAME),
    ("milk", "Milk chocolate", Level.NAME),
    ("pea", "Peas in the pod", Level.HEAD),
    ("pod", "Peas in the pod", Level.NAME),
    ("breads", "Sourdough loaf", Level.SYNONYM),
    ("loo rolls", "Toilet rolls", Level.SYNONYM),
    ("egg plant", "Aubergine", Level.SYNONYM),
    ("fish", "Prawns", Level.CATEGORY),
    ("straw", "Strawberries", Level.PART),
    ("berry", "Strawberries", Level.PART),
    ("straw berry", "Strawberries", Level.HEAD),
    ("semiskimmed", "Semi-skimmed milk", Level.HEAD),
    ("tea", "Sirloin steak", None),
    ("w", "Whole milk", None),
    ("milk bread", "Whole milk", None),
    ("bread loaf", "Sourdough loaf", Level.SYNONYM),
]
"""Queries, names, and how well the name fits."""


def named(name: str, unit: str = "each", description: str = "") -> Product:
    """Return a product of this name."""
    return product(Sku("one"), name, 100, 5, unit=unit, description=description)


def fit(query: Query, one: Product, category: str) -> Rank | None:
    """Return how well a product in a category of this name fits *query*."""
    return rank(query, one, read_product(one, [category]))


def level(q: str, name: str, **more: str) -> Level | None:
    """Return how well the product called *name* fits *q*, at its worst."""
    found = fit(read_query(q, THESAURUS, POUNDS), named(name, **more), "Meat & fish")
    return Level(found.worst) if found else None


def part(q: str, one: Product) -> Rank | None:
    """Return how well a product in the category “Food” fits a part of *q*."""
    return rank_part(read_query(q, THESAURUS, POUNDS), one, read_product(one, ["Food"]))


@pytest.mark.parametrize(("q", "name", "fits"), FITS)
def test_a_word_fits_a_name(q: str, name: str, fits: Level | None) -> None:
    assert level(q, name) == fits


def test_the_only_word_of_a_category_means_all_of_it() -> None:
    found = fit(read_query("drink", THESAURUS, POUNDS), named("Green tea"), "Drinks")

    assert found
    assert found.worst == Level.HEAD


def test_unit_and_description_fit_least() -> None:
    assert level("bunch", "Carrots", unit="bunch") == Level.UNIT
    assert level("sweet", "Carrots", description="Sweet.") == Level.DESCRIPTION


def test_a_size_decides_between_products_but_excludes_none() -> None:
    query = read_query("milk 2l", THESAURUS, POUNDS)
    small, large = (fit(query, named("Milk", unit), "Dairy") for unit in ("1 l", "2 litres"))

    assert small
    assert large
    assert large > small


def test_a_size_alone_must_fit() -> None:
    query = read_query("2 litres", THESAURUS, POUNDS)

    assert fit(query, named("Milk", "2 l"), "Dairy")
    assert fit(query, named("Milk", "1 l"), "Dairy") is None


def test_optional_words_decide_unless_they_stand_alone() -> None:
    query = read_query("tin of tomatoes", THESAURUS, POUNDS)
    tin, net = (fit(query, named("Tomatoes", unit), "Fruit") for unit in ("400 g tin", "400 g"))

    assert tin
    assert net
    assert tin > net
    assert fit(read_query("tin", THESAURUS, POUNDS), named("Tomatoes", "400 g tin"), "Fruit")
    assert fit(read_query("tin", THESAURUS, POUNDS), named("Tomatoes", "400 g"), "Fruit") is None


def test_ignored_words_count_only_if_there_is_nothing_else() -> None:
    assert level("of milk", "Whole milk") == Level.HEAD
    assert level("of", "Whole milk") is None


def test_a_product_without_a_word_in_its_name_fits_nothing_by_it() -> None:
    assert level("milk", "7") is None
    assert level("milk", "!") is None


@pytest.mark.parametrize(("q", "name"), [(q, name) for q, name, fits in FITS if fits])
def test_each_term_that_fits_is_a_part_of_a_word_of_the_text(q: str, name: str) -> None:
    words = read_product(named(name), ["Meat & fish"]).words

    for term in read_query(q, THESAURUS, POUNDS).terms:
        assert any(part in word for part in term.any_of for word in words), term


def test_the_weight_of_a_rank_compares_as_the_rank_does() -> None:
    ranks = [Rank(*parts) for parts in combinations((0, 1, 12, 999), repeat=4)]

    assert sorted(ranks, key=lambda each: each.weight) == sorted(ranks)


def test_a_product_fits_a_part_of_a_query_by_what_it_is() -> None:
    assert part("milk and eggs", named("Whole milk"))
    assert part("milk and eggs", named("Free range eggs"))
    assert part("white wine", named("Red wine"))
    assert part("white wine", named("White loaf")) is None
    assert part("milk and eggs", named("Bananas")) is None


def test_no_product_above_the_price_fits_a_part() -> None:
    assert part("milk and eggs under £1.50", named("Milk"))
    assert part("milk and eggs under £0.50", named("Milk")) is None


@pytest.mark.parametrize(
    ("q", "better", "worse"),
    [
        ("bread loaf 400g", named("Sourdough loaf"), named("Bread", "400 g")),
        ("milk eggs 2l", named("Milk", "2 l"), named("Milk", "1 l")),
        ("tin peas eggs", named("Peas", "400 g tin"), named("Peas", "400 g")),
    ],
)
def test_of_parts_more_terms_come_first_then_amounts_and_optional_words(
    q: str, better: Product, worse: Product
) -> None:
    first, second = part(q, better), part(q, worse)

    assert first
    assert second
    assert first > second

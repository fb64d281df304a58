"""The inverted index: every product that may fit a query is among its candidates."""

import pytest

from app.domain.catalog import Sku
from app.domain.indexed import Indexed, read_product
from app.domain.search_query import NO_THESAURUS, Thesaurus, read_query
from app.domain.word_index import WordIndex
from tests.examples import POUNDS, product

THESAURUS = NO_THESAURUS._replace(synonyms={("bread",): [("loaf",)]})


def text(name: str, unit: str = "each", description: str = "") -> Indexed:
    """Return the text of a product of this name in the category “Food”."""
    one = product(Sku("one"), name, 100, 5, unit=unit, description=description)
    return read_product(one, ["Food"])


MILK, OAT_DRINK, BERRIES, LOAF, VITAMIN = TEXTS = (
    text("Whole milk", "2 l"),
    text("Oat drink", "1 l", "Instead of milk."),
    text("Strawberries", "400 g"),
    text("Sourdough loaf"),
    text("Vitamin C", "20 pack"),
)


@pytest.fixture
def index() -> WordIndex:
    """Return an index of TEXTS, each at its place there."""
    index = WordIndex()
    for place, indexed in enumerate(TEXTS):
        index.add(place, indexed)
    return index


def fitting(index: WordIndex, q: str, thesaurus: Thesaurus = THESAURUS) -> set[int] | None:
    """Return the places that may fit *q*, or None for anywhere."""
    found = index.fitting(read_query(q, thesaurus, POUNDS))
    return None if found is None else set(found)


@pytest.mark.parametrize(
    ("q", "places"),
    [
        ("milk", {0, 1}),
        ("whole milk", {0}),
        ("oat milk", {1}),
        ("wholemilk", {0}),
        ("berry", {2}),
        ("straw", {2}),
        ("straw berry", {2}),
        ("mil", {0, 1}),
        ("ilk", {0, 1}),
        ("lk", set()),
        ("raw", set()),
        ("ins", set()),
        ("food", {0, 1, 2, 3, 4}),
        ("bread", {3}),
        ("c", {4}),
        ("o", set()),
        ("milk 1l", {0, 1}),
        ("2 litres", {0}),
        ("20", {4}),
        ("3 l", set()),
        ("xyzzy", set()),
        ("milk loaf", set()),
    ],
)
def test_candidates_have_a_part_of_every_word_or_else_every_amount(
    index: WordIndex, q: str, places: set[int]
) -> None:
    assert fitting(index, q) == places


def test_a_price_alone_may_fit_anywhere(index: WordIndex) -> None:
    assert fitting(index, "under £2") is None


def test_candidates_for_a_part_of_a_query_have_one_of_its_words(index: WordIndex) -> None:
    assert index.fitting_part(read_query("milk and loaf", THESAURUS, POUNDS)) == {0, 1, 3}
    assert index.fitting_part(read_query("under £2", THESAURUS, POUNDS)) == set()


def test_what_is_added_after_a_search_is_found_by_old_and_new_words(index: WordIndex) -> None:
    assert fitting(index, "milk") == {0, 1}

    index.add(5, text("Milk"))
    assert fitting(index, "milk") == {0, 1, 5}
    index.add(6, text("Blueberries"))
    assert fitting(index, "berry") == {2, 6}


def test_a_part_of_a_word_counts_in_names_alone(index: WordIndex) -> None:
    assert fitting(index, "inst") == set()

    index.add(5, text("Instant coffee"))
    assert fitting(index, "inst") == {5}
    index.remove(5, text("Instant coffee"))
    assert fitting(index, "inst") == set()


def test_a_word_of_two_names_is_forgotten_with_the_second(index: WordIndex) -> None:
    index.add(5, text("Whole spelt"))

    index.remove(0, MILK)
    assert fitting(index, "who") == {5}
    index.remove(5, text("Whole spelt"))
    assert fitting(index, "who") == set()


def test_what_is_removed_is_no_candidate_and_its_last_word_is_forgotten(index: WordIndex) -> None:
    assert fitting(index, "milk") == {0, 1}

    index.remove(0, MILK)

    assert fitting(index, "milk") == {1}
    assert fitting(index, "whole") == set()
    assert fitting(index, "2 l") == set()

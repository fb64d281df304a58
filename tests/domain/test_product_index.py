"""The index of products: where each is found, and where no longer once it is edited."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.barcodes import Barcode
from app.domain.catalog import Product, ProductText, Sku
from app.domain.languages import Language
from app.domain.product_index import UNREAD, ProductIndex
from app.domain.search_query import NO_THESAURUS, read_query
from tests.examples import POUNDS, product

CATEGORIES = {"dairy": ["Dairy & eggs"]}

APPLES, BAG, MILK, CIDER = PRODUCTS = (
    product(Sku("apples"), "Gala apples", 220, 5, popular=True),
    product(Sku("apples-bag"), "Gala apples", 400, 5, slug="apples", unit="bag"),
    product(Sku("milk"), "Whole milk", 145, 5, category="dairy", unit="2 l"),
    product(Sku("cider"), "Cider", 400, 5, sold=False, popular=True, description="Pressed."),
)


class IndexedProducts:
    """PRODUCTS in an index, their texts read, to be edited one at a time."""

    def __init__(self) -> None:
        self.products = {one.sku: one for one in PRODUCTS}
        self.index = ProductIndex()
        self.index.update(self.products, self.products)
        self.read()

    def read(self, most: int = 99) -> bool:
        """Read the texts of so many products; say whether others are unread."""
        return self.index.read_some(CATEGORIES, most)

    def take(self, one: Product, **changes: Any) -> Product:
        """Change *one*, or add it if it is new; return it as it is now."""
        changed = replace(one, **changes)
        self.products = {**self.products, one.sku: changed}
        self.index.update(self.products, [one.sku])
        return changed

    def found(self, q: str) -> list[Sku]:
        """Return the products that may fit *q*."""
        places = self.index.fitting(read_query(q, NO_THESAURUS, POUNDS))
        return [self.index.product(place).sku for place in places]


@pytest.fixture
def indexed() -> IndexedProducts:
    """Return an index of PRODUCTS whose texts are read."""
    return IndexedProducts()


def test_a_new_product_has_the_next_place_and_keeps_it(indexed: IndexedProducts) -> None:
    pears = indexed.take(product(Sku("pears"), "Pears", 180, 5))
    dearer = indexed.take(APPLES, price=230)

    assert [*indexed.index.places()] == [0, 1, 2, 3, 4]
    assert indexed.index.place("apples") == 0
    assert indexed.index.product(0) == dearer
    assert indexed.index.product(4) == pears
    assert indexed.index.place("ghost") is None


def test_a_product_is_listed_by_slug_category_and_popularity(indexed: IndexedProducts) -> None:
    index = indexed.index

    assert index.with_slug("apples") == [APPLES, BAG]
    assert index.with_slug("cider") == [CIDER]
    assert index.with_slug("ghost") == []
    assert index.places("fruit") == [0, 1, 3]
    assert index.places("ghost") == []
    assert index.on_sale("fruit") == [APPLES, BAG]
    assert index.popular() == [APPLES]
    assert index.counts == {"fruit": 2, "dairy": 1}


def test_an_edit_moves_a_product_from_list_to_list(indexed: IndexedProducts) -> None:
    index = indexed.index

    moved = indexed.take(APPLES, slug="gala", category="dairy", popular=False)

    assert index.with_slug("apples") == [BAG]
    assert index.with_slug("gala") == [moved]
    assert index.on_sale("fruit") == [BAG]
    assert index.on_sale("dairy") == [moved, MILK]
    assert index.popular() == []
    assert index.counts == {"fruit": 1, "dairy": 2}


def test_a_product_that_is_sold_again_is_back_in_its_lists(indexed: IndexedProducts) -> None:
    index = indexed.index

    gone = indexed.take(APPLES, sold=False)
    assert (index.on_sale("fruit"), index.popular()) == ([BAG], [])
    assert index.with_slug("apples") == [gone, BAG]
    assert index.counts["fruit"] == 1

    indexed.take(gone, sold=True)
    assert (index.on_sale("fruit"), index.popular()) == ([APPLES, BAG], [APPLES])
    assert index.counts["fruit"] == 2


def test_a_change_of_the_stock_alone_is_no_new_revision(indexed: IndexedProducts) -> None:
    before = indexed.index.revision

    fewer = indexed.take(MILK, stock=2, version=7)
    assert indexed.index.revision == before
    assert indexed.index.product(2) == fewer

    indexed.take(fewer, price=150)
    assert indexed.index.revision == before + 1


def test_texts_are_read_in_slices_and_those_unread_have_no_words() -> None:
    index = ProductIndex()
    index.update({one.sku: one for one in PRODUCTS}, [one.sku for one in PRODUCTS])
    assert index.entries([2]) == [(2, MILK, UNREAD)]
    assert index.fitting(read_query("milk", NO_THESAURUS, POUNDS)) == []

    assert index.read_some(CATEGORIES, 3)
    ((place, milk, text), (_, _, unread)) = index.entries([2, 3])
    assert (place, milk, unread) == (2, MILK, UNREAD)
    assert text.whole == "milk 2 l whole milk dairy & eggs "
    assert text.words == ["whole", "milk", "dairy", "eggs"]

    assert not index.read_some(CATEGORIES, 3)
    assert UNREAD not in [text for _, _, text in index.entries(index.places())]


def test_a_product_is_found_by_the_words_that_its_text_has_now(indexed: IndexedProducts) -> None:
    assert indexed.found("apple") == ["apples", "apples-bag"]
    assert indexed.found("fruit") == ["apples", "apples-bag", "cider"]
    assert indexed.found("eggs 2l") == ["milk"]

    indexed.take(APPLES, name="Conference pears")
    assert indexed.found("apple") == ["apples-bag"]
    assert indexed.index.entries([0])[0][2] is UNREAD
    assert not indexed.read()

    assert indexed.found("pear") == ["apples"]
    assert indexed.found("apple") == ["apples", "apples-bag"], "its slug still says so"


def test_only_a_change_of_the_text_makes_it_unread(indexed: IndexedProducts) -> None:
    others: list[dict[str, Any]] = [{"price": 1}, {"popular": True}, {"sold": False}, {"stock": 0}]
    texts = {"name": "Milk", "unit": "1 l", "category": "x", "slug": "y", "description": "Fresh."}
    milk = MILK
    for changes in others:
        milk = indexed.take(milk, **changes)
        assert not indexed.read(0), changes
    for field, text in texts.items():
        milk = indexed.take(milk, **{field: text})
        assert indexed.read(0), field
        indexed.read()
    milk = indexed.take(milk, texts={Language("zh-Hant"): ProductText("全脂牛奶")})
    assert indexed.read(0)


def test_a_translation_is_found_corrected_to_and_forgotten_with_its_product(
    indexed: IndexedProducts,
) -> None:
    milk = indexed.take(MILK, texts={Language("zh-Hant"): ProductText("全脂牛奶", "2 公升")})
    indexed.read()
    assert indexed.found("牛奶") == indexed.found("全脂 milk") == ["milk"]
    assert (
        indexed.index.entries([2])[0][2].whole
        == "milk 2 l whole milk dairy & eggs  全脂牛奶 2 公升 "
    )
    assert indexed.index.spoken.meant("全之牛奶") == "全脂牛奶"

    indexed.take(milk, texts={})
    indexed.read()
    assert indexed.found("牛奶") == []
    assert indexed.index.spoken.meant("全之牛奶") == ""


def test_a_price_alone_may_fit_all_products_and_no_part_of_them(indexed: IndexedProducts) -> None:
    query = read_query("under £2", NO_THESAURUS, POUNDS)

    assert [*indexed.index.fitting(query)] == [0, 1, 2, 3]
    assert indexed.index.fitting_part(query) == []
    assert indexed.index.fitting_part(read_query("milk and apples", NO_THESAURUS, POUNDS)) == [
        0,
        1,
        2,
    ]


def test_slips_are_corrected_to_words_of_products_on_sale(indexed: IndexedProducts) -> None:
    spoken = indexed.index.spoken
    assert (spoken.meant("mlik"), spoken.meant("cidre")) == ("milk", "")

    sold = indexed.take(CIDER, sold=True)
    assert spoken.meant("cidre") == "cider"
    dearer = indexed.take(sold, price=410)
    indexed.take(dearer, sold=False)
    assert spoken.meant("cidre") == ""


def test_slips_are_corrected_to_the_name_that_a_product_has_now(indexed: IndexedProducts) -> None:
    spoken = indexed.index.spoken

    indexed.take(MILK, name="Yoghurt")
    indexed.read()

    assert (spoken.meant("mlik"), spoken.meant("yogurht")) == ("", "yoghurt")


def test_a_product_is_found_by_its_barcode_as_long_as_it_has_it(indexed: IndexedProducts) -> None:
    milk = indexed.take(MILK, barcode=Barcode("0036000291452"))
    at = indexed.index.place(MILK.sku)
    assert indexed.index.barcoded("036000291452") == at
    assert indexed.index.barcoded("milk") is None

    indexed.take(APPLES, barcode=milk.barcode)
    indexed.take(milk, barcode=None)
    assert indexed.index.barcoded("036000291452") == indexed.index.place(APPLES.sku)

    indexed.take(APPLES)
    assert indexed.index.barcoded("036000291452") is None

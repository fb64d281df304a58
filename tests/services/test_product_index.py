"""The index of products: it finds what looking at each of them finds, however they were edited."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import Engine

from app.domain.catalog import Category, Money, Product, Sku
from app.domain.indexed import read_product
from app.domain.product_index import ProductIndex
from app.domain.search import rank, rank_part
from app.domain.search_query import read_query
from app.services import product_search
from app.services.product_search import ProductSearch
from app.services.searches import Search
from app.store.catalog import load_catalog_changes, load_categories
from app.store.queries import run_query
from app.store.thesaurus import load_thesaurus
from tests.examples import POUNDS

THESAURUS = load_thesaurus()
QUERIES = """
milk;milk 2l;2 litres;oat milk;oatmilk;straw berry;sweet corn;tin tomatoes;bread;loo roll;a;w;mi;ilk
under £2;apples under £1;6 eggs;half a dozen;free range eggs;milk and eggs;white wine;the;500g;each
dairy;cherry tomato;chili;fresh;zzz;of the;peas in the pod;e;berry;4 pack;washing up liquid
蘋果;苹果;果;牛奶麵包;2公升 牛奶;有機 milk;水果;香甜;6入;雞;尿布
""".replace("\n", ";")
SLIPS = ("brocoli", "choclate", "mlik", "tomatos", "bananna", "xyzzy", "whole mlik")


@pytest.fixture
def products(engine: Engine) -> dict[Sku, Product]:
    """Return the seed's products."""
    return dict(run_query(engine, load_catalog_changes, -1).catalog.products)


@pytest.fixture
def categories(engine: Engine) -> tuple[Category, ...]:
    """Return the seed's categories."""
    return run_query(engine, load_categories)


class Edited:
    """An index whose products are edited at random, and searched in between."""

    def __init__(self, products: dict[Sku, Product], categories: Sequence[Category]):
        self.products = products
        self.index = ProductIndex()
        self.index.update(products, products)
        self.search = ProductSearch(self.index, categories, POUNDS, THESAURUS)
        self._random = Random(7)

    def edit(self) -> None:
        """Change a few products in all ways, and add one."""
        before, some = [*self.products.values()], self._random.sample([*self.products], 9)
        texts = self._random.sample(before, len(some))
        edited = {
            sku: replace(
                self.products[sku],
                name=text.name if number % 3 else self.products[sku].name,
                slug=text.slug if number % 2 else self.products[sku].slug,
                category=text.category,
                price=text.price,
                stock=number % 4,
                sold=number % 5 > 0,
                popular=number % 4 == 0,
            )
            for number, (sku, text) in enumerate(zip(some, texts, strict=True))
        }
        new = replace(texts[0], sku=Sku(f"new-{len(before)}"), description="Zesty.")
        self.products = {**self.products, **edited, new.sku: new}
        self.index.update(self.products, [*edited, new.sku])


async def test_what_is_found_after_edits_is_what_looking_at_each_product_finds(
    products: dict[Sku, Product], categories: tuple[Category, ...]
) -> None:
    edited = Edited(products, categories)
    names = {each.slug: [each.name, *each.names.values()] for each in categories}
    for _ in range(8):
        await edited.search.read_new()
        edited.edit()
    await edited.search.read_new()
    index, listed = edited.index, [*edited.products.values()]
    texts = [read_product(each, names[each.category]) for each in listed]

    for q in QUERIES.split(";"):
        query = read_query(q, THESAURUS, POUNDS)
        for how_well, may_fit in ((rank, index.fitting), (rank_part, index.fitting_part)):
            fitting = {
                place
                for place, (product, text) in enumerate(zip(listed, texts, strict=True))
                if how_well(query, product, text)
            }
            assert fitting <= set(may_fit(query)), q
    assert {slug: index.counts[slug] for slug in names} == {
        slug: sum(each.sold for each in listed if each.category == slug) for slug in names
    }
    for each in listed:
        assert index.with_slug(each.slug) == [one for one in listed if one.slug == each.slug]
        assert index.on_sale(each.category) == [
            one for one in listed if one.sold and one.category == each.category
        ]
    assert index.popular() == [one for one in listed if one.sold and one.popular]


async def test_answers_after_edits_are_those_of_an_index_that_was_made_anew(
    products: dict[Sku, Product], categories: tuple[Category, ...]
) -> None:
    edited = Edited(products, categories)
    for _ in range(3):
        for q in QUERIES.split(";"):
            await edited.search.answer(Search(q))
        edited.edit()
        anew = Edited(edited.products, categories).search
        for q in (*QUERIES.split(";"), *SLIPS):
            for sort in ("popular", "name", "-price"):
                search = Search(q, sort=sort)
                assert await edited.search.answer(search) == await anew.answer(search)
            assert await edited.search.find_any(q, 1) == await anew.find_any(q, 1)


async def test_what_was_found_is_kept_over_changes_of_the_stock_and_no_others(
    products: dict[Sku, Product], categories: tuple[Category, ...]
) -> None:
    index = ProductIndex()
    index.update(products, products)
    search = ProductSearch(index, categories, POUNDS)
    first, *_ = (await search.find(Search(sort="price"))).products
    before = index.revision

    less = products | {first.sku: replace(first, stock=3, version=9)}
    index.update(less, [first.sku])
    assert index.revision == before
    assert (await search.find(Search(sort="price"))).products[0].stock == 3

    dear = less | {first.sku: replace(first, price=Money(10**6))}
    index.update(dear, [first.sku])
    assert index.revision > before
    assert (await search.find(Search(sort="-price"))).products[0].sku == first.sku


async def test_a_list_without_words_does_not_wait_until_texts_are_read(
    products: dict[Sku, Product], categories: tuple[Category, ...]
) -> None:
    edited = Edited(products, categories)

    for search in (Search(), Search(category="fruit", sort="price"), Search(sort="-price")):
        assert (await edited.search.find(search)).total > 0
    assert edited.index.read_some({}, 0)

    assert (await edited.search.find(Search("milk"))).total > 0
    assert not edited.index.read_some({}, 0)


async def test_others_have_their_turn_while_many_products_are_looked_at(
    products: dict[Sku, Product],
    categories: tuple[Category, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(product_search, "RANKED_AT_ONCE", 10)
    monkeypatch.setattr(product_search, "READ_AT_ONCE", 10)
    search, turns = Edited(products, categories).search, 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(count_turns())
    await search.find(Search("the"))
    other.cancel()

    assert turns > len(products) / 10

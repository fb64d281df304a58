"""What is typed in Chinese finds products by their text in Chinese, and English goes on working."""

import pytest

from app.domain.catalog import Product, ProductText, Sku
from app.domain.indexed import read_product
from app.domain.languages import Language
from app.domain.search import Level, Rank, rank, rank_part
from app.domain.search_query import NO_THESAURUS, read_query
from app.domain.word_index import WordIndex
from tests.examples import POUNDS, product

THESAURUS = NO_THESAURUS._replace(
    synonyms={("洋芋",): [("马铃薯",)], ("吐司",): [("loaf",)]},
    optional=frozenset({"有机", "瓶"}),
    ignored=frozenset({"的"}),
    han=frozenset({"洋芋", "吐司", "有机", "瓶", "的"}),
)
FOOD = ["Food", "水果與蔬菜", "飲料"]


def named(name: str, unit: str = "", description: str = "", english: str = "Thing") -> Product:
    """Return a product whose text in Chinese this is."""
    texts = {Language("zh-Hant"): ProductText(name, unit, description)}
    return product(Sku("one"), english, 100, 5, texts=texts)


APPLES = named("加拉蘋果", "一包 6 顆", "香甜清脆。", "Gala apples")
APPLE_JUICE = named("蘋果汁", "1 公升", english="Apple juice")
MILK = named("全脂牛奶", "2 公升", english="Whole milk")
CHOCOLATE = named("牛奶巧克力", "100 公克", english="Milk chocolate")
POTATOES = named("烘焙用馬鈴薯", "2.5 公斤", english="Baking potatoes")
BREAD = named("全麥麵包", "800 公克", english="Wholemeal loaf")
EGGS = named("蛋", "12 入", english="Eggs")
ALE = named("無酒精 IPA 啤酒", "330 毫升 \u00d7 4 瓶", english="Pale ale")
ALL = APPLES, APPLE_JUICE, MILK, CHOCOLATE, POTATOES, BREAD, EGGS, ALE


def fit(q: str, one: Product) -> Rank | None:
    """Return how well a product fits *q*."""
    return rank(read_query(q, THESAURUS, POUNDS), one, read_product(one, FOOD))


def found(q: str) -> list[str]:
    """Return the English names of what fits *q*, the best first."""
    fits = [(fitting, one) for one in ALL if (fitting := fit(q, one))]
    return [one.name for _, one in sorted(fits, key=lambda pair: -pair[0].weight)]


@pytest.mark.parametrize(
    ("q", "one", "level"),
    [
        ("蘋果", APPLES, Level.HEAD),
        ("苹果", APPLES, Level.HEAD),
        ("蘋果", APPLE_JUICE, Level.NAME),
        ("牛奶", CHOCOLATE, Level.NAME),
        ("果", APPLES, Level.HEAD),
        ("洋芋", POTATOES, Level.SYNONYM),
        ("吐司", BREAD, Level.SYNONYM),
        ("飲料", ALE, Level.HEAD),
        ("蔬菜", POTATOES, Level.CATEGORY),
        ("低脂牛奶", MILK, Level.PART),
        ("烘焙馬鈴薯", POTATOES, Level.PART),
        ("毫升", ALE, Level.UNIT),
        ("香甜", APPLES, Level.DESCRIPTION),
        ("甜", APPLES, None),
        ("有機的牛奶", MILK, Level.HEAD),
        ("牛奶麵包", MILK, None),
        ("尿布", MILK, None),
        ("ipa啤酒", ALE, Level.NAME),
        ("whole 牛奶", MILK, Level.NAME),
        ("milk", MILK, Level.HEAD),
    ],
)
def test_a_run_of_characters_fits_a_name(q: str, one: Product, level: Level | None) -> None:
    fits = fit(q, one)

    assert (fits and fits.worst) == level


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("蘋果", ["Gala apples", "Apple juice"]),
        ("蘋果 1公升", ["Gala apples", "Apple juice"]),
        ("蘋果汁", ["Apple juice"]),
        ("牛奶 2l", ["Whole milk", "Milk chocolate"]),
        ("蛋", ["Eggs"]),
        ("啤酒4瓶", ["Pale ale"]),
        ("2公升", ["Whole milk"]),
    ],
)
def test_what_a_product_is_comes_first(q: str, names: list[str]) -> None:
    assert found(q) == names


def test_the_whole_name_comes_before_one_that_ends_so() -> None:
    whole, longer = (fit("奶油", named(name)) for name in ("奶油", "鮮奶油"))

    assert whole
    assert longer
    assert whole > longer
    assert whole._replace(share=0) == longer._replace(share=0)


def test_of_one_run_that_is_several_things_each_is_a_part_and_more_of_it_comes_first() -> None:
    query = read_query("巧克力牛奶麵包", THESAURUS, POUNDS)
    parts = {one.name: rank_part(query, one, read_product(one, FOOD)) for one in ALL}
    fitting = {name: part.share for name, part in parts.items() if part}

    assert fitting == {"Milk chocolate": 50, "Whole milk": 16, "Wholemeal loaf": 16}


def test_optional_words_decide_in_both_languages() -> None:
    bottle, none = fit("啤酒瓶", ALE), fit("啤酒", ALE)

    assert bottle
    assert none
    assert (bottle.optional, none.optional) == (1, 0)


QUERIES = """
蘋果 苹果 果 蛋 牛奶麵包 低脂牛奶 洋芋 吐司 milk 香甜 飲料 全脂milk 烘焙馬鈴薯 瓶 尿布
"""


@pytest.mark.parametrize("q", QUERIES.split())
def test_the_index_has_all_that_may_fit(q: str) -> None:
    index, query = WordIndex(), read_query(q, THESAURUS, POUNDS)
    texts = [read_product(one, FOOD) for one in ALL]
    for place, text in enumerate(texts):
        index.add(place, text)

    may_fit, may_fit_part = index.fitting(query), index.fitting_part(query)
    assert may_fit is not None
    for place, (one, text) in enumerate(zip(ALL, texts, strict=True)):
        assert place in may_fit or not rank(query, one, text)
        assert place in may_fit_part or not rank_part(query, one, text)
    for place, text in enumerate(texts):
        index.remove(place, text)
    assert not index.fitting(query)

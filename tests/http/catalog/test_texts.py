"""Products and categories on pages in another language."""

from tests.http.harness import HttpHarness
from tests.http.visitor import text


async def test_a_page_calls_products_and_categories_as_its_language_does(
    harness: HttpHarness,
) -> None:
    visitor = harness.visitor()

    page = await text(await visitor.get("/zh-hant/p/gala-apples"))
    shop = await text(await visitor.get("/zh-hant/shop"))

    assert [called for called in ("加拉蘋果", "1 公斤", "香甜爽脆") if called not in page] == []
    assert ">水果</a>" in shop
    assert "Gala" not in page + shop


async def test_a_page_sorts_products_by_their_names_in_its_language(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/zh-hant/shop?sort=name&category=dairy"))

    names = ("大顆雞蛋", "全脂牛奶", "有鹽奶油", "低脂牛奶", "焦糖布丁", "無鹽奶油", "鵪鶉蛋")
    places = [page.index(name) for name in names]
    assert places == sorted(places)

"""Two tabs of one account in different languages: one cart, each tab in its words."""

from typing import Any

import pytest

from app.domain.catalog import ProductText, Sku
from tests.examples import APPLES, CHINESE, HERE, MILK, THERE, catalog_with
from tests.ws.clock import passes, soon
from tests.ws.fakes import Browser, WsHarness, kinds

APPLE_TEXTS = {CHINESE: ProductText("加拉蘋果", "1 公斤")}
NAMED = catalog_with(
    MILK, catalog_with(APPLES, texts=APPLE_TEXTS), texts={CHINESE: ProductText("牛奶", "2 公升")}
)


@pytest.fixture
async def tabs(harness: WsHarness) -> tuple[Browser, Browser]:
    """Return an English and a Chinese tab of Ada's, of which nothing is unread."""
    await renames(harness, APPLES, MILK)
    english = await harness.connects(HERE, language="en-GB")
    chinese = await harness.connects(THERE, language="zh-Hant")
    english.takes_frames()
    return english, chinese


async def renames(harness: WsHarness, *skus: Sku, **changes: Any) -> None:
    """Change products in the catalogue, and tell the tabs."""
    named = [catalog_with(sku, NAMED, **changes).products[sku] for sku in skus]
    await harness.around.updates_catalog(*named)
    await soon()


def words(frame: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the names and units of the lines in *frame*."""
    return [(line["name"], line["unit"]) for line in frame["lines"].values()]


async def test_both_get_the_same_patch_each_in_its_words(
    harness: WsHarness, tabs: tuple[Browser, Browser]
) -> None:
    english, chinese = tabs

    english.adds(1, qty=2)
    await harness.saves()

    _, patch = english.takes_frames()
    (translated,) = chinese.takes_frames()
    assert words(patch) == [("Gala apples", "each")]
    assert words(translated) == [("加拉蘋果", "1 公斤")]
    line = translated["lines"][APPLES]
    line |= {"name": "Gala apples", "unit": "each"}
    assert translated == patch


async def test_a_repeat_of_a_refusal_is_the_same_in_each_language_also_after_a_rename(
    harness: WsHarness, tabs: tuple[Browser, Browser]
) -> None:
    english, _ = tabs
    english.adds(1, qty=99, sku=APPLES)
    english.adds(2, qty=1, sku=APPLES)
    await harness.saves()
    (refused,) = [frame for frame in english.takes_frames() if frame["t"] == "no"]
    assert refused["text"] == "Gala apples: you can have at most 99 of one product."

    chinese = await harness.connects(HERE, gen=2, language="zh-Hant", pend=[2])
    chinese.adds(2, qty=1, sku=APPLES)
    await soon()
    (before,) = [frame for frame in chinese.takes_frames() if frame["t"] == "no"]
    texts = {CHINESE: ProductText("富士蘋果", "一顆")}
    await renames(harness, APPLES, name="Fuji apples", texts=texts)
    prices = chinese.takes_frames()[-1]
    chinese.adds(2, qty=1, sku=APPLES)
    await soon()

    assert words(prices) == [("富士蘋果", "一顆")]
    assert chinese.takes_frames() == [before]
    assert (before["args"], before["text"]) == (
        ["加拉蘋果", "99"],
        "「加拉蘋果」：每項商品最多 99 件。",
    )
    again = await harness.connects(HERE, gen=3)
    again.adds(2, qty=1, sku=APPLES)
    await soon()
    assert [frame for frame in again.takes_frames() if frame["t"] == "no"] == [refused]


async def test_missed_verdicts_are_in_the_language_of_the_hello(
    harness: WsHarness, tabs: tuple[Browser, Browser]
) -> None:
    english, _ = tabs
    english.adds(1, sku="ghost")
    await harness.saves()
    chinese = harness.opens(HERE)

    chinese.says_hello(2, language="zh-TW", pend=[1])
    await soon()

    welcome = chinese.takes_frames()[0]
    assert [verdict["text"] for verdict in welcome["verdicts"]] == ["我們沒有名為「ghost」的商品。"]
    assert "languages" in welcome["features"]


async def test_a_change_of_a_text_reaches_open_tabs_as_a_change_of_a_price_does(
    harness: WsHarness, tabs: tuple[Browser, Browser]
) -> None:
    english, chinese = tabs
    english.adds(1, sku=MILK)
    await harness.saves()
    for tab in tabs:
        tab.takes_frames()

    await renames(harness, MILK, texts={CHINESE: ProductText("鮮奶", "2 公升")})

    assert [words(frame) for frame in english.takes_frames()] == [[("Milk", "each")]]
    assert [words(frame) for frame in chinese.takes_frames()] == [[("鮮奶", "2 公升")]]


async def test_a_snapshot_in_place_of_dropped_state_is_in_the_language(
    harness: WsHarness, tabs: tuple[Browser, Browser]
) -> None:
    english, chinese = tabs
    chinese.socket.is_full = True
    english.adds(1, sku=MILK)
    for n in range(2, 72):
        english.submits(n)
        await harness.saves()
        await passes(0.01)

    chinese.reads_on()
    await soon()

    frames = chinese.takes_frames()
    assert "snapshot" in kinds(frames)
    (snapshot,) = [frame for frame in frames if frame["t"] == "snapshot"]
    assert snapshot["cart"]["lines"][0]["name"] == "牛奶"


@pytest.mark.parametrize(
    ("handshake", "hello", "name"),
    [
        (None, {}, "Milk"),
        ("zh-Hant", {}, "牛奶"),
        ("zh-Hant", {"language": "en"}, "Milk"),
        ("en", {"language": "zh-Hant-TW"}, "牛奶"),
        ("zh-Hant", {"language": "tlh"}, "Milk"),
        ("zh-Hant", {"language": ""}, "Milk"),
    ],
)
async def test_the_language_of_the_hello_counts_before_that_of_the_handshake(
    harness: WsHarness, handshake: str | None, hello: dict[str, object], name: str
) -> None:
    await renames(harness, MILK)
    tab = harness.opens(HERE)
    tab.connection.speak(handshake)
    tab.says_hello(1, **hello)
    await soon()
    tab.takes_frames()

    tab.adds(1, sku=MILK)
    await harness.saves()

    assert [line for line, _ in words(tab.takes_frames()[-1])] == [name]

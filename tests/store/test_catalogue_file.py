"""Rules for the catalogue's data file and its pictures."""

import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.i18n.languages import other_languages

ROOT = Path(__file__).parents[2]
IMG = ROOT / "static" / "img"
CATALOGUE = tomllib.loads((ROOT / "app" / "store" / "catalogue.toml").read_text("utf-8"))
PRODUCTS: list[dict[str, Any]] = CATALOGUE["product"]
PAIRS = [(product, size) for product in PRODUCTS for size in product["size"]]
SIZES: list[dict[str, Any]] = [size for _, size in PAIRS]
VOUCHERS: dict[str, dict[str, Any]] = {each["code"]: each for each in CATALOGUE["voucher"]}

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
UNSAFE = re.compile(r"<(script|style|foreignObject)|\s(style|on\w+)=|href=\"(?!#)|url\((?!#)")
POUNDS = re.compile(r"(0|[1-9]\d*)\.\d\d")
KEYS = {
    "category": ("slug name", ""),
    "product": ("slug name category image description size", "popular tax"),
    "size": ("sku unit price stock", "grams ml sold hold"),
    "voucher": ("code label", "percent amount minimum from until uses uses_per_account"),
}
ENTRIES = {**CATALOGUE, "size": SIZES}
TRANSLATED = {
    "category": {"name"},
    "product": {"name", "description"},
    "size": {"unit"},
    "voucher": {"label"},
}
HAN = re.compile("[\u3400-\u9fff]")


def pennies(pounds: str) -> int:
    assert POUNDS.fullmatch(pounds), pounds
    return int(pounds.replace(".", ""))


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_every_entry_has_the_keys_it_needs_and_no_others(kind: str) -> None:
    needed, allowed = (set(keys.split()) for keys in KEYS[kind])

    for entry in ENTRIES[kind]:
        assert needed <= entry.keys() <= needed | allowed | {*other_languages()}, entry
        assert all(text for text in entry.values() if isinstance(text, str)), entry


@pytest.mark.parametrize("kind", sorted(TRANSLATED))
def test_every_text_is_there_in_each_language(kind: str) -> None:
    for entry in ENTRIES[kind]:
        for language in other_languages():
            texts = entry[language]
            assert texts.keys() == TRANSLATED[kind], entry
            assert all(texts.values()), entry
        assert all(HAN.search(text) for text in entry["zh-Hant"].values()), entry


@pytest.mark.parametrize("kind", ["category", "product", "size"])
def test_every_slug_and_sku_is_well_formed_and_unique(kind: str) -> None:
    names = [entry["sku" if kind == "size" else "slug"] for entry in ENTRIES[kind]]

    assert [name for name in names if not NAME.fullmatch(name)] == []
    assert [name for name, uses in Counter(names).items() if uses > 1] == []


def test_every_product_has_a_category_and_no_category_is_empty() -> None:
    categories = [category["slug"] for category in CATALOGUE["category"]]

    assert categories == list(dict.fromkeys(product["category"] for product in PRODUCTS))


def test_every_price_is_a_positive_number_of_pennies() -> None:
    assert [size for size in SIZES if pennies(size["price"]) < 1] == []


def test_sizes_are_listed_smallest_first_and_larger_ones_cost_no_more_per_unit() -> None:
    for product in PRODUCTS:
        prices = [pennies(size["price"]) for size in product["size"]]
        held = [(size["price"], size.get("grams", size.get("ml"))) for size in product["size"]]
        by_weight = [pennies(price) / much for price, much in held if much is not None]

        assert prices == sorted(prices), product["slug"]
        assert by_weight == sorted(by_weight, reverse=True), product["slug"]


def test_a_size_is_given_in_grams_millilitres_or_pieces() -> None:
    for size in SIZES:
        measures = [size[key] for key in ("grams", "ml") if key in size]

        assert len(measures) <= 1, size
        assert all(isinstance(much, int) and much > 0 for much in measures), size


def test_most_products_are_well_stocked_and_some_nearly_sold_out() -> None:
    stocks = [size["stock"] for size in SIZES]

    assert all(isinstance(stock, int) and stock >= 0 for stock in stocks)
    assert len(SIZES) >= 130
    assert sum(1 <= stock <= 10 for stock in stocks) == 12
    assert stocks.count(0) == 3
    assert sum(stock > 99 for stock in stocks) > 0.9 * len(stocks)


def test_one_product_is_discontinued_although_it_has_stock() -> None:
    (gone,) = [size for size in SIZES if not size.get("sold", True)]

    assert gone["stock"] > 0


def test_the_products_that_the_protocol_mentions_are_in_the_catalogue() -> None:
    found = {(product["slug"], size["sku"]): size for product, size in PAIRS}

    apples = found["gala-apples", "gala-apples-1kg"]
    assert (apples["price"], apples["stock"]) == ("2.20", 240)
    assert ("milk", "milk-2l") in found


def test_every_product_has_two_picture_files_and_every_picture_is_used() -> None:
    shown = {product["image"] for product in PRODUCTS}

    assert {picture.stem for picture in IMG.glob("products/*.webp")} == shown
    assert {picture.stem for picture in IMG.glob("products/*.svg")} == shown


@pytest.mark.parametrize(
    ("folder", "source", "terms"),
    [
        ("img/products", "@lobehub/fluent-emoji-3d", "MIT License"),
        ("img/products", "@iconify-json/fluent-emoji", "Copyright (c) Microsoft Corporation"),
        ("img", "lucide-static", "ISC License"),
        ("font", "@fontsource-variable/figtree", "SIL OPEN FONT LICENSE Version 1.1"),
    ],
)
def test_third_party_files_lie_beside_their_licence(folder: str, source: str, terms: str) -> None:
    licence = (ROOT / "static" / folder / "LICENSE").read_text("utf-8")

    assert source in licence
    assert terms in licence


def test_no_drawing_has_a_script_a_style_or_an_external_reference() -> None:
    drawings = sorted(IMG.rglob("*.svg"))

    assert len(drawings) > 2
    assert [each.name for each in drawings if UNSAFE.search(each.read_text("utf-8"))] == []
    assert [each.name for each in drawings if each.stat().st_size > 60_000] == []


def test_every_voucher_has_either_a_percentage_or_an_amount() -> None:
    assert len(VOUCHERS) == len(CATALOGUE["voucher"]) == 3
    for voucher in VOUCHERS.values():
        assert ("percent" in voucher) != ("amount" in voucher)
        assert 1 <= voucher.get("percent", 1) <= 100
        assert 0 < pennies(voucher.get("amount", "0.01")) < pennies(voucher.get("minimum", "0.02"))
        assert voucher.get("from", date.min) <= voucher.get("until", date.max)


def test_the_vouchers_cover_each_kind_of_limit() -> None:
    assert VOUCHERS["WELCOME10"]["percent"] == 10
    assert VOUCHERS["WELCOME10"]["uses_per_account"] == 1
    assert {"amount", "minimum"} <= VOUCHERS["FIVEOFF"].keys()
    assert {"from", "until", "uses", "minimum"} <= VOUCHERS["WINTER15"].keys()

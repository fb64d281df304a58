"""The fields of a product card."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.catalog import ProductText, Sku
from app.domain.languages import Language
from app.http.catalog.cards import card, per, size_fields
from app.i18n.translate import speaking
from tests.examples import product

CHINESE = Language("zh-Hant")


@pytest.mark.usefixtures("in_pounds")
@pytest.mark.parametrize(
    ("price", "held", "text"),
    [
        (220, {"grams": 1000}, "£2.20 per kg"),
        (100, {"grams": 30}, "£33.33 per kg"),
        (1, {"grams": 2000}, "£0.01 per kg"),
        (145, {"ml": 2000}, "£0.73 per litre"),
        (90, {}, ""),
    ],
)
def test_a_card_has_the_price_per_kilogram_or_litre(
    price: int, held: dict[str, int], text: str
) -> None:
    assert per(product(Sku("thing"), "Thing", price, 5, **held)) == text


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"stock": 0}, (0, "sold_out")),
        ({"stock": 1}, (1, "ok")),
        ({"stock": 10}, (10, "ok")),
        ({"stock": 11}, (None, "ok")),
        ({"stock": 11, "sold": False}, (0, "gone")),
    ],
)
def test_a_card_shows_the_availability_of_a_product(
    changes: dict[str, Any], shown: tuple[int | None, str]
) -> None:
    on_page = size_fields(product(Sku("thing"), "Thing", 100, **changes))

    assert (on_page["stock"], on_page["state"]) == shown


@pytest.mark.parametrize(
    ("stocks", "found", "chosen", "shown", "more"),
    [
        ([5], 0, 0, [0], 0),
        ([5, 5, 5], 1, 1, [0, 1, 2], 0),
        ([0, 0, 5], 0, 2, [0, 1, 2], 0),
        ([0, 0], 1, 1, [0, 1], 0),
        ([5] * 6, 0, 0, [0, 1, 2, 3], 2),
        ([5] * 6, 5, 5, [0, 1, 2, 5], 2),
    ],
)
def test_a_card_has_a_few_sizes_and_chooses_the_one_found_if_it_is_in_stock(
    stocks: list[int], found: int, chosen: int, shown: list[int], more: int
) -> None:
    family = [product(Sku(f"size-{n}"), "Thing", 100, stock) for n, stock in enumerate(stocks)]

    on_page = card(family[found], family)

    sizes = [size["sku"] for size in on_page["sizes"]]
    assert (on_page["sku"], on_page["more"]) == (f"size-{chosen}", more)
    assert sizes == [f"size-{n}" for n in shown]


def test_a_name_without_a_translation_is_marked_as_english() -> None:
    plain = product(Sku("thing"), "Thing", 100, 5)
    translated = replace(plain, texts={CHINESE: ProductText("東西")})

    with speaking(CHINESE):
        marks = [size_fields(each)["is_english"] for each in (plain, translated)]

    assert marks == [True, False]
    assert not size_fields(plain)["is_english"]


def test_a_card_leaves_out_sizes_that_are_no_longer_sold() -> None:
    family = [product(Sku(f"size-{n}"), "Thing", 100, 5, sold=n != 1) for n in range(3)]

    assert [size["sku"] for size in card(family[0], family)["sizes"]] == ["size-0", "size-2"]

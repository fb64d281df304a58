"""The fields of a product card."""

from typing import Any

import pytest

from app.domain.catalog import Sku
from app.http.catalog.cards import card, per
from tests.examples import product


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
    on_page = card(product(Sku("thing"), "Thing", 100, **changes))

    assert (on_page["stock"], on_page["state"]) == shown

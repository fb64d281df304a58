"""What a refusal calls a product in each language: as it was called when that was decided."""

from typing import Any

import pytest

from app.domain.cart import Cart
from app.domain.catalog import Catalog, Money, ProductText
from app.domain.languages import ENGLISH, Language
from app.domain.ops import AcceptLine, AddLine, Op, SaveLine, SetLine
from app.domain.verdicts import Code, No
from tests.domain.large_carts import CROWDED_CATALOG, FULL
from tests.examples import (
    APPLES,
    CATALOG,
    CHINESE,
    EMPTY,
    GHOST,
    HERE,
    after,
    catalog_with,
    ruling_on,
)

GERMAN = Language("de")
TEXTS = {CHINESE: ProductText("加拉蘋果", "1 公斤"), GERMAN: ProductText(unit="1 Kilo")}
"""In German only the unit is translated."""
ONE = after(AddLine(APPLES, 1))


def refusal_of(op: Op, cart: Cart, catalog: Catalog = CATALOG, **changes: Any) -> No:
    """Return the refusal of *op* with apples that have names and *changes*."""
    named = catalog_with(APPLES, catalog, **{"texts": TEXTS, **changes})
    verdict = ruling_on(op, cart, named).verdict
    assert isinstance(verdict, No)
    return verdict


@pytest.mark.parametrize(
    ("refusal", "code", "limit"),
    [
        (refusal_of(AddLine(APPLES, 99), ONE), Code.QTY_LIMIT, ["99"]),
        (refusal_of(SetLine(APPLES, 1), FULL, CROWDED_CATALOG), Code.LINE_LIMIT, ["100"]),
        (refusal_of(SaveLine(APPLES), EMPTY), Code.NOT_IN_CART, []),
        (refusal_of(AcceptLine(APPLES, Money(1)), ONE, price=Money(300)), Code.PRICE_MOVED, []),
        (refusal_of(AddLine(APPLES, 1), EMPTY, sold=False), Code.GONE, []),
        (refusal_of(AddLine(APPLES, 1), EMPTY, stock=0), Code.SOLD_OUT, []),
    ],
    ids=lambda each: each.code if isinstance(each, No) else "",
)
def test_a_refusal_because_of_a_product_has_its_names(
    refusal: No, code: Code, limit: list[str]
) -> None:
    assert (refusal.code, refusal.names) == (code, {CHINESE: "加拉蘋果"})
    assert refusal.args_in(CHINESE) == ("加拉蘋果", *limit)
    assert refusal.args_in(ENGLISH) == refusal.args_in(GERMAN) == ("Gala apples", *limit)


def test_a_product_that_was_never_sold_is_called_by_its_sku_in_every_language() -> None:
    refusal = refusal_of(AddLine(GHOST, 1), EMPTY)

    assert refusal.args_in(CHINESE) == refusal.args_in(ENGLISH) == (GHOST,)


def test_a_refusal_keeps_the_names_that_it_was_recorded_with() -> None:
    sold_out = catalog_with(APPLES, texts=TEXTS, stock=0)
    cart = after(AddLine(APPLES, 1), catalog=sold_out)

    recorded = cart.outboxes[HERE].recall(1)

    assert recorded
    assert recorded.verdict == refusal_of(AddLine(APPLES, 1), EMPTY, stock=0)

"""Adding to the cart, and setting quantities (protocol.md §3)."""

from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.cart import Line, Patch
from app.domain.catalog import Money
from app.domain.ops import AddLine, Op, SetLine
from app.domain.verdicts import Clamped, Code, Ok
from tests.domain.large_carts import CROWDED_CATALOG, FULL, ONE_MORE, THINGS
from tests.examples import (
    APPLES,
    CIDER,
    EGGS,
    EMPTY,
    GHOST,
    MILK,
    after,
    catalog_with,
    granted,
    refused,
    ruling_on,
)

THREE_APPLES = after(AddLine(APPLES, 3))
FIVE_MILKS = after(AddLine(MILK, 5))


@pytest.mark.parametrize(
    ("op", "line"),
    [
        pytest.param(AddLine(APPLES, 2), Line(1, 5, Money(220)), id="two more"),
        pytest.param(AddLine(MILK, 2), Line(2, 2, Money(145)), id="milk as well"),
        pytest.param(SetLine(APPLES, 7), Line(1, 7, Money(220)), id="seven instead"),
        pytest.param(SetLine(APPLES, 1), Line(1, 1, Money(220)), id="just one"),
        pytest.param(SetLine(MILK, 4), Line(2, 4, Money(145)), id="four milks, from none"),
        pytest.param(SetLine(APPLES, 0), None, id="no apples at all"),
    ],
)
def test_an_op_patches_the_line_it_is_about(op: AddLine | SetLine, line: Line | None) -> None:
    ruling = ruling_on(op, THREE_APPLES)

    assert ruling.verdict == Ok(2, rev=2)
    assert ruling.patch == Patch(2, {op.sku: line})
    assert ruling.cart.lines.get(op.sku) == line


@pytest.mark.parametrize(
    "op",
    [
        pytest.param(SetLine(APPLES, 3), id="as many as there are"),
        pytest.param(SetLine(MILK, 0), id="out of a cart that it is not in"),
    ],
)
def test_an_op_that_changes_nothing_is_ok_at_the_same_revision(op: Op) -> None:
    ruling = ruling_on(op, THREE_APPLES)

    assert ruling.verdict == Ok(2, rev=1)
    assert ruling.patch is None
    assert replace(ruling.cart, outboxes={}) == replace(THREE_APPLES, outboxes={})


@pytest.mark.parametrize(
    ("op", "asked"), [(AddLine(MILK, 7), 9), (SetLine(MILK, 8), 8)], ids=["add", "set"]
)
def test_a_quantity_is_clamped_to_the_stock(op: Op, asked: int) -> None:
    ruling = ruling_on(op, after(AddLine(MILK, 2)))

    assert ruling.verdict == Ok(2, rev=2, warn=Clamped(MILK, asked, got=5))
    assert ruling.cart.lines[MILK].qty == 5


@pytest.mark.parametrize("op", [AddLine(MILK, 5), SetLine(MILK, 5)], ids=["add", "set"])
def test_the_whole_stock_can_be_added_without_a_warning(op: Op) -> None:
    assert ruling_on(op).verdict == Ok(1, rev=1)


@pytest.mark.parametrize("op", [AddLine(MILK, 1), SetLine(MILK, 9)], ids=["add", "set"])
@pytest.mark.parametrize("stock", [5, 3, 0])
def test_a_line_that_would_gain_nothing_is_sold_out_and_never_lowered(op: Op, stock: int) -> None:
    assert refused(op, FIVE_MILKS, catalog_with(MILK, stock=stock)) is Code.SOLD_OUT


@pytest.mark.parametrize("op", [AddLine(EGGS, 1), SetLine(EGGS, 1)], ids=["add", "set"])
def test_a_first_unit_of_a_product_without_stock_is_sold_out(op: Op) -> None:
    assert refused(op) is Code.SOLD_OUT


@pytest.mark.parametrize("op", [AddLine(CIDER, 1), SetLine(CIDER, 1)], ids=["add", "set"])
def test_a_discontinued_product_is_gone(op: Op) -> None:
    assert refused(op) is Code.GONE


@pytest.mark.parametrize(
    "op", [AddLine(GHOST, 1), SetLine(GHOST, 1), SetLine(GHOST, 0)], ids=["add", "set", "remove"]
)
def test_a_product_that_never_existed_is_unknown(op: Op) -> None:
    assert refused(op) is Code.UNKNOWN_SKU


@pytest.mark.parametrize(
    "changes",
    [{"sold": False}, {"stock": 0}, {"stock": 1}, {"price": 999}],
    ids=["gone", "sold out", "short", "dearer"],
)
@pytest.mark.parametrize("qty", [0, 1, 4])
def test_removing_and_lowering_are_always_accepted_and_not_clamped(
    changes: dict[str, Any], qty: int
) -> None:
    ruling = ruling_on(SetLine(MILK, qty), FIVE_MILKS, catalog_with(MILK, **changes))

    assert ruling.verdict == Ok(2, rev=2)
    assert ruling.patch == Patch(2, {MILK: Line(1, qty, Money(145)) if qty else None})


@pytest.mark.parametrize("op", [AddLine(APPLES, 97), SetLine(APPLES, 100), AddLine(APPLES, 1000)])
def test_more_than_99_units_of_a_product_are_rejected(op: Op) -> None:
    assert refused(op, THREE_APPLES) is Code.QTY_LIMIT


@pytest.mark.parametrize("op", [AddLine(APPLES, 96), SetLine(APPLES, 99)], ids=["add", "set"])
def test_99_units_of_a_product_are_accepted(op: Op) -> None:
    assert granted(op, THREE_APPLES).lines[APPLES].qty == 99


@pytest.mark.parametrize("op", [AddLine(ONE_MORE, 1), SetLine(ONE_MORE, 1)], ids=["add", "set"])
def test_a_cart_holds_a_hundred_lines_and_no_more(op: Op) -> None:
    almost = after(SetLine(THINGS[0], 0), cart=FULL, catalog=CROWDED_CATALOG)

    assert refused(op, FULL, CROWDED_CATALOG) is Code.LINE_LIMIT
    assert len(granted(op, almost, CROWDED_CATALOG).lines) == 100


@pytest.mark.parametrize("op", [AddLine(THINGS[7], 1), SetLine(THINGS[7], 2)], ids=["add", "set"])
def test_a_line_of_a_full_cart_can_still_grow(op: Op) -> None:
    assert granted(op, FULL, CROWDED_CATALOG).lines[THINGS[7]].qty == 2


def test_a_place_in_the_cart_is_never_used_twice() -> None:
    cart = after(AddLine(APPLES, 1), SetLine(APPLES, 0), AddLine(MILK, 1), AddLine(APPLES, 1))

    assert (cart.lines[MILK].pos, cart.lines[APPLES].pos) == (2, 3)
    assert EMPTY.next_pos == 1
    assert cart.next_pos == 4

"""Which unit price the shopper has agreed to (protocol.md §3, `agreed`)."""

import pytest

from app.domain.cart import Line, Patch
from app.domain.catalog import Catalog, Money
from app.domain.ops import AcceptLine, AddLine, Op, SaveLine, SetLine, Undo, UnsaveLine
from app.domain.verdicts import Code, Ok
from tests.examples import (
    APPLES,
    CIDER,
    GHOST,
    MILK,
    after,
    catalog_with,
    granted,
    refused,
    ruling_on,
)

ONE_APPLE = after(AddLine(APPLES, 1))
DEARER = catalog_with(APPLES, price=240)
CHEAPER = catalog_with(APPLES, price=200)


@pytest.mark.parametrize(
    ("seen", "agreed"),
    [
        pytest.param(None, 220, id="today's, if none was on the page"),
        pytest.param(Money(200), 200, id="the lower one on the page"),
        pytest.param(Money(220), 220, id="just today's"),
        pytest.param(Money(250), 220, id="today's, if it fell since"),
    ],
)
@pytest.mark.parametrize("kind", [AddLine, SetLine])
def test_the_agreed_price_of_a_new_line_is(
    kind: type[AddLine | SetLine], seen: Money | None, agreed: int
) -> None:
    assert granted(kind(APPLES, 1, seen)).lines[APPLES].agreed == agreed


@pytest.mark.parametrize(
    "op",
    [
        AddLine(APPLES, 2, Money(240)),
        AddLine(APPLES, 2, Money(1)),
        AddLine(APPLES, 2),
        SetLine(APPLES, 3, Money(240)),
        SetLine(APPLES, 3, Money(1)),
    ],
)
@pytest.mark.parametrize("catalog", [DEARER, CHEAPER], ids=["after a rise", "after a fall"])
def test_adding_more_keeps_the_agreed_price(op: Op, catalog: Catalog) -> None:
    assert granted(op, ONE_APPLE, catalog).lines[APPLES] == Line(1, 3, Money(220))


def test_accepting_a_price_rise_sets_the_agreed_price() -> None:
    ruling = ruling_on(AcceptLine(APPLES, Money(240)), ONE_APPLE, DEARER)

    assert ruling.verdict == Ok(2, rev=2)
    assert ruling.patch == Patch(2, {APPLES: Line(1, 1, Money(240))})


@pytest.mark.parametrize("price", [220, 230, 241])
def test_accepting_another_price_does_not_set_the_agreed_price(price: int) -> None:
    assert refused(AcceptLine(APPLES, Money(price)), ONE_APPLE, DEARER) is Code.PRICE_MOVED


@pytest.mark.parametrize("price", [1, 200, 220, 999])
@pytest.mark.parametrize("today", [220, 200])
def test_accepting_without_a_price_rise_changes_nothing(price: int, today: int) -> None:
    catalog = catalog_with(APPLES, price=today)

    ruling = ruling_on(AcceptLine(APPLES, Money(price)), ONE_APPLE, catalog)

    assert ruling.verdict == Ok(2, rev=1)
    assert ruling.patch is None
    assert ruling.cart.lines == ONE_APPLE.lines


@pytest.mark.parametrize("stock", [0, 1])
def test_a_price_rise_can_be_accepted_whatever_the_stock(stock: int) -> None:
    catalog = catalog_with(APPLES, DEARER, stock=stock)

    assert granted(AcceptLine(APPLES, Money(240)), ONE_APPLE, catalog).lines[APPLES].agreed == 240


def test_only_a_line_of_the_cart_can_be_accepted() -> None:
    saved = after(SaveLine(APPLES), cart=ONE_APPLE)

    assert refused(AcceptLine(APPLES, Money(240)), saved, DEARER) is Code.NOT_IN_CART
    assert refused(AcceptLine(MILK, Money(145))) is Code.NOT_IN_CART
    assert refused(AcceptLine(CIDER, Money(400))) is Code.GONE
    assert refused(AcceptLine(GHOST, Money(1))) is Code.UNKNOWN_SKU


def test_saving_and_moving_back_keeps_the_agreed_price() -> None:
    cart = after(SaveLine(APPLES), UnsaveLine(APPLES), cart=ONE_APPLE, catalog=DEARER)

    assert cart.lines[APPLES].agreed == 220


def test_undoing_a_removal_keeps_the_agreed_price() -> None:
    cart = after(SetLine(APPLES, 0), Undo(), cart=ONE_APPLE, catalog=DEARER)

    assert cart.lines[APPLES].agreed == 220


def test_a_line_removed_and_added_again_is_a_new_line() -> None:
    cart = after(SetLine(APPLES, 0), AddLine(APPLES, 1), cart=ONE_APPLE, catalog=DEARER)

    assert cart.lines[APPLES] == Line(2, 1, Money(240))

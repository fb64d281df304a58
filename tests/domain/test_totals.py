"""Totals (protocol.md §4, `totals`)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from app.domain.cart import Cart
from app.domain.catalog import Catalog, Money, TaxRate, Terms, Voucher
from app.domain.currency import Currency
from app.domain.members import OWNER
from app.domain.ops import AddLine, SaveLine, SetLine, SetNote, SetVoucher, Undo
from app.domain.taxes import sum_of_gross
from app.domain.totals import ShownCart, Totals, show_cart
from app.domain.vouchers import ShownVoucher, VoucherState
from tests.buying import placed
from tests.domain.household_examples import BEN, done_by
from tests.domain.op_examples import CATALOGS, DAYS, Day, OpSequence, some_sequence
from tests.examples import (
    APPLES,
    CATALOG,
    EMPTY,
    FIVER,
    MILK,
    NOON,
    TENTH,
    after,
    catalog_with,
    catalog_with_voucher,
)

TAIWAN_DOLLARS = Currency("TWD", 0)
FOUR_MILKS = after(AddLine(MILK, 4))


def totals(cart: Cart, catalog: Catalog = CATALOG) -> Totals:
    """Return what *cart* costs at noon."""
    return show_cart(cart, catalog, NOON).totals


def costs(count: int, subtotal: int, discount: int, delivery: int, total: int) -> Totals:
    """Return totals in the currency of the shop."""
    return Totals(
        count, Money(subtotal), Money(discount), Money(delivery), Money(total), currency="GBP"
    )


def test_an_empty_cart_costs_nothing_not_even_the_delivery() -> None:
    assert show_cart(EMPTY, CATALOG, NOON) == ShownCart((), (), "", None, costs(0, 0, 0, 0, 0))


def test_the_total_is_the_lines_at_todays_prices_plus_delivery() -> None:
    cart = after(AddLine(APPLES, 3), AddLine(MILK, 2))

    assert totals(cart) == costs(5, 950, 0, 350, 1300)
    assert totals(cart, catalog_with(APPLES, price=100)) == costs(5, 590, 0, 350, 940)
    assert totals(cart, catalog_with(APPLES, price=300)) == costs(5, 1190, 0, 350, 1540)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ({"sold": False}, costs(3, 660, 0, 350, 1010)),
        ({"stock": 0}, costs(3, 660, 0, 350, 1010)),
        ({"stock": 1}, costs(5, 950, 0, 350, 1300)),
    ],
    ids=["gone", "sold out", "short"],
)
def test_a_line_without_stock_costs_nothing(today: dict[str, Any], expected: Totals) -> None:
    cart = after(AddLine(APPLES, 3), AddLine(MILK, 2))

    assert totals(cart, catalog_with(MILK, **today)) == expected


def test_a_cart_with_nothing_available_costs_no_delivery() -> None:
    assert totals(FOUR_MILKS, catalog_with(MILK, stock=0)) == costs(0, 0, 0, 0, 0)


def test_saved_lines_cost_nothing() -> None:
    cart = after(AddLine(APPLES, 3), SaveLine(APPLES), AddLine(MILK, 2))

    assert totals(cart) == costs(2, 290, 0, 350, 640)
    assert [line.sku for line in show_cart(cart, CATALOG, NOON).saved] == [APPLES]


@pytest.mark.parametrize(("price", "delivery"), [(3999, 350), (4000, 0), (4001, 0)])
def test_delivery_is_free_from_40_pounds(price: int, delivery: int) -> None:
    cart = after(AddLine(APPLES, 1))

    assert totals(cart, catalog_with(APPLES, price=price)).delivery == delivery


def test_a_discount_does_not_revoke_free_delivery() -> None:
    cart = after(AddLine(APPLES, 10), SetVoucher(FIVER))

    assert totals(cart, catalog_with(APPLES, price=400)) == costs(10, 4000, 500, 0, 3500)


def test_a_discount_is_subtracted_before_the_delivery_is_added() -> None:
    cart = after(AddLine(APPLES, 3), AddLine(MILK, 1), SetVoucher(TENTH))

    assert totals(cart) == costs(4, 805, 80, 350, 1075)
    assert show_cart(cart, CATALOG, NOON).voucher == ShownVoucher(
        TENTH, "10 % off", VoucherState.OK
    )


def test_a_total_is_never_negative() -> None:
    cart = after(AddLine(MILK, 1), SetVoucher(FIVER))
    generous = catalog_with_voucher(Voucher(FIVER, "", amount=Money(9999)))

    assert totals(cart, generous) == costs(1, 145, 145, 350, 350)


def test_lines_are_shown_in_the_order_in_which_they_were_added() -> None:
    cart = after(AddLine(MILK, 1), AddLine(APPLES, 1), SetLine(MILK, 0), Undo())

    assert list(cart.lines) == [APPLES, MILK]
    assert [line.sku for line in show_cart(cart, CATALOG, NOON).lines] == [MILK, APPLES]


def test_a_line_of_a_member_says_whose_it_is() -> None:
    cart = done_by((BEN, AddLine(MILK, 1)), (OWNER, AddLine(APPLES, 1)))

    shown = {line.sku: line.by for line in show_cart(cart, CATALOG, NOON).lines}

    assert shown == {MILK: BEN, APPLES: UNSET}


def test_the_note_is_shown() -> None:
    assert show_cart(after(SetNote("Ring twice")), CATALOG, NOON).note == "Ring twice"


@given(some_sequence, st.sampled_from(DAYS))
def test_the_totals_always_add_up(sequence: OpSequence, day: Day) -> None:
    shown = show_cart(sequence.end(), CATALOGS[day], NOON)

    there = [line for line in shown.lines if line.state not in {"sold_out", "gone"}]
    totals = shown.totals
    assert totals.count == sum(line.qty for line in there)
    assert totals.subtotal == sum(line.qty * line.price for line in there)
    assert 0 <= totals.discount <= totals.subtotal
    assert totals.delivery == (350 if 0 < totals.subtotal < 4000 else 0)
    assert totals.total == totals.subtotal - totals.discount + totals.delivery


NET = CATALOG._replace(terms=CATALOG.terms._replace(prices_include_tax=False))
TAXED = catalog_with(APPLES, catalog_with(MILK, NET, tax=TaxRate(500)), tax=TaxRate(2000))


def test_tax_is_added_to_prices_that_do_not_include_it() -> None:
    cart = after(AddLine(APPLES, 3), AddLine(MILK, 2))

    shown = totals(cart, TAXED)

    assert shown == structs.replace(costs(5, 950, 0, 350, 1501), tax=Money(201))
    assert totals(cart, NET) == costs(5, 950, 0, 350, 1300)


def test_tax_is_added_to_what_the_voucher_leaves_of_what_can_be_had() -> None:
    cart = after(AddLine(APPLES, 3), AddLine(MILK, 2), SetVoucher(TENTH))
    without_milk = catalog_with(MILK, TAXED, stock=0)

    shown = totals(cart, without_milk)

    assert shown == structs.replace(costs(3, 660, 66, 350, 1133), tax=Money(189))


@pytest.mark.parametrize("is_included", [True, False])
def test_the_taxes_of_an_order_come_to_its_total_in_whole_taiwan_dollars(
    *, is_included: bool
) -> None:
    terms = Terms(TAIWAN_DOLLARS, Money(80), Money(1200), prices_include_tax=is_included)
    catalog = catalog_with(APPLES, CATALOG._replace(terms=terms), tax=TaxRate(500))
    cart = after(AddLine(APPLES, 3), AddLine(MILK, 2), SetVoucher(TENTH), catalog=catalog)

    order = placed(cart, catalog).change.order

    assert order.totals.currency == "TWD"
    assert sum_of_gross(order.taxes) == order.totals.total == (935 if is_included else 968)
    assert [one.tax for one in order.taxes] == [0, 31 if is_included else 33]

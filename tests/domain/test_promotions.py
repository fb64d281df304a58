"""Promotions: what they take off lines, and that all of it adds up."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace as with_fields

from app.domain.cart import Cart, Line
from app.domain.catalog import (
    Catalog,
    Money,
    Promotion,
    PromotionId,
    PromotionKind,
    Sku,
    TaxRate,
    Terms,
    Voucher,
    VoucherCode,
)
from app.domain.languages import Language
from app.domain.promotions import deal_of, deal_text, next_turn_s, running_at, saving
from app.domain.totals import moved_sums, price_cart, show_cart, sum_up
from tests.examples import APPLES, CATALOG, EMPTY, MILK, NOON

TEN_OFF = VoucherCode("TEN")


def promotion(kind: PromotionKind, **fields: Any) -> Promotion:
    """Return a promotion of apples."""
    usual: dict[str, Any] = {"id": PromotionId(1), "skus": frozenset({APPLES}), "label": kind.value}
    return Promotion(kind=kind, **(usual | fields))


def with_promotions(*running: Promotion, catalog: Catalog = CATALOG) -> Catalog:
    """Return the catalogue in which *running* go on."""
    return catalog._replace(promotions=running_at(running, NOON), planned=running)


def cart_of(quantities: dict[Sku, int]) -> Cart:
    """Return a cart of these quantities, at today's prices."""
    lines = {
        sku: Line(pos, qty, CATALOG.products[sku].price)
        for pos, (sku, qty) in enumerate(quantities.items())
    }
    return with_fields(EMPTY, lines=lines)


THREE_FOR_TWO = promotion(PromotionKind.FEWER_PAID, take=3, paid=2)
SECOND_HALF = promotion(PromotionKind.HALF_PRICE, take=2)
TWO_FOR = promotion(PromotionKind.BUNDLE, take=2, price=Money(300))
LOWER = promotion(PromotionKind.LOWER_PRICE, price=Money(199))


@pytest.mark.parametrize(
    ("one", "qty", "price", "off"),
    [
        (THREE_FOR_TWO, 2, 220, 0),
        (THREE_FOR_TWO, 3, 220, 220),
        (THREE_FOR_TWO, 7, 220, 440),
        (SECOND_HALF, 1, 221, 0),
        (SECOND_HALF, 2, 221, 110),
        (SECOND_HALF, 5, 221, 220),
        (TWO_FOR, 1, 220, 0),
        (TWO_FOR, 3, 220, 140),
        (TWO_FOR, 2, 150, 0),
        (TWO_FOR, 2, 140, 0),
        (LOWER, 3, 220, 63),
        (LOWER, 3, 199, 0),
        (LOWER, 3, 150, 0),
    ],
)
def test_each_kind_takes_off_what_it_says(one: Promotion, qty: int, price: int, off: int) -> None:
    assert saving(one, qty, Money(price)) == off


def test_a_line_says_which_promotion_it_has_and_what_that_takes_off() -> None:
    catalog = with_promotions(THREE_FOR_TWO)

    for qty, off in ((2, UNSET), (3, 220)):
        cart = cart_of({APPLES: qty, MILK: 1})
        apples, milk = show_cart(cart, catalog, NOON).lines
        assert (apples.deal, apples.off) == ("fewer_paid", off)
        assert (milk.deal, milk.off) == (UNSET, UNSET)
        _, totals = price_cart(cart, catalog, NOON)
        assert totals.discount == (off or 0)
        assert totals.total == totals.subtotal - totals.discount + totals.delivery


def test_what_is_saved_for_later_has_no_deal() -> None:
    cart = with_fields(EMPTY, saved={APPLES: Line(1, 3, Money(220))})

    (apples,) = show_cart(cart, with_promotions(THREE_FOR_TWO), NOON).saved

    assert (apples.deal, apples.off) == (UNSET, UNSET)


def test_what_is_sold_out_costs_nothing_and_has_nothing_off() -> None:
    gone = replace(CATALOG.products[APPLES], stock=0)
    catalog = CATALOG._replace(products={**CATALOG.products, APPLES: gone})
    catalog = with_promotions(THREE_FOR_TWO, catalog=catalog)
    cart = cart_of({APPLES: 3})

    (apples,) = show_cart(cart, catalog, NOON).lines

    assert (apples.deal, apples.off) == (UNSET, UNSET)
    assert price_cart(cart, catalog, NOON)[1].discount == 0


def test_of_several_promotions_the_one_that_takes_most_off_counts_alone() -> None:
    other = replace(SECOND_HALF, id=PromotionId(2))
    catalog, apples = with_promotions(THREE_FOR_TWO, other), CATALOG.products[APPLES]

    for qty, best in ((1, THREE_FOR_TWO), (2, other), (3, THREE_FOR_TWO), (4, THREE_FOR_TWO)):
        deal = deal_of(apples, qty, catalog)
        assert deal
        assert deal.promotion == best
    assert deal_of(CATALOG.products[MILK], 3, catalog) is None
    assert deal_text(APPLES, catalog) == "fewer_paid · half_price"
    assert not deal_text(MILK, catalog)


def test_a_promotion_is_called_what_it_is_in_each_language() -> None:
    zh = Language("zh-Hant")
    one = replace(THREE_FOR_TWO, labels={zh: "買三付二"})

    assert (one.text(zh), one.text(Language("de"))) == ("買三付二", "fewer_paid")


def test_a_voucher_takes_its_part_of_what_promotions_leave_from_the_minimum_of_the_subtotal() -> (
    None
):
    voucher = Voucher(TEN_OFF, "10 % off", percent=10, minimum=Money(660))
    catalog = with_promotions(THREE_FOR_TWO)._replace(vouchers={TEN_OFF: voucher})
    cart = with_fields(cart_of({APPLES: 3}), voucher=TEN_OFF)

    shown, totals = price_cart(cart, catalog, NOON)

    assert shown
    assert shown.state == "ok"
    assert (totals.subtotal, totals.discount) == (660, 220 + 44)


def test_tax_that_is_added_is_that_of_what_is_paid() -> None:
    taxed = replace(CATALOG.products[APPLES], tax=TaxRate(20_00))
    terms = Terms(prices_include_tax=False)
    catalog = CATALOG._replace(products={**CATALOG.products, APPLES: taxed}, terms=terms)

    _, totals = price_cart(
        cart_of({APPLES: 3, MILK: 1}), with_promotions(THREE_FOR_TWO, catalog=catalog), NOON
    )

    assert totals.tax == 88


def test_a_promotion_goes_on_from_its_start_until_its_end_unless_it_is_paused() -> None:
    timed = replace(LOWER, starts=NOON + 10, ends=NOON + 20)

    for at_s, goes_on in ((9, False), (10, True), (19.9, True), (20, False)):
        assert (APPLES in running_at([timed], NOON + at_s)) is goes_on
    assert running_at([replace(LOWER, paused=True)], NOON) == {}
    assert [next_turn_s([timed, LOWER], NOON + at_s) for at_s in (0, 10, 20)] == [
        NOON + 10,
        NOON + 20,
        float("inf"),
    ]


PROMOTIONS = st.lists(
    st.builds(
        Promotion,
        st.integers(1, 9).map(PromotionId),
        st.sampled_from(PromotionKind),
        st.sets(st.sampled_from([APPLES, MILK]), min_size=1).map(frozenset),
        take=st.integers(2, 5),
        paid=st.just(1),
        price=st.integers(1, 999).map(Money),
        label=st.sampled_from(["a", "b"]),
    ).map(lambda one: replace(one, take=1) if one.kind is PromotionKind.LOWER_PRICE else one),
    max_size=4,
    unique_by=lambda one: one.id,
)
QUANTITIES = st.lists(
    st.tuples(st.sampled_from([APPLES, MILK]), st.integers(1, 99)), unique_by=lambda each: each[0]
)


@given(PROMOTIONS, QUANTITIES, st.integers(0, 100))
def test_totals_are_never_negative_nor_above_the_lines_and_the_explanation_adds_up(
    running: list[Promotion], wanted: list[tuple[Sku, int]], percent: int
) -> None:
    voucher = Voucher(TEN_OFF, "", percent=percent)
    catalog = with_promotions(*running)._replace(vouchers={TEN_OFF: voucher})
    cart = cart_of(dict(wanted))

    shown = show_cart(cart, catalog, NOON)
    _, reduced = price_cart(with_fields(cart, voucher=TEN_OFF), catalog, NOON)

    offs = [line.off or 0 for line in shown.lines]
    totals = shown.totals
    assert totals.discount == sum(offs)
    assert all(
        0 <= off <= line.qty * line.price for off, line in zip(offs, shown.lines, strict=True)
    )
    assert 0 <= totals.total - totals.delivery <= totals.subtotal
    left = totals.subtotal - totals.discount
    assert reduced.discount == totals.discount + left * percent // 100
    assert 0 <= reduced.total - reduced.delivery <= left


@given(PROMOTIONS, QUANTITIES, st.randoms(use_true_random=False))
def test_the_order_in_which_lines_and_promotions_came_does_not_matter(
    running: list[Promotion], wanted: list[tuple[Sku, int]], chance: Any
) -> None:
    shuffled, other = [*wanted], [*running]
    chance.shuffle(shuffled)
    chance.shuffle(other)
    catalog = with_promotions(*running)
    sums, before = sum_up({}, catalog), EMPTY.lines
    for sku, qty in shuffled:
        line = Line(1, qty, CATALOG.products[sku].price)
        sums = moved_sums(sums, before, {sku: line}, catalog)
        before = {**before, sku: line}

    assert sums == sum_up(cart_of(dict(wanted)).lines, with_promotions(*other))

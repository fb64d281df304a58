"""Tax by rate: sums agree to the minor unit, whatever is bought, taken off and paid back."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalog import Money, TaxRate
from app.domain.taxes import (
    TaxTotal,
    part_of,
    plain_rate,
    read_rate,
    sum_of_gross,
    sum_of_tax,
    taxes_of,
    without,
)

ZERO, REDUCED, STANDARD = TaxRate(0), TaxRate(500), TaxRate(2000)
RATES = st.sampled_from([ZERO, REDUCED, STANDARD, TaxRate(1750), TaxRate(550), TaxRate(10_000)])
GOODS = st.dictionaries(RATES, st.integers(1, 10**9), min_size=1)


def total(rate: TaxRate, net: int, tax: int) -> TaxTotal:
    """Return a total in minor units."""
    return TaxTotal(rate, Money(net), Money(tax))


def test_the_tax_in_prices_is_the_fraction_of_each_rate_on_the_whole_order() -> None:
    goods = {STANDARD: 1200, ZERO: 2000}

    taxes = taxes_of(goods, discount=0, delivery=0, is_included=True)

    assert taxes == (total(ZERO, 2000, 0), total(STANDARD, 1000, 200))


def test_discount_and_delivery_are_shared_by_the_rates_in_proportion() -> None:
    goods = {ZERO: 2000, STANDARD: 1000}

    taxes = taxes_of(goods, discount=300, delivery=350, is_included=True)

    assert [one.gross for one in taxes] == [2000 - 200 + 233, 1000 - 100 + 117]
    assert taxes[1] == total(STANDARD, 847, 170)  # 1017 / 6 is 169.5


def test_delivery_of_goods_that_a_voucher_pays_for_shares_the_rates_of_the_goods() -> None:
    taxes = taxes_of({ZERO: 100, STANDARD: 300}, discount=400, delivery=400, is_included=True)

    assert taxes == (total(ZERO, 100, 0), total(STANDARD, 250, 50))


def test_goods_that_cost_nothing_have_no_tax() -> None:
    taxes = taxes_of({STANDARD: 0}, discount=0, delivery=0, is_included=False)

    assert taxes == (total(STANDARD, 0, 0),)


def test_tax_is_rounded_to_the_nearest_and_not_down() -> None:
    assert taxes_of({STANDARD: 4}, 0, 0, is_included=True) == (total(STANDARD, 3, 1),)
    assert taxes_of({STANDARD: 2}, 0, 0, is_included=True) == (total(STANDARD, 2, 0),)
    assert taxes_of({REDUCED: 10}, 0, 0, is_included=False) == (total(REDUCED, 10, 1),)


def test_prices_in_whole_taiwan_dollars_have_whole_dollars_of_tax() -> None:
    taxes = taxes_of({REDUCED: 1050}, discount=105, delivery=60, is_included=True)

    assert taxes == (total(REDUCED, 957, 48),)


@given(goods=GOODS, off=st.floats(0, 1), delivery=st.integers(0, 10**6), is_included=st.booleans())
def test_the_rates_come_to_what_is_charged(
    goods: Mapping[TaxRate, int], off: float, delivery: int, *, is_included: bool
) -> None:
    subtotal = sum(goods.values())
    discount = int(subtotal * off)

    taxes = taxes_of(goods, discount, delivery, is_included=is_included)

    charged = subtotal - discount + delivery
    sums = [one.gross if is_included else one.net for one in taxes]
    assert sum(sums) == charged
    assert all(one.net >= 0 and one.tax >= 0 for one in taxes)
    assert all(abs(one.net * one.rate - one.tax * 10_000) <= 10_000 for one in taxes)
    assert all(before.rate < after.rate for before, after in pairwise(taxes))


@given(goods=GOODS, is_included=st.booleans(), data=st.data())
def test_what_is_paid_back_in_parts_comes_to_what_was_charged(
    goods: Mapping[TaxRate, int], data: st.DataObject, *, is_included: bool
) -> None:
    charged = taxes_of(goods, 0, 350, is_included=is_included)
    left = charged

    for _ in range(3):
        amount = Money(data.draw(st.integers(0, sum_of_gross(left))))
        part = part_of(left, amount)
        assert sum_of_gross(part) == amount
        left = without(left, part)
        assert all(one.net >= 0 and one.tax >= 0 for one in left)

    rest = part_of(left, sum_of_gross(left))
    assert without(left, rest) == tuple(total(one.rate, 0, 0) for one in charged)


def test_a_part_has_its_share_of_the_tax_and_leaves_the_rest() -> None:
    charged = (total(ZERO, 600, 0), total(STANDARD, 1000, 200))

    part = part_of(charged, Money(300))

    assert part == (total(ZERO, 100, 0), total(STANDARD, 167, 33))
    assert without(charged, part) == (total(ZERO, 500, 0), total(STANDARD, 833, 167))
    assert without(charged, part[1:]) == (total(ZERO, 600, 0), total(STANDARD, 833, 167))
    assert part_of(charged, Money(0)) == (total(ZERO, 0, 0), total(STANDARD, 0, 0))
    assert (sum_of_tax(charged), sum_of_gross(charged)) == (200, 1800)


@pytest.mark.parametrize(
    ("rate", "written"), [(0, "0"), (2000, "20"), (1750, "17.5"), (1705, "17.05"), (10_000, "100")]
)
def test_a_rate_is_written_in_percent_without_needless_digits(rate: int, written: str) -> None:
    assert plain_rate(TaxRate(rate)) == written


def test_more_than_was_charged_is_not_paid_back() -> None:
    with pytest.raises(ValueError, match="101 of 100"):
        part_of((total(ZERO, 100, 0),), Money(101))


@given(st.integers(0, 10_000).map(TaxRate))
def test_a_rate_that_is_written_is_read_again(rate: TaxRate) -> None:
    assert read_rate(plain_rate(rate)) == rate


@pytest.mark.parametrize(
    ("typed", "rate"),
    [("20", 2000), (" 20 % ", 2000), ("17.5%", 1750), ("0", 0), ("100", 10_000)],
)
def test_a_rate_is_read_in_percent(typed: str, rate: int) -> None:
    assert read_rate(typed) == rate


@pytest.mark.parametrize("typed", ["", "-5", "101", "20.125", "half", "1e1", "٢٠"])
def test_what_is_no_rate_is_not_read(typed: str) -> None:
    assert read_rate(typed) is None

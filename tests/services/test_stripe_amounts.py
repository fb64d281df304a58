"""Amounts as Stripe counts them: https://docs.stripe.com/currencies has these examples."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, sampled_from

from app.domain.catalog import Money
from app.services.payments.stripe_amounts import StripeAmounts, UnusableCurrency

USABLE = [("GBP", 2), ("TWD", 0), ("TWD", 2), ("JPY", 0), ("BHD", 2), ("ISK", 0), ("UGX", 0)]


@pytest.mark.parametrize(
    ("currency", "decimals", "amount", "at_stripe"),
    [
        ("USD", 2, 1000, 1000),
        ("JPY", 0, 500, 500),
        ("TWD", 0, 800, 80000),
        ("ISK", 0, 5, 500),
        ("UGX", 0, 5, 500),
        ("KWD", 2, 512, 5120),
    ],
)
def test_amounts_are_written_as_stripe_counts_them(
    currency: str, decimals: int, amount: int, at_stripe: int
) -> None:
    assert StripeAmounts(currency, decimals).to_stripe(Money(amount)) == at_stripe


@given(sampled_from(USABLE), integers(0, 10**9))
def test_every_amount_comes_back_as_it_was(used: tuple[str, int], amount: int) -> None:
    amounts = StripeAmounts(*used)

    assert amounts.from_stripe(amounts.to_stripe(Money(amount))) == amount


@pytest.mark.parametrize(
    ("currency", "decimals", "most"), [("JPY", 2, 0), ("BHD", 3, 2), ("ISK", 2, 0), ("GBP", 3, 2)]
)
def test_a_currency_of_which_stripe_cannot_take_every_amount_is_refused(
    currency: str, decimals: int, most: int
) -> None:
    with pytest.raises(UnusableCurrency, match=f"{currency} with {most} decimals at most"):
        StripeAmounts(currency, decimals)

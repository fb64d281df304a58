"""Amounts as Stripe writes them: a currency's decimals there differ from those in use.

Source: https://docs.stripe.com/currencies, “Zero-decimal currencies”, “Three-decimal currencies”
and “Special cases”.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.domain.catalog import Money


class _Written(NamedTuple):
    """How many decimals an amount has at Stripe, and what it must be divisible by."""

    decimals: int = 2
    step: int = 1


_WITHOUT_DECIMALS: Final = _Written(decimals=0)
_THREE_DECIMALS: Final = _Written(decimals=3, step=10)
_WHOLE_UNITS: Final = _Written(decimals=2, step=100)
_SPECIAL: Final[Mapping[str, _Written]] = {
    **dict.fromkeys(["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"], _WITHOUT_DECIMALS),
    **dict.fromkeys(["PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"], _WITHOUT_DECIMALS),
    **dict.fromkeys(["BHD", "JOD", "KWD", "OMR", "TND"], _THREE_DECIMALS),
    **dict.fromkeys(["ISK", "UGX"], _WHOLE_UNITS),
}


class UnusableCurrency(Exception):
    """Stripe cannot take every amount of the shop; the text says which decimals it could take."""


@dataclass(frozen=True, slots=True)
class StripeAmounts:
    """Converts amounts of a shop whose prices in *currency* have *decimals*.

    Raises UnusableCurrency if an amount of the shop could be none of Stripe's.
    """

    currency: str
    decimals: int

    def __post_init__(self) -> None:
        """Check that each amount can be converted."""
        written = self._written
        if self.decimals > written.decimals or self._factor % written.step:
            most = written.decimals - len(str(written.step)) + 1
            raise UnusableCurrency(
                f"Stripe takes {self.currency} with {most} decimals at most, not {self.decimals}"
            )

    def to_stripe(self, amount: Money) -> int:
        """Return *amount* in the unit that Stripe's API counts in."""
        return amount * self._factor

    def from_stripe(self, amount: int) -> Money:
        """Return an amount of Stripe's API; a fraction of the shop's unit is dropped."""
        return Money(amount // self._factor)

    @property
    def _written(self) -> _Written:
        return _SPECIAL.get(self.currency, _Written())

    @property
    def _factor(self) -> int:
        return int(10 ** (self._written.decimals - self.decimals))

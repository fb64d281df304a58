"""Currencies, and how many decimals their amounts have."""

from typing import Final, NamedTuple


class Currency(NamedTuple):
    """A currency by its code (ISO 4217), and what amounts of it look like.

    An amount is a whole number of minor units: with 2 `decimals`, 120 is 1.20. People may type one
    of its `signs` beside an amount, such as £ or GBP.
    """

    code: str
    decimals: int
    signs: tuple[str, ...] = ()

    @property
    def minor_units(self) -> int:
        """How many minor units make one: 100 pence, a single yen, 1,000 fils."""
        return int(10**self.decimals)


NO_CURRENCY: Final = Currency("XXX", 2)
"""The code that ISO 4217 has where no currency is involved."""

"""Tax: what an amount has in it at each rate (decision 0118).

The unit that is taxed is an order: goods, discount and delivery of one rate together, rounded
once. So the sums of a receipt are those of the order, in any currency.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from app.domain.catalog import Money, TaxRate

HIGHEST_RATE: Final = TaxRate(100_00)
_WHOLE: Final = 100_00
_RATE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)\s*%?")


class TaxTotal(NamedTuple):
    """What was charged at one rate, without tax, and the tax on it."""

    rate: TaxRate
    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        """What was charged, with tax."""
        return Money(self.net + self.tax)


Taxes = tuple[TaxTotal, ...]
"""The totals of an order, the lowest rate first; empty if they were never computed."""


def taxes_of(
    goods: Mapping[TaxRate, int], discount: int, delivery: int, *, is_included: bool
) -> Taxes:
    """Return the totals of *goods*, which are the sums of prices by rate.

    A discount belongs to the goods in proportion. Delivery is part of the supply of the goods and
    shares their rates (HMRC, VAT Notice 700/24, section 2.3), in proportion to what they cost.
    Tax is *included* in prices, or is added to them; it is rounded to the nearest minor unit, as
    retailers must (HMRC, VAT Notice 700, paragraph 17.6; VATREC12020).
    """
    charged = _charged(goods, discount, delivery)
    if is_included:
        return tuple(_inside(rate, amount) for rate, amount in charged.items())
    return tuple(_on_top(rate, amount) for rate, amount in charged.items())


def sum_of_tax(taxes: Iterable[TaxTotal]) -> Money:
    """Return the tax of all rates."""
    return Money(sum(total.tax for total in taxes))


def sum_of_gross(taxes: Iterable[TaxTotal]) -> Money:
    """Return what all rates come to, with tax."""
    return Money(sum(total.gross for total in taxes))


def without(taxes: Taxes, credited: Iterable[TaxTotal]) -> Taxes:
    """Return what is left of *taxes* after what was *credited* of them."""
    left = {total.rate: total for total in taxes}
    for rate, net, tax in credited:
        was = left[rate]
        left[rate] = TaxTotal(rate, Money(was.net - net), Money(was.tax - tax))
    return tuple(left.values())


def part_of(taxes: Taxes, amount: Money) -> Taxes:
    """Return the totals of *amount*, which is paid back of *taxes*, in proportion.

    The tax of a part is that share of the tax that was charged, so that parts which come to the
    whole have all of it. Raises ValueError if *amount* is more than *taxes* are.
    """
    if not 0 <= amount <= sum_of_gross(taxes):
        raise ValueError(f"{amount} of {sum_of_gross(taxes)}")
    parts = _spread(amount, [total.gross for total in taxes])
    return tuple(_share(total, part) for total, part in zip(taxes, parts, strict=True))


def read_rate(text: str) -> TaxRate | None:
    """Return the rate in *text*, in percent like 20 or 17.5, or `None` if it is not one."""
    if not (found := _RATE.fullmatch(text.strip())):
        return None
    rate = TaxRate(int(Decimal(found[1]) * 100))
    return rate if rate <= HIGHEST_RATE else None


def plain_rate(rate: TaxRate) -> str:
    """Return *rate* in percent, for a file or a form field: 1750 is 17.5."""
    whole, part = divmod(rate, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") if part else f"{whole}"


def _charged(goods: Mapping[TaxRate, int], discount: int, delivery: int) -> dict[TaxRate, int]:
    rates = sorted(goods)
    costs = [goods[rate] for rate in rates]
    taken_off = _spread(discount, costs)
    paid = [cost - off for cost, off in zip(costs, taken_off, strict=True)]
    carried = _spread(delivery, paid if any(paid) else costs)
    return {rate: amount + more for rate, amount, more in zip(rates, paid, carried, strict=True)}


def _inside(rate: TaxRate, gross: int) -> TaxTotal:
    tax = _rounded(gross * rate, _WHOLE + rate)
    return TaxTotal(rate, Money(gross - tax), Money(tax))


def _on_top(rate: TaxRate, net: int) -> TaxTotal:
    return TaxTotal(rate, Money(net), Money(_rounded(net * rate, _WHOLE)))


def _share(total: TaxTotal, part: int) -> TaxTotal:
    tax = _rounded(part * total.tax, total.gross) if part else 0
    return TaxTotal(total.rate, Money(part - tax), Money(tax))


def _rounded(numerator: int, denominator: int) -> int:
    """Return the quotient, which is not negative, rounded to the nearest; a half goes up."""
    return (2 * numerator + denominator) // (2 * denominator)


def _spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Return parts of *amount* in proportion to *weights*; they come to *amount* exactly.

    What rounding down leaves goes, one each, to the largest remainders.
    """
    if not (whole := sum(weights)):
        return [0 for _ in weights]
    parts = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    largest = sorted(range(len(weights)), key=lambda at: -remainders[at])
    for at in largest[: amount - sum(parts)]:
        parts[at] += 1
    return parts

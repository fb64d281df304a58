"""What the shop sells: products at today's price and stock, and the vouchers it honours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, NewType

Sku = NewType("Sku", str)
Money = NewType("Money", int)
"""An amount in minor units: 120 is £1.20."""
VoucherCode = NewType("VoucherCode", str)
"""A voucher's code in upper case; the empty one stands for no voucher."""

SKU: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""How a SKU is spelled (protocol.md §2)."""
CURRENCY = "GBP"
EXACT_STOCK = 10
"""Up to so many the shop tells how many there are (protocol.md §4)."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product in one size; `sold` is false once it has left the range.

    `stock` is its inventory: how many can still be sold. `version` counts what staff changed about it; what shoppers buy is not counted.
    """

    sku: Sku
    slug: str
    name: str
    unit: str
    category: str
    image: str
    description: str
    price: Money
    stock: int
    sold: bool = True
    popular: bool = False
    grams: int | None = None
    ml: int | None = None
    version: int = 0

    @property
    def available(self) -> int:
        """How many can be had today."""
        return self.stock if self.sold else 0


@dataclass(frozen=True, slots=True)
class Voucher:
    """A promise of a discount: `percent` of the subtotal, or a fixed `amount`.

    `starts` and `ends` are seconds since 1970 in UTC, the end excluded; `uses_left` is counted
    over all accounts, `uses_each` for one; `None` sets no limit.
    """

    code: VoucherCode
    label: str
    percent: int = 0
    amount: Money = Money(0)
    minimum: Money = Money(0)
    starts: int | None = None
    ends: int | None = None
    uses_left: int | None = None
    uses_each: int | None = None


class Catalog(NamedTuple):
    """All products, those no longer sold too, and all vouchers, as they are today."""

    products: Mapping[Sku, Product]
    vouchers: Mapping[VoucherCode, Voucher]


def public_stock(available: int) -> int | None:
    """Return what shoppers are told of *available*: exact up to ten, `None` above."""
    return available if available <= EXACT_STOCK else None

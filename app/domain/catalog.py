"""The catalogue and inventory: products with price and stock, and vouchers."""

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
"""The format of a SKU (protocol.md §2)."""
CURRENCY = "GBP"
EXACT_STOCK = 10
"""The highest stock that shoppers see as a number (protocol.md §4)."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product in one size; `sold` is false once it has been discontinued.

    `stock` is its inventory. `version` counts edits by staff; orders, which change the stock, do
    not count.
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
        """How many can be ordered today."""
        return self.stock if self.sold else 0


@dataclass(frozen=True, slots=True)
class Voucher:
    """A discount: `percent` of the subtotal, or a fixed `amount`.

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
    """All products, discontinued ones included, and all vouchers."""

    products: Mapping[Sku, Product]
    vouchers: Mapping[VoucherCode, Voucher]


def public_stock(available: int) -> int | None:
    """Return *available* as shoppers see it: exact up to ten, `None` above."""
    return available if available <= EXACT_STOCK else None

"""The catalogue and inventory: products with price and stock, vouchers and promotions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from app.domain.accounts import AccountId
from app.domain.barcodes import Barcode
from app.domain.currency import NO_CURRENCY, Currency
from app.domain.languages import Language, Translations

Sku = NewType("Sku", str)
Money = NewType("Money", int)
"""An amount in minor units of the shop's currency: 120 may be £1.20, or ¥120."""
TaxRate = NewType("TaxRate", int)
"""A rate of tax in hundredths of a percent: 2000 is 20 %."""
PromotionId = NewType("PromotionId", int)
VoucherCode = NewType("VoucherCode", str)
"""A voucher's code in upper case; the empty one stands for no voucher."""

SKU: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""The format of a SKU (protocol.md §2)."""
NOTHING: Final = Money(0)
NO_TAX: Final = TaxRate(0)
EXACT_STOCK = 10
"""The highest stock that shoppers see as a number (protocol.md §4)."""


class HoldRule(StrEnum):
    """When a line holds its units, so that nobody else can have them (`holds.py`).

    `SCARCE`: when no more are left than shoppers see as a number.
    """

    NEVER = "never"
    SCARCE = "scarce"
    ALWAYS = "always"


Holders = Mapping[Sku, Mapping[AccountId, int]]
"""How many units of each product that can be held are held for whom; 0 if a hold has ended."""
NO_HOLDERS: Final[Holders] = {}
Offers = Mapping[Sku, Mapping[AccountId, int]]
"""For whom a unit of each product is kept that they have waited for, and until when, since 1970."""
NO_OFFERS: Final[Offers] = {}


class ProductText(NamedTuple):
    """What a product is called and said to be in one language; an empty part is not translated."""

    name: str = ""
    unit: str = ""
    description: str = ""

    def in_language(self, other: "ProductText | None") -> "ProductText":
        """Return *other*, with this text where that is empty."""
        if other is None:
            return self
        return ProductText(
            other.name or self.name, other.unit or self.unit, other.description or self.description
        )


@dataclass(frozen=True, slots=True)
class Product:
    """A product in one size; `sold` is false once it has been discontinued.

    `stock` is its inventory, of which `on_hold` units are held for carts, as `hold` says. `version`
    counts edits by staff; orders and holds, which change the stock, do not count. `name`, `unit`
    and `description` are English; `texts` has other languages. `tax` is the rate at which it is
    taxed. `waiting` accounts wait for units of it (`waitlist.py`). No two products have the same
    `barcode`. `low` is the stock from which down more of it is needed (`stock.py`).
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
    texts: Mapping[Language, ProductText] = field(default_factory=dict)
    tax: TaxRate = NO_TAX
    hold: HoldRule = HoldRule.NEVER
    on_hold: int = 0
    waiting: int = 0
    barcode: Barcode | None = None
    low: int | None = None

    def text(self, language: Language) -> ProductText:
        """Return its text in *language*, and in English what is not translated."""
        english = ProductText(self.name, self.unit, self.description)
        return english.in_language(self.texts.get(language))

    @property
    def names(self) -> Translations:
        """Its name in the other languages that it has one in."""
        return {language: text.name for language, text in self.texts.items() if text.name}

    @property
    def available(self) -> int:
        """How many can be ordered today."""
        return self.stock if self.sold else 0


@dataclass(frozen=True, slots=True)
class Voucher:
    """A discount: `percent` of the subtotal, or a fixed `amount`.

    `starts` and `ends` are seconds since 1970 in UTC, the end excluded; `uses_left` is counted
    over all accounts, `uses_each` for one; `None` sets no limit. `label` is English; `labels` has
    other languages. It does not apply while it is `paused`.
    """

    code: VoucherCode
    label: str
    percent: int = 0
    amount: Money = NOTHING
    minimum: Money = NOTHING
    starts: int | None = None
    ends: int | None = None
    uses_left: int | None = None
    uses_each: int | None = None
    labels: Translations = field(default_factory=dict)
    paused: bool = False

    def text(self, language: Language) -> str:
        """Return its label in *language*, or in English if it is not translated."""
        return self.labels.get(language, self.label)


class PromotionKind(StrEnum):
    """How a promotion makes a line cheaper (`promotions.py` has the rules).

    `FEWER_PAID`: of every `take` units only `paid` are paid; `HALF_PRICE`: one of every `take`
    costs half; `BUNDLE`: every `take` units cost `price` together; `LOWER_PRICE`: each costs
    `price`.
    """

    FEWER_PAID = "fewer_paid"
    HALF_PRICE = "half_price"
    BUNDLE = "bundle"
    LOWER_PRICE = "lower_price"


@dataclass(frozen=True, slots=True)
class Promotion:
    """A lower price for all lines of its products, each by itself, without a code.

    `starts` and `ends` are seconds since 1970 in UTC, the end excluded; `None` sets no limit.
    `label` is English; `labels` has other languages.
    """

    id: PromotionId
    kind: PromotionKind
    skus: frozenset[Sku]
    take: int = 1
    paid: int = 0
    price: Money = NOTHING
    starts: int | None = None
    ends: int | None = None
    label: str = ""
    labels: Translations = field(default_factory=dict)
    paused: bool = False

    def text(self, language: Language) -> str:
        """Return its label in *language*, or in English if it is not translated."""
        return self.labels.get(language, self.label)


Promotions = Mapping[Sku, tuple[Promotion, ...]]
"""The promotions of each product that has any, which go on now."""
NO_PROMOTIONS: Final[Promotions] = {}


@dataclass(frozen=True, slots=True)
class Category:
    """A category of products; `name` is English, `names` has other languages."""

    slug: str
    name: str
    names: Translations = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """Return its name in *language*, or in English if it is not translated."""
        return self.names.get(language, self.name)


class Terms(NamedTuple):
    """The terms of the shop: what all carts are priced by, and which orders it takes.

    Delivery costs `delivery_fee`, and nothing from a subtotal of `free_delivery_from` on; `None`
    never makes it free. A subtotal below `minimum_order` cannot be ordered. Prices have the tax in
    them if `prices_include_tax`, and otherwise it is added to them. Days and years are those of the
    time zone `zone`.
    """

    currency: Currency = NO_CURRENCY
    delivery_fee: Money = NOTHING
    free_delivery_from: Money | None = None
    minimum_order: Money = NOTHING
    prices_include_tax: bool = True
    zone: str = "UTC"


class Catalog(NamedTuple):
    """All products, discontinued ones included, all vouchers, and the terms of the shop.

    `holders` has an entry for each product that can be held: in most shops it is empty, and so are
    the `offers` and the `promotions`. `planned` are all promotions that are not over.
    """

    products: Mapping[Sku, Product]
    vouchers: Mapping[VoucherCode, Voucher]
    terms: Terms = Terms()
    holders: Holders = NO_HOLDERS
    offers: Offers = NO_OFFERS
    promotions: Promotions = NO_PROMOTIONS
    planned: tuple[Promotion, ...] = ()


def public_stock(available: int) -> int | None:
    """Return *available* as shoppers see it: exact up to ten, `None` above."""
    return available if available <= EXACT_STOCK else None

"""What is the shop's own: its names, money, country, languages and terms (`shop.toml`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.domain.catalog import NOTHING, Money, Terms
from app.domain.currency import Currency
from app.domain.languages import ENGLISH, Language
from app.domain.opening_hours import OpeningHours


class ShopText(NamedTuple):
    """What the shop says of itself in one language; an empty part is not translated."""

    name: str = ""
    delivery_area: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSettings:
    """The settings of the shop, which are the same for all of its servers.

    `country` is a code (ISO 3166-1), `timezone` a name of the tz database. The first of `languages`
    is the one for everybody whose own is not among them. `delivery_area` completes "We deliver". A
    `logo` is the path of a picture, empty for the built-in one; `accent` is a colour like #1f6b45.
    One account may have orders for `most_open` on their way to it, or any if it is `None`.
    """

    name: str
    currency: Currency
    country: str
    timezone: str
    languages: tuple[Language, ...] = (ENGLISH,)
    legal_name: str = ""
    address: tuple[str, ...] = ()
    tax_number: str = ""
    email: str = ""
    telephone: str = ""
    delivery_area: str = ""
    delivery_fee: Money = NOTHING
    free_delivery_from: Money | None = None
    minimum_order: Money = NOTHING
    most_open: Money | None = None
    prices_include_tax: bool = True
    logo: str = ""
    accent: str = ""
    opening_hours: OpeningHours = ()
    texts: Mapping[Language, ShopText] = field(default_factory=dict)

    @property
    def terms(self) -> Terms:
        """What carts are priced by."""
        return Terms(
            self.currency,
            self.delivery_fee,
            self.free_delivery_from,
            self.minimum_order,
            self.prices_include_tax,
            self.timezone,
        )

    @property
    def names(self) -> list[str]:
        """What it is called in any language."""
        return [self.name, *(text.name for text in self.texts.values() if text.name)]

    def text(self, language: Language) -> ShopText:
        """Return what it says of itself in *language*, as in the file where that has nothing."""
        own = self.texts.get(language, ShopText())
        return ShopText(own.name or self.name, own.delivery_area or self.delivery_area)

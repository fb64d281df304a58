"""What the shop says of itself, in the reader's language: its terms, its country, its hours."""

from functools import reduce
from typing import Final

from babel.dates import get_day_names

from app.domain.catalog import Money
from app.domain.languages import ENGLISH
from app.domain.opening_hours import DayHours, OpeningHours, Span, grouped
from app.domain.shop_settings import ShopSettings
from app.i18n.formats import listed, money
from app.i18n.translate import current_language, current_translator, translator_of
from app.i18n.translate import gettext as _

_WITH_ARTICLE: Final = frozenset(
    ("AE", "BS", "CF", "CD", "CG", "DO", "GB", "GM", "KM", "MH", "MV", "NL", "PH", "SB", "SC", "US")
)
"""Countries whose English names have an article in a sentence."""


def delivery_text(shop: ShopSettings) -> str:
    """Return where *shop* delivers to, what that costs, and how much has to be ordered."""
    area = shop.text(current_language()).delivery_area
    parts = [_("We deliver %(area)s.", area=area)] if area else []
    parts.append(_fee_text(shop))
    if shop.minimum_order:
        least = money(shop.minimum_order, shop.currency)
        parts.append(_("The minimum order is %(amount)s.", amount=least))
    return reduce(_joined, parts)


def _fee_text(shop: ShopSettings) -> str:
    price, free_from = money(shop.delivery_fee, shop.currency), shop.free_delivery_from
    if not shop.delivery_fee:
        return _("Delivery is free.")
    if free_from is None:
        return _("Delivery costs %(price)s.", price=price)
    return _(
        "Delivery costs %(price)s, and is free from %(minimum)s.",
        price=price,
        minimum=money(free_from, shop.currency),
    )


def _joined(first: str, second: str) -> str:
    return _("%(first)s %(second)s", first=first, second=second)


def free_delivery_text(shop: ShopSettings, subtotal: Money) -> str:
    """Return how far *subtotal* is from free delivery, in the words of strings.js."""
    missing = Money((shop.free_delivery_from or 0) - subtotal)
    if missing <= 0:
        return _("Free delivery")
    return _("%(amount)s to free delivery", amount=money(missing, shop.currency))


def minimum_text(shop: ShopSettings, subtotal: Money) -> str:
    """Return how far *subtotal* is from what can be ordered, in the words of strings.js."""
    return _(
        "%(missing)s more to reach the minimum order of %(minimum)s",
        missing=money(Money(max(0, shop.minimum_order - subtotal)), shop.currency),
        minimum=money(shop.minimum_order, shop.currency),
    )


def address_comma(shop: ShopSettings) -> str:
    """Return what parts an address that stands in one line, in the language of where *shop* is."""
    # Translators: the parts of an address, such as “1 Mill Lane, Bath”.
    return translator_of(shop.languages[0]).gettext("%(street)s, %(city)s", street="", city="")


def country_name(code: str) -> str:
    """Return what the country with *code* is called in a sentence, such as the United Kingdom."""
    translator = current_translator()
    name = str(translator.locale.territories[code])
    has_article = translator.language == ENGLISH and code in _WITH_ARTICLE
    return f"the {name}" if has_article else name


def hours_lines(hours: OpeningHours) -> list[str]:
    """Return a line for each group of days, like “Monday to Friday: 08:00-20:00”, with a dash."""
    return [_line(group) for group in grouped(hours)]


def _line(group: DayHours) -> str:
    names = get_day_names("wide", context="stand-alone", locale=current_translator().locale)
    first, last = names[group.first], names[group.last]
    spans = listed([_span(span) for span in group.spans])
    if group.first == group.last:
        return _("%(day)s: %(hours)s", day=first, hours=spans)
    return _("%(first)s to %(last)s: %(hours)s", first=first, last=last, hours=spans)


def _span(span: Span) -> str:
    return f"{_time(span.opens)}\N{EN DASH}{_time(span.closes)}"


def _time(minutes: int) -> str:
    """Return a time of the day; the end of the day is 24:00."""
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}"

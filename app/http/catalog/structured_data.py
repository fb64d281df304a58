"""What search engines read of the shop and of a product (https://schema.org), as JSON-LD."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

from app.domain.catalog import Product
from app.domain.money import plain_amount
from app.domain.opening_hours import DAYS
from app.domain.shop_settings import ShopSettings
from app.http.core.context import HttpContext
from app.i18n.languages import spoken
from app.i18n.shop_texts import address_comma
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _

Data = dict[str, Any]

CONTEXT: Final = "https://schema.org"
SOCIAL: Final = "img/social.png"
LAST_MINUTE: Final = 24 * 60 - 1


def shop_path(category: str) -> str:
    """Return the address of the products in *category*, or of all."""
    return f"/shop?category={quote(category)}" if category else "/shop"


def product_path(product: Product) -> str:
    """Return the address of *product* in whatever size."""
    return f"/p/{quote(product.slug)}"


def store_data(context: HttpContext) -> Data:
    """Return what the shop is, for its front page; what its settings do not say is left out."""
    shop = context.shop
    about = {
        "@context": CONTEXT,
        "@type": "GroceryStore",
        "name": shop.text(current_language()).name,
        "legalName": shop.legal_name,
        "url": _url(context, "/"),
        "image": f"{context.origins[0]}{context.assets.address(SOCIAL)}",
        "address": _address(shop),
        "telephone": shop.telephone,
        "email": shop.email,
        "vatID": shop.tax_number,
        "currenciesAccepted": shop.currency.code,
        "openingHoursSpecification": [*_hours(shop)],
    }
    return {name: value for name, value in about.items() if value}


def _address(shop: ShopSettings) -> Data:
    lines = address_comma(shop).join(shop.address)
    country = {"@type": "PostalAddress", "addressCountry": shop.country}
    return country | ({"streetAddress": lines} if lines else {})


def _hours(shop: ShopSettings) -> Iterator[Data]:
    for day, spans in zip(DAYS, shop.opening_hours, strict=False):
        for span in spans:
            yield {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"{CONTEXT}/{day.title()}",
                "opens": _time(span.opens),
                "closes": _time(span.closes),
            }


def _time(minutes: int) -> str:
    """Return a time of the day; midnight at its end is the last minute, as there is no 24:00."""
    hour, minute = divmod(min(minutes, LAST_MINUTE), 60)
    return f"{hour:02}:{minute:02}"


def product_data(context: HttpContext, product: Product, sizes: Iterable[Product]) -> Data:
    """Return *product* with an offer for each of its *sizes*, and the way to it."""
    text, origin = product.text(current_language()), context.origins[0]
    picture = f"{context.assets.folder('img')}products/{quote(product.image)}.webp"
    about = {
        "@type": "Product",
        "name": text.name,
        "description": text.description,
        "sku": product.sku,
        "url": _url(context, product_path(product)),
        "image": f"{origin}{picture}",
        "offers": [_offer(context, size) for size in sizes],
    }
    return {"@context": CONTEXT, "@graph": [about, _trail(context, product)]}


def _offer(context: HttpContext, size: Product) -> Data:
    return {
        "@type": "Offer",
        "name": size.text(current_language()).unit,
        "sku": size.sku,
        "url": _url(context, f"{product_path(size)}?size={size.sku}"),
        "price": plain_amount(size.price, context.shop.currency),
        "priceCurrency": context.shop.currency.code,
        "availability": f"{CONTEXT}/{_availability(size)}",
    }


def _availability(size: Product) -> str:
    if not size.sold:
        return "Discontinued"
    return "InStock" if size.available else "OutOfStock"


def _trail(context: HttpContext, product: Product) -> Data:
    """Return the way to *product*: all products, its category, itself."""
    language = current_language()
    category = [one for one in context.categories if one.slug == product.category]
    steps = [
        (_("All products"), shop_path("")),
        *((one.text(language), shop_path(one.slug)) for one in category),
        (product.text(language).name, product_path(product)),
    ]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": _url(context, path)}
            for place, (name, path) in enumerate(steps, start=1)
        ],
    }


def _url(context: HttpContext, path: str) -> str:
    return f"{context.origins[0]}{spoken()[current_language()].prefix}{path}"

"""What templates know of the shop's own settings, in the language of the request."""

from functools import partial

from quart import Quart

from app.domain.shop_settings import ShopSettings, ShopText
from app.i18n.formats import set_currency
from app.i18n.languages import spoken
from app.i18n.shop_texts import (
    address_comma,
    delivery_text,
    free_delivery_text,
    hours_lines,
    minimum_text,
)
from app.i18n.translate import current_language


def add_shop(app: Quart, shop: ShopSettings) -> None:
    """Have every request of *app* answered in the currency of *shop*, and give it to templates."""

    @app.before_request
    async def choose_currency() -> None:
        set_currency(shop.currency)

    def shop_text() -> ShopText:
        return shop.text(current_language())

    app.jinja_env.globals |= {
        "shop": shop,
        "shop_text": shop_text,
        "address_tag": spoken()[shop.languages[0]].tag,
        "address_comma": address_comma(shop),
        "delivery_text": partial(delivery_text, shop),
        "free_delivery_text": partial(free_delivery_text, shop),
        "minimum_text": partial(minimum_text, shop),
        "hours_lines": partial(hours_lines, shop.opening_hours),
    }

"""The pages of text that this shop has, with its own values in them."""

from functools import partial
from pathlib import Path

from app.domain.languages import Language
from app.domain.shop_settings import ShopSettings
from app.i18n.formats import listed
from app.i18n.shop_texts import address_comma, country_name, delivery_text, hours_lines
from app.i18n.translate import speaking
from app.runtime.config import Config
from app.runtime.web_app import ROOT
from app.services.text_pages import TextPages, Values, read_text_pages

PAGES_OF_DEMO = ROOT / "pages"


def load_text_pages(config: Config) -> TextPages:
    """Return the pages in the folder that the settings name; raises `PageFault`."""
    folder = Path(config.pages) if config.pages else PAGES_OF_DEMO
    return read_text_pages(folder, partial(_values, config.settings))


def _values(shop: ShopSettings, language: Language) -> Values:
    with speaking(language):
        return {
            "shop.name": shop.text(language).name,
            "shop.legal_name": shop.legal_name or shop.name,
            "shop.address": address_comma(shop).join(shop.address),
            "shop.tax_number": shop.tax_number,
            "shop.email": shop.email,
            "shop.telephone": shop.telephone,
            "shop.country": country_name(shop.country),
            "shop.currency": shop.currency.code,
            "shop.opening_hours": listed(hours_lines(shop.opening_hours)),
            "shop.delivery_terms": delivery_text(shop),
        }

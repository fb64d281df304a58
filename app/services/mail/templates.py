"""Mails as text and HTML, from the templates in `templates/mail`.

Each kind has two: the text's has a block `subject`, and both have a block `body`. They know
`values`, the `order` or the `product` that a mail is about, and `link`, which makes a path a link
to the shop.
"""

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.domain.catalog import Catalog, Sku
from app.domain.currency import Currency
from app.domain.emails import shown_email
from app.domain.languages import Language
from app.domain.mails import Mail
from app.domain.order_texts import in_language
from app.domain.orders import Order
from app.domain.plain_text import shown_text
from app.domain.shop_settings import ShopSettings
from app.i18n.formats import date, moment, money, percent
from app.i18n.languages import offered, spoken
from app.i18n.translate import current_translator, speaking
from app.services.user_agent import describe_user_agent


class RenderedMail(NamedTuple):
    """What a mail says; `language` is the one it says it in."""

    subject: str
    text: str
    html: str
    language: Language


class MailTemplates:
    """Renders mails in their reader's language.

    *origin* is that of links, *zone* the shop's time zone, and *catalog* returns what products are
    called today.
    """

    def __init__(
        self,
        folder: Path,
        shop: ShopSettings,
        origin: str,
        zone: tzinfo,
        catalog: Callable[[], Catalog],
    ) -> None:
        self._shop = shop
        self._origin = origin
        self._catalog = catalog
        self._templates = _environment(folder, zone, shop.currency)

    def render(self, mail: Mail, order: Order | None) -> RenderedMail:
        """Return what *mail* says; *order* is the one that it is about."""
        language = mail.language if mail.language in offered() else next(iter(offered()))
        with speaking(language):
            return self._render(mail, order, language)

    def _render(self, mail: Mail, order: Order | None, language: Language) -> RenderedMail:
        values: dict[str, Any] = {
            "shop_name": self._shop.text(language).name,
            "values": mail.values,
            "order": order and in_language(order, self._catalog(), language),
            "product": _product(mail.values.get("sku"), self._catalog(), language),
            "link": partial(_link, self._origin, spoken()[language].prefix),
            "tag": spoken()[language].tag,
        }
        text = self._templates.get_template(f"mail/{mail.kind}.txt")
        subject = "".join(text.blocks["subject"](text.new_context(values)))
        values["subject"] = " ".join(subject.split())
        html = self._templates.get_template(f"mail/{mail.kind}.html")
        return RenderedMail(
            values["subject"], text.render(values).strip() + "\n", html.render(values), language
        )


def _environment(folder: Path, zone: tzinfo, currency: Currency) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    install: Callable[..., None] = getattr(environment, "install_gettext_callables")  # noqa: B009
    install(_lookup, _lookup_plural, newstyle=True)
    environment.filters |= {
        "money": partial(money, currency=currency),
        "moment": partial(moment, zone=zone),
        "date": partial(date, zone=zone),
        "percent": percent,
        "plain": shown_text,
        "device": describe_user_agent,
        "shown_email": shown_email,
    }
    return environment


def _product(sku: object, catalog: Catalog, language: Language) -> dict[str, str] | None:
    """Return what a product is called, and the path of its page; None if there is none."""
    product = catalog.products.get(Sku(str(sku)))
    if product is None:
        return None
    text = product.text(language)
    return {"name": text.name, "unit": text.unit, "path": f"/p/{product.slug}?size={product.sku}"}


def _link(origin: str, prefix: str, path: str) -> str:
    """Return the whole address of the page at *path*, in the language of *prefix*."""
    return f"{origin}{prefix}{path}"


def _lookup(message: str) -> str:
    return current_translator().lookup(message)


def _lookup_plural(singular: str, plural: str, num: int) -> str:
    return current_translator().lookup_plural(singular, plural, num)

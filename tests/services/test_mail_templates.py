"""Every kind of mail, in every language: a text and HTML that say the same, and fetch nothing."""

import re
from dataclasses import replace
from datetime import UTC
from html import escape

import pytest
from sqlalchemy import Engine

from app.domain.catalog import NO_TAX, Money, TaxRate
from app.domain.languages import ENGLISH, Language
from app.domain.mails import Mail, MailKind
from app.domain.orders import Order
from app.domain.taxes import TaxTotal
from app.i18n.languages import spoken
from app.runtime.shop_file import demo_shop
from app.runtime.web_app import ROOT
from app.services.mail.templates import MailTemplates
from app.store.accounts import add_account
from app.store.catalog import load_catalog_changes
from app.store.queries import run_query
from tests.examples import ADA, CATALOG, EMPTY, MILK, NOON
from tests.store.example_people import ADA_HERSELF
from tests.store.orders_on_disk import ordered

SHOP = replace(demo_shop(), name="Tom & Jerry")
ORIGIN = "http://shop.test"
MARKUP = '<b>"Tom & Jerry"</b>'
FETCHED = re.compile(r"<(?:img|link|script|iframe)|\bsrc=|url\(|@import")


class AnyValues(dict[str, str | int]):
    """Values of every name: of amounts and times a number, of others a text with mark-up."""

    def __missing__(self, name: str) -> str | int:
        """Return a value for *name*."""
        return NOON if name in {"amount", "at_s"} else MARKUP


@pytest.fixture
def order(engine: Engine) -> Order:
    """Return an order of a stocked shop."""
    run_query(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
    return ordered(engine)._replace(note=MARKUP)


@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_says_the_same_as_text_and_html_in_each_language(
    kind: MailKind, order: Order
) -> None:
    templates = MailTemplates(ROOT / "templates", SHOP, ORIGIN, UTC, lambda: CATALOG)
    subjects = set()
    for language in spoken():
        mail = Mail(kind, ADA_HERSELF.email, language, ADA, AnyValues(sku=MILK))
        subject, text, html, said_in = templates.render(mail, order)

        subjects.add(subject)
        assert said_in == language
        assert subject.strip()
        assert "\n" not in subject
        assert "<p>" not in text
        assert "&amp;" not in text
        assert f"<title>{escape(subject).replace('&quot;', '&#34;')}</title>" in html
        assert f'<html lang="{spoken()[language].tag}">' in html
        assert MARKUP not in html
        assert not FETCHED.search(html)
        links = set(re.findall(r'href="([^"]+)"', html))
        assert links
        assert all(link.startswith((ORIGIN, "mailto:", "&lt;b")) for link in links)
    assert len(subjects) == len(spoken())


def test_a_mail_of_an_order_has_its_taxes_by_rate_and_the_way_to_its_receipt(order: Order) -> None:
    templates = MailTemplates(ROOT / "templates", SHOP, ORIGIN, UTC, lambda: CATALOG)
    taxes = (TaxTotal(TaxRate(500), Money(400), Money(20)), TaxTotal(NO_TAX, Money(150), Money(0)))
    mail = Mail(MailKind.ORDER_PLACED, ADA_HERSELF.email, ENGLISH, ADA)
    receipt = f"{ORIGIN}/en/orders/{order.number}/receipt"

    _, text, html, _ = templates.render(mail, order._replace(taxes=taxes))
    _, old_text, old_html, _ = templates.render(mail, order._replace(taxes=()))

    for said in (text, html):
        assert "Tax at 5% on £4.00: £0.20" in said
        assert "Tax at 0% on £1.50: £0.00" in said
        assert "Prices include tax." in said
        assert receipt in said
    for said in (old_text, old_html):
        assert "Tax" not in said
        assert receipt not in said


def test_a_mail_in_a_language_that_is_no_longer_spoken_is_in_english(engine: Engine) -> None:
    catalog = run_query(engine, load_catalog_changes, -1).catalog
    templates = MailTemplates(ROOT / "templates", SHOP, ORIGIN, UTC, lambda: catalog)
    mail = Mail(MailKind.NO_ACCOUNT, "ada@shop.example", Language("tlh"), None, AnyValues())

    assert templates.render(mail, None).language == ENGLISH

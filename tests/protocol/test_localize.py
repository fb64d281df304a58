"""Messages and carts in a language that the shop is not written in."""

import json
from typing import Any

import pytest
from msgspec import UNSET

from app.domain.cart import Patch
from app.domain.catalog import (
    Catalog,
    Money,
    ProductText,
    Promotion,
    PromotionId,
    PromotionKind,
    Voucher,
)
from app.domain.languages import ENGLISH
from app.domain.ops import AddLine, SaveLine, SetVoucher
from app.domain.promotions import running_at
from app.domain.totals import price_cart
from app.domain.verdicts import Code, No
from app.protocol.encode import CachingEncoder, LocalizingEncoder, encode
from app.protocol.localize import localized, localized_cart
from app.protocol.messages import Item, PatchMessage, Prices
from app.protocol.projections import all_prices_message, patch_message, snapshot_message, with_items
from tests.examples import (
    APPLES,
    CATALOG,
    CHINESE,
    EGGS,
    MILK,
    NOON,
    TENTH,
    after,
    catalog_with,
    catalog_with_voucher,
)
from tests.protocol.server_messages import SERVER_MESSAGES

WORDED = {"lines", "saved", "suggested", "voucher", "cart", "args", "text", "name", "unit"}
CHINESE_NAMES: Catalog = catalog_with_voucher(
    Voucher(TENTH, "10 % off", percent=10, labels={CHINESE: "九折"}),
    catalog_with(
        MILK,
        catalog_with(APPLES, texts={CHINESE: ProductText("加拉蘋果", "1 公斤")}),
        texts={CHINESE: ProductText("牛奶")},
    ),
)
"""Milk has a name only, eggs have no text in Chinese."""
CART = after(AddLine(APPLES, 1), AddLine(MILK, 2), SaveLine(MILK), SetVoucher(TENTH))
SNAPSHOT = snapshot_message(CART, CHINESE_NAMES, NOON)


class Today:
    """A catalogue that can be replaced."""

    def __init__(self) -> None:
        self.catalog = CHINESE_NAMES

    def encoder(self) -> LocalizingEncoder:
        """Return an encoder with this catalogue."""
        return LocalizingEncoder(CHINESE, lambda: self.catalog)


def in_chinese(message: Any) -> Any:
    """Return the fields of *message* as a Chinese tab gets it."""
    return json.loads(Today().encoder().encode(message))


def names(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return name and unit of *lines*."""
    return [(line["name"], line["unit"]) for line in lines]


def test_a_snapshot_has_the_names_and_units_of_a_language_and_english_where_it_has_none() -> None:
    cart = in_chinese(SNAPSHOT)["cart"]

    assert names(cart["lines"]) == [("加拉蘋果", "1 公斤")]
    assert names(cart["saved"]) == [("牛奶", "each")]
    assert cart["voucher"] == {"code": TENTH, "label": "九折", "state": "ok"}


def test_deals_are_told_in_the_language_of_the_tab_on_lines_and_on_watched_products() -> None:
    promotion = Promotion(
        *(PromotionId(1), PromotionKind.FEWER_PAID, frozenset({APPLES, EGGS}), 3, 2),
        label="3 for 2",
        labels={CHINESE: "買三付二"},
    )
    today = Today()
    today.catalog = CHINESE_NAMES._replace(promotions=running_at([promotion], NOON))
    cart = after(AddLine(APPLES, 3), cart=CART)
    patch = patch_message(
        *(cart, Patch(cart.rev, cart.lines), (), UNSET),
        *(price_cart(cart, today.catalog, NOON)[1], today.catalog),
    )
    prices = all_prices_message(cart, today.catalog, NOON)
    watched = Item(EGGS, Money(280), None, deal="3 for 2"), Item(MILK, Money(145), 5)

    told = [
        json.loads(today.encoder().encode(message))
        for message in (patch, with_items(prices, watched))
    ]

    for message in told:
        assert message["lines"][APPLES]["deal"] == "買三付二"
        assert message["lines"][APPLES]["off"] == 220
    assert [each.get("deal") for each in told[1]["items"]] == ["買三付二", None]


def test_prices_have_the_words_of_a_language_in_whatever_is_set() -> None:
    prices = in_chinese(all_prices_message(CART, CHINESE_NAMES, NOON))

    assert names([*prices["lines"].values(), *prices["saved"].values()]) == [
        ("加拉蘋果", "1 公斤"),
        ("牛奶", "each"),
    ]
    assert prices["voucher"]["label"] == "九折"
    assert in_chinese(Prices(())) == {"t": "prices", "items": []}


def test_a_patch_removes_lines_and_vouchers_in_every_language() -> None:
    line = SNAPSHOT.cart.lines[0]
    totals = SNAPSHOT.cart.totals
    patch = PatchMessage(1, 2, "at", (), {APPLES: line, EGGS: None}, totals, UNSET, UNSET, None)

    fields = in_chinese(patch)

    assert fields["lines"][APPLES]["name"] == "加拉蘋果"
    assert fields["lines"][EGGS] is None
    assert fields["voucher"] is None
    assert fields.keys() == json.loads(encode(patch)).keys()


@pytest.mark.parametrize("name", SERVER_MESSAGES)
def test_only_words_differ_between_languages(name: str) -> None:
    message = SERVER_MESSAGES[name]
    english = json.loads(encode(message))
    skus = {line["sku"] for line in _lines_of(english)}
    catalog = CHINESE_NAMES._replace(
        products={
            sku: CHINESE_NAMES.products.get(sku, CHINESE_NAMES.products[EGGS]) for sku in skus
        }
    )

    chinese = json.loads(LocalizingEncoder(CHINESE, lambda: catalog).encode(message))

    assert chinese.keys() == english.keys()
    differing = {field for field in english if english[field] != chinese[field]}
    assert differing <= WORDED


def _lines_of(fields: dict[str, Any]) -> list[dict[str, Any]]:
    cart = fields.get("cart")
    shown = cart if isinstance(cart, dict) else fields
    lists = [shown.get(field) or () for field in ("lines", "saved", "suggested")]
    rows = [row for each in lists for row in (each.values() if isinstance(each, dict) else each)]
    return [row for row in rows if row] + ([fields] if "sku" in fields else [])


def test_a_refusal_has_its_sentence_and_its_arguments_in_the_language() -> None:
    refusal = No(3, Code.QTY_LIMIT, ("Gala apples", "99"), 7, names={CHINESE: "加拉蘋果"})

    chinese, english = in_chinese(refusal), json.loads(encode(refusal))

    assert chinese["args"] == ["加拉蘋果", "99"]
    assert chinese["text"] == "「加拉蘋果」：每項商品最多 99 件。"
    assert english["text"] == "Gala apples: you can have at most 99 of one product."


def test_an_unknown_voucher_is_called_by_its_code_in_every_language() -> None:
    without = CHINESE_NAMES._replace(vouchers={})
    cart = snapshot_message(CART, without, NOON).cart

    shown = localized_cart(cart, CHINESE, without)

    assert shown.voucher == cart.voucher
    assert cart.voucher
    assert cart.voucher.label == TENTH


def test_the_english_cart_is_the_one_inside() -> None:
    assert localized_cart(SNAPSHOT.cart, ENGLISH, CATALOG) is SNAPSHOT.cart


def test_a_message_without_words_is_not_copied() -> None:
    message = SERVER_MESSAGES["tabs"]

    assert localized(message, CHINESE, CATALOG) is message


def test_tabs_of_two_languages_in_turn_share_one_encoding_each() -> None:
    english, chinese = CachingEncoder(), Today().encoder()

    frames = [one.encode(SNAPSHOT) for one in (english, chinese, english, chinese)]

    assert frames[0] is frames[2]
    assert frames[1] is frames[3]
    assert frames[0] != frames[1]


def test_a_new_text_is_in_the_next_message() -> None:
    today = Today()
    encoder = today.encoder()
    before = json.loads(encoder.encode(SNAPSHOT))

    today.catalog = catalog_with(
        APPLES, CHINESE_NAMES, texts={CHINESE: ProductText("嘉拉蘋果", "一公斤")}
    )
    after_it = json.loads(encoder.encode(snapshot_message(CART, today.catalog, NOON)))

    assert names(before["cart"]["lines"]) == [("加拉蘋果", "1 公斤")]
    assert names(after_it["cart"]["lines"]) == [("嘉拉蘋果", "一公斤")]

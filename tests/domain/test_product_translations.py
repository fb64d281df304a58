"""Texts in other languages: as columns, and changed by them."""

from dataclasses import replace

from app.domain.catalog import Category, ProductText, Voucher, VoucherCode
from app.domain.edits import Edit, changes, edited
from app.domain.languages import ENGLISH, Language
from app.domain.product_text import NOTHING_KNOWN, read_values
from app.domain.product_translations import changed_texts, columns_of, with_texts, write_texts
from tests.examples import CATALOG, MILK

CHINESE, FRENCH = Language("zh-Hant"), Language("fr")
TEXTS = {CHINESE: ProductText("牛奶", "", "新鮮。"), FRENCH: ProductText("Lait")}
BOTTLE = replace(CATALOG.products[MILK], description="Fresh.", texts=TEXTS)


def test_a_text_that_is_not_translated_is_english() -> None:
    voucher = Voucher(VoucherCode("X"), "10 % off", labels={CHINESE: "九折"})
    dairy = Category("dairy", "Dairy", {CHINESE: "乳製品"})

    assert BOTTLE.text(CHINESE) == ProductText("牛奶", BOTTLE.unit, "新鮮。")
    assert BOTTLE.text(ENGLISH) == ProductText(BOTTLE.name, BOTTLE.unit, "Fresh.")
    assert BOTTLE.text(Language("sv")) == BOTTLE.text(ENGLISH)
    assert [each.text(CHINESE) for each in (voucher, dairy)] == ["九折", "乳製品"]
    assert [each.text(FRENCH) for each in (voucher, dairy)] == ["10 % off", "Dairy"]


def test_texts_are_columns_of_their_language_and_come_back_from_them() -> None:
    written = {"name.zh-Hant": "牛奶", "description.zh-Hant": "新鮮。", "name.fr": "Lait"}

    assert write_texts(TEXTS) == written
    assert changed_texts({}, written) == TEXTS
    assert columns_of([FRENCH]) == ["name.fr", "unit.fr", "description.fr"]


def test_columns_change_what_they_name_and_an_empty_text_goes() -> None:
    values = {"price": 1, "name.fr": "", "unit.zh-Hant": "一瓶"}

    assert with_texts(values, TEXTS) == {
        "price": 1,
        "texts": {CHINESE: ProductText("牛奶", "一瓶", "新鮮。")},
    }
    assert with_texts({"price": 1}, TEXTS) == {"price": 1}


def test_an_edit_of_texts_is_logged_field_by_field() -> None:
    after = edited(BOTTLE, Edit(MILK, 0, translated={"name.fr": "", "unit.zh-Hant": "一瓶"}))

    assert after == replace(BOTTLE, texts={CHINESE: ProductText("牛奶", "一瓶", "新鮮。")})
    assert changes(BOTTLE, after) == {
        "unit.zh-Hant": (None, "一瓶"),
        "name.fr": ("Lait", None),
    }


def test_a_translation_is_read_as_its_english_text_but_may_be_empty() -> None:
    columns = {"name.fr": " Lait\u3000entier ", "unit.fr": "  ", "description.fr": ""}

    assert read_values(columns, NOTHING_KNOWN) == {
        "name.fr": "Lait entier",
        "unit.fr": "",
        "description.fr": "",
    }
    assert isinstance(read_values({"name.fr": "x" * 101}, NOTHING_KNOWN), list)

"""What the lines of an order are called in the reader's language."""

from app.domain.catalog import ProductText
from app.domain.languages import ENGLISH, Language
from app.domain.ops import AddLine
from app.domain.order_texts import in_language, text_of_line
from tests.buying import placed
from tests.examples import APPLES, CHINESE, MILK, after, catalog_of, catalog_with

TRANSLATED = catalog_with(MILK, texts={CHINESE: ProductText("牛奶", "一瓶")})
ORDER = placed(after(AddLine(APPLES, 1), AddLine(MILK, 2))).change.order
THE_APPLES, THE_MILK = ORDER.lines


def test_lines_are_called_as_the_language_does_and_in_english_without_a_translation() -> None:
    translated = in_language(ORDER, TRANSLATED, CHINESE)

    assert translated.lines == (THE_APPLES, THE_MILK._replace(name="牛奶", unit="一瓶"))
    assert translated._replace(lines=ORDER.lines) == ORDER
    assert in_language(ORDER, TRANSLATED, ENGLISH) == ORDER
    assert in_language(ORDER, TRANSLATED, Language("sv")) == ORDER


def test_a_line_keeps_its_name_if_the_product_is_called_otherwise_today_or_is_gone() -> None:
    old = ProductText(THE_MILK.name, THE_MILK.unit)
    renamed = catalog_with(MILK, TRANSLATED, name="Oat milk")
    resized = catalog_with(MILK, TRANSLATED, unit="2 pints")
    emptied = catalog_of()

    for catalog in (renamed, resized, emptied):
        assert text_of_line(THE_MILK, catalog, CHINESE) == old
    assert text_of_line(THE_MILK, TRANSLATED, CHINESE) != old

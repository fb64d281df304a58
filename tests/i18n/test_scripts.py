"""Scripts with the sentences of a language in place of the English ones."""

from babel.messages.catalog import Catalog

from app.domain.languages import ENGLISH, Language
from app.i18n.languages import spoken
from app.i18n.scripts import put_sentences
from app.i18n.translate import Translator, translator_of

SOURCE = """export const LOCALE = "en-GB"
const pluralForm = (/** @type {number} */ n) => Number(n !== 1)
say(_("Say \\"%(word)s\\"", { word }))
say(ngettext("%(num)s change", "%(num)s changes", count))
"""


def polish() -> Translator:
    """Return a translator into a language with three forms of a plural."""
    catalog = Catalog(locale="pl")
    catalog.add('Say "%(word)s"', 'Powiedz "%(word)s"')
    catalog.add(
        ("%(num)s change", "%(num)s changes"),
        ("%(num)s zmiana", "%(num)s zmiany", "%(num)s zmian"),
    )
    return Translator(spoken()[Language("zh-Hant")], catalog)


def test_english_scripts_stay_as_they_are() -> None:
    assert put_sentences(SOURCE, translator_of(ENGLISH)) == SOURCE


def test_sentences_plural_forms_their_rule_and_the_locale_are_put_in_place() -> None:
    locale, rule, message, plural, *_ = put_sentences(SOURCE, polish()).splitlines()

    assert locale == 'export const LOCALE = "zh-Hant"'
    assert rule.startswith("const pluralForm = (/** @type {number} */ n) => Number(n == 1 ?")
    assert message == r'say(_("Powiedz \"%(word)s\"", { word }))'
    assert (
        plural
        == r'say(ngettext("%(num)s zmiana\u0000%(num)s zmiany\u0000%(num)s zmian", "", count))'
    )

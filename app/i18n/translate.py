"""Sentences in the reader's language: message ids are the English sentences (gettext).

Placeholders are named, as in `%(name)s`; a plain `%` is written `%%`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations, c2py
from io import BytesIO
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.domain.languages import ENGLISH, Language
from app.i18n.languages import FOLDER, PSEUDO, Spoken, spoken
from app.i18n.pseudo import translate_to_pseudo

CATALOGUE: Final = "LC_MESSAGES/messages.po"
TEMPLATE: Final = "messages.pot"
MANY: Final = 200
"""Numbers up to this one show every plural form that a language has."""


class Translator:
    """Puts sentences into one language; what is not translated stays English."""

    def __init__(self, spoken_: Spoken, messages: Catalog | None):
        self.language, self.locale = spoken_
        self.tag = spoken_.tag
        self.is_source = messages is None
        self.plural_rule = messages.plural_expr if messages else "n != 1"
        self._messages = _compiled(messages) if messages else NullTranslations()

    def gettext(self, message: str, /, **values: object) -> str:
        """Return *message* with *values* in place of its placeholders."""
        return self.lookup(message) % values

    def ngettext(self, singular: str, plural: str, num: int, /, **values: object) -> str:
        """Return the form for *num* of them, which is the value of `%(num)s` too."""
        return self.lookup_plural(singular, plural, num) % {"num": num, **values}

    def lookup(self, message: str) -> str:
        """Return *message* with its placeholders as they are."""
        return self._messages.gettext(message)

    def lookup_plural(self, singular: str, plural: str, num: int) -> str:
        """Return the form for *num* of them with its placeholders as they are."""
        return self._messages.ngettext(singular, plural, num)

    def plural_forms(self, singular: str, plural: str) -> list[str]:
        """Return all forms of a message, in the order of the language's rule."""
        rule = c2py(self.plural_rule)
        by_form = {int(rule(n)): n for n in range(MANY, -1, -1)}
        return [self.lookup_plural(singular, plural, by_form[form]) for form in sorted(by_form)]


@cache
def translator_of(language: Language) -> Translator:
    """Return the translator into *language*; its catalogue is read once."""
    one = spoken()[language]
    return Translator(one, None if language == ENGLISH else read_catalogue(one))


def read_catalogue(one: Spoken) -> Catalog:
    """Return the messages of a language that is not English."""
    if one.language == PSEUDO:
        with (FOLDER / TEMPLATE).open("rb") as source:
            return translate_to_pseudo(read_po(source, locale=str(one.locale)))
    with (FOLDER / str(one.locale) / CATALOGUE).open("rb") as source:
        return read_po(source, locale=str(one.locale))


def _compiled(catalog: Catalog) -> GNUTranslations:
    """Return *catalog* as gettext looks it up, compiled in memory."""
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


_present: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def current_language() -> Language:
    """Return the language of the request that is being handled; English outside of one."""
    return _present.get()


def set_language(language: Language) -> None:
    """Make *language* that of the request that is being handled."""
    _present.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Make *language* the current one for a while."""
    token = _present.set(language)
    try:
        yield
    finally:
        _present.reset(token)


def current_translator() -> Translator:
    """Return the translator into the current language."""
    return translator_of(_present.get())


def gettext(message: str, /, **values: object) -> str:
    """Return *message* in the current language."""
    return current_translator().gettext(message, **values)


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """Return the form for *num* of them in the current language."""
    return current_translator().ngettext(singular, plural, num, **values)


def noop(message: str) -> str:
    """Return *message* as it is: it marks a constant that is translated where it is shown."""
    return message

"""Templates in the language of the request: their sentences, and the prefix of their addresses.

A page has a hundred of both, so the usual forms of them become lookups when a template is compiled:
a call from a template costs twenty times as much.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Final, NamedTuple

from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import Markup

from app.domain.languages import Language
from app.i18n.languages import Spoken, language_of_prefix, offered, spoken
from app.i18n.translate import current_language, current_translator, translator_of

_ADDRESS: Final = r'\b(href|action|formaction)="'
_WRITTEN: Final = re.compile(rf"{_ADDRESS}/(?!static/|api/)")
_COMPUTED: Final = re.compile(rf"{_ADDRESS}{{{{ *(?!asset\()(.+?) *}}}}")
_TRANS: Final = re.compile(r"(\{%-? *trans\b.*?endtrans *-?%\})", re.DOTALL)
_SENTENCE: Final = re.compile(r'(?<![\w.])_\(\s*("(?:[^"\\]|\\.)*")\s*\)')
_OF_NO_LANGUAGE: Final = ("/static/", "/api/", "//")

_prefix: ContextVar[str] = ContextVar("prefix", default="")


class Alternate(NamedTuple):
    """The page at hand in another language; `address` has no host."""

    spoken: Spoken
    address: str


class LanguagePrefix:
    """Stands in templates for the language prefix of the request's address."""

    def __html__(self) -> str:
        """Return the prefix, which has no signs of HTML."""
        return _prefix.get()


class Sentences:
    """Stands in templates for the catalogue of the request's language, by message."""

    def __getitem__(self, message: str) -> Markup:
        """Return the sentence, whose placeholders have no values."""
        return _plain_sentence(current_language(), message)


class SpokenTemplates(Extension):
    """Compiles templates so that addresses and sentences are those of the request's language.

    Addresses inside of `trans`, which has no room for a call, are left alone: they are given to it
    as values, made by `page_address`.
    """

    def preprocess(self, source: str, _name: str | None, _filename: str | None = None) -> str:
        """Return *source* with lookups for its sentences, and the prefix before its addresses."""
        parts = _TRANS.split(source)
        parts[::2] = map(_with_prefixes, parts[::2])
        return _SENTENCE.sub(r"sentences[\1]", "".join(parts))


def make_templates_translate(env: Environment) -> None:
    """Give templates `_`, `ngettext`, `trans`, and what they need to link between languages."""
    env.add_extension("jinja2.ext.i18n")
    env.add_extension(SpokenTemplates)
    env.policies["ext.i18n.trimmed"] = True
    install: Callable[..., None] = getattr(env, "install_gettext_callables")  # noqa: B009 - untyped
    install(_lookup, _lookup_plural, newstyle=True)
    env.globals |= {
        "_": _say,
        "page_address": page_address,
        "language_prefix": LanguagePrefix(),
        "sentences": Sentences(),
        "language": current_language,
        "language_tag": lambda: spoken()[current_language()].tag,
        "alternates": alternates,
    }


def set_prefix(prefix: str) -> None:
    """Make *prefix* that of the addresses on the page of the request that is being handled."""
    _prefix.set(prefix)


def page_address(path: str) -> str:
    """Return *path* with the language prefix of the request, if it is one of a page."""
    is_page = path.startswith("/") and not path.startswith(_OF_NO_LANGUAGE)
    return f"{_prefix.get()}{path}" if is_page and not language_of_prefix(path) else path


def alternates(path: str) -> list[Alternate]:
    """Return where the page at *path* is in each language that it comes in."""
    return [Alternate(one, f"{one.prefix}{path}") for one in offered().values()]


def _with_prefixes(source: str) -> str:
    computed = _COMPUTED.sub(r'\1="{{ page_address(\2) }}', source)
    return _WRITTEN.sub(r'\1="{{ language_prefix }}/', computed)


def _say(message: str, /, **values: object) -> Markup:
    """Return a sentence, with *values*, which are escaped, in place of its placeholders."""
    return _sentence(current_language(), message) % values


@cache
def _plain_sentence(language: Language, message: str) -> Markup:
    return _sentence(language, message) % {}


@cache
def _sentence(language: Language, message: str) -> Markup:
    return Markup(translator_of(language).lookup(message))  # noqa: S704 - from our catalogue


def _lookup(message: str) -> str:
    return current_translator().lookup(message)


def _lookup_plural(singular: str, plural: str, num: int) -> str:
    return current_translator().lookup_plural(singular, plural, num)

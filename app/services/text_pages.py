"""Pages of text, such as the terms: Markdown files, in a folder for each language.

A folder is named as Babel names locales, such as `zh_Hant`, and a file as its page's address, such
as `terms.md`. A file begins with its title and its description, each on a line of its own, between
two lines of `---`. `{{ shop.name }}` stands for a value of the shop, in all parts of a file.
HTML in a file is shown as the text that it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from markdown_it import MarkdownIt

from app.domain.errors import UnusableFile
from app.domain.languages import ENGLISH, Language
from app.i18n.languages import language_of_prefix, offered, spoken

USUAL: Final = ("about", "contact", "delivery", "terms", "privacy", "accessibility")
"""The order in which these pages are listed; others follow by their names."""

TAKEN: Final = frozenset(
    {
        "account",
        "api",
        "cart",
        "checkout",
        "confirm",
        "demo",
        "forgotten",
        "how-it-works",
        "invitation",
        "language",
        "login",
        "logout",
        "offline",
        "orders",
        "p",
        "register",
        "reset",
        "shop",
        "sitemap",
        "staff",
        "static",
        "waitlist",
        "webhooks",
        "ws",
    }
)
"""The names of the shop's own pages, below which others of its are; no page of text has one."""
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HEAD: Final = re.compile(r"---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
_FIELDS: Final = frozenset({"title", "description"})
_VARIABLE: Final = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
_KEPT: Final = 200
"""How many texts are remembered as HTML, for shops that are built more than once."""

Values = Mapping[str, str]
"""What variables stand for, such as `shop.name`."""


class PageFault(UnusableFile):
    """The pages cannot be read; the text is a line for each fault, with its file and line."""


class TextPage(NamedTuple):
    """A page in one language; `html` is safe, and its links have no language prefix."""

    language: Language
    title: str
    description: str
    html: str


class TextPages:
    """All pages by their names, each in the languages in which there is a file of it."""

    def __init__(self, pages: Mapping[str, Mapping[Language, TextPage]]):
        self._pages = {name: pages[name] for name in sorted(pages, key=_place)}

    def names(self) -> list[str]:
        """Return the names of all pages, in the order in which they are listed."""
        return [*self._pages]

    def find(self, name: str, language: Language) -> TextPage:
        """Return a page in *language*, or else in English, or in the language that it has."""
        known = self._pages[name]
        return known.get(language) or known.get(ENGLISH) or next(iter(known.values()))

    def languages(self, name: str) -> list[Language]:
        """Return the languages of the shop that a page has."""
        return [one for one in offered() if one in self._pages[name]]

    def missing(self, languages: Iterable[Language]) -> list[str]:
        """Return the files that are missing for every page to be in all of *languages*."""
        return [
            f"{_folder(language)}/{name}.md"
            for name, known in self._pages.items()
            for language in languages
            if language not in known
        ]


def read_text_pages(folder: Path, values: Callable[[Language], Values]) -> TextPages:
    """Return the pages in *folder*, with the *values* of each language; raises `PageFault`."""
    pages: dict[str, dict[Language, TextPage]] = {}
    faults: list[str] = []
    for language in spoken():
        for path in sorted((folder / _folder(language)).glob("*.md")):
            try:
                page = _read(path, language, values(language))
            except PageFault as fault:
                faults.append(str(fault))
            else:
                pages.setdefault(path.stem, {})[language] = page
    if not pages and not faults:
        faults.append(f"{folder}: there are no pages here, such as {ENGLISH}/about.md.")
    if faults:
        raise PageFault("\n".join(faults))
    return TextPages(pages)


def _folder(language: Language) -> str:
    return language.replace("-", "_")


def _place(name: str) -> tuple[int, str]:
    return USUAL.index(name) if name in USUAL else len(USUAL), name


def _read(path: Path, language: Language, values: Values) -> TextPage:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PageFault(f"{path}: it cannot be read as text in UTF-8: {error}.") from None
    if faults := [f"{path}:{line}: {fault}" for line, fault in _faults(path, text, values)]:
        raise PageFault("\n".join(faults))
    head = _HEAD.match(text)
    fields = dict(_fields_of(head[1] if head else ""))
    title, description = (
        _VARIABLE.sub(lambda one: values[one[1]], fields[name]) for name in ("title", "description")
    )
    body = text[head.end() :] if head else text
    filled = _VARIABLE.sub(lambda one: _literal(values[one[1]]), body)
    return TextPage(language, title, description, _html_of(filled))


@lru_cache(_KEPT)
def _html_of(markdown: str) -> str:
    return str(_MARKDOWN.render(markdown))


def _faults(path: Path, text: str, values: Values) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with a file, each fault with the number of its line."""
    if not _NAME.fullmatch(path.stem):
        yield 1, "a file's name is an address, of small letters, digits and hyphens."
    elif path.stem in TAKEN or language_of_prefix(f"/{path.stem}"):
        yield 1, f"the shop has a page of its own at /{path.stem}. Give the file another name."
    head = _HEAD.match(text)
    fields = dict(_fields_of(head[1])) if head else {}
    for name in sorted(_FIELDS):
        if not fields.get(name):
            yield 1, f"“{name}: …” is missing between two lines of “---” at the start."
    for number, name in enumerate(fields, start=2):
        if name not in _FIELDS:
            yield number, f"“{name}” is unknown here: there are a title and a description only."
    for found in _VARIABLE.finditer(text):
        if found[1] not in values:
            known = ", ".join(sorted(values))
            yield text.count("\n", 0, found.start()) + 1, f"{found[0]} is none of {known}."


def _fields_of(head: str) -> Iterator[tuple[str, str]]:
    for line in head.splitlines():
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()


def _literal(value: str) -> str:
    """Return *value* with its punctuation escaped, so that no Markdown is seen in it."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(value.split()))

"""Which languages there are: English, and one for each folder of translations/.

A folder is named as Babel names locales, such as zh_Hant; its language has the tag `zh-Hant`, and
its pages the address prefix /zh-hant.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from babel import Locale
from babel.core import get_global

from app.domain.languages import ENGLISH, Language

FOLDER: Final = Path(__file__).parents[2] / "translations"
BRITISH: Final = Locale("en", "GB")
PSEUDO: Final = Language("en-XA")
"""A made-up language in which untranslated texts show at once (`pseudo.py`)."""
HEADERS_KEPT = 1000
"""How many different `Accept-Language` headers are remembered with what they lead to."""


class Spoken(NamedTuple):
    """A language of the shop, and the locale that dates, numbers and money are written in."""

    language: Language
    locale: Locale

    @property
    def prefix(self) -> str:
        """The start of the addresses of its pages, such as /zh-hant."""
        return f"/{self.language.lower()}"

    @property
    def tag(self) -> str:
        """Its name for browsers, with the country where that matters: en-GB, zh-Hant."""
        return str(self.locale).replace("_", "-")

    @property
    def own_name(self) -> str:
        """What those who speak it call it, such as 繁體中文."""
        name = self.language.replace("-", "_")
        return str(self.locale.languages.get(name) or self.locale.get_display_name())


@cache
def spoken() -> dict[Language, Spoken]:
    """Return the languages by their tags, English first."""
    folders = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
    others = (Spoken(Language(name.replace("_", "-")), Locale.parse(name)) for name in folders)
    return {one.language: one for one in (Spoken(ENGLISH, BRITISH), *others)}


@cache
def offered() -> dict[Language, Spoken]:
    """Return the languages that pages come in; the first is for all whose own is not among them."""
    return dict(spoken())


def offer(languages: Iterable[Language]) -> None:
    """Have pages come in these languages only, for as long as the process runs."""
    chosen = {language: spoken()[language] for language in languages}
    offered().clear()
    offered().update(chosen)
    negotiate.cache_clear()


def speak_pseudo() -> None:
    """Add the pseudo-language, for as long as the process runs."""
    spoken()[PSEUDO] = offered()[PSEUDO] = Spoken(PSEUDO, BRITISH)


def installed() -> list[Language]:
    """Return the languages that the shop has sentences in, English first."""
    return [ENGLISH, *other_languages()]


def other_languages() -> list[Language]:
    """Return the languages into which English is translated."""
    return [language for language in spoken() if language not in {ENGLISH, PSEUDO}]


def language_of_prefix(path: str) -> Language | None:
    """Return the language that the first part of *path* names, in any case; None if none."""
    first = path.split("/", 2)[1].lower() if path.startswith("/") else ""
    return next((one for one in offered() if one.lower() == first), None)


def unprefixed(path: str) -> str:
    """Return *path* without its language prefix."""
    language = language_of_prefix(path)
    return path[len(spoken()[language].prefix) :] or "/" if language else path


@lru_cache(HEADERS_KEPT)
def negotiate(accepted: str) -> Language:
    """Return the language for an `Accept-Language` header (RFC 9110 §12.5.4).

    One in the same script counts first, then one in another script: who reads `zh-CN` alone gets
    `zh-Hant` rather than English. The first that is offered if there is none.
    """
    wanted = [_script_of(tag) for tag in _by_preference(accepted)]
    known = {_script_of(tag): tag for tag in offered() if tag != PSEUDO}
    for one in wanted:
        if one in known:
            return known[one]
    speech = {language: tag for (language, _), tag in known.items()}
    return next((speech[one] for one, _ in wanted if one in speech), next(iter(offered())))


def _by_preference(accepted: str) -> list[str]:
    weighed: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = _weight(parameter.strip())
        if tag.strip() and weight > 0:
            weighed.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda one: one[0], reverse=True)]


def _weight(parameter: str) -> float:
    if not parameter.lower().startswith("q="):
        return 1.0
    try:
        return float(parameter[2:])
    except ValueError:
        return 0.0


def _script_of(tag: str) -> tuple[str, str]:
    """Return the language and script of *tag*; a script that is left out is the likely one."""
    parts = tag.replace("_", "-").split("-")
    language, rest = parts[0].lower(), [part for part in parts[1:] if part]
    script = next((part.title() for part in rest if len(part) == len("Hant")), "")
    country = next((part.upper() for part in rest if len(part) == len("TW")), "")
    if script:
        return language, script
    likely = get_global("likely_subtags")
    name = f"{language}_{country}" if f"{language}_{country}" in likely else language
    full = likely.get(name, language).split("_")
    return language, full[1] if len(full) > 1 else ""

"""The texts of products in other languages, as columns such as `name.zh-Hant`."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.catalog import ProductText
from app.domain.languages import Language

Texts = Mapping[Language, ProductText]


def columns_of(languages: Iterable[Language]) -> list[str]:
    """Return the columns of texts in *languages*."""
    return [f"{name}.{language}" for language in languages for name in ProductText._fields]


def is_translated(column: str) -> bool:
    """Say whether *column* has texts in another language."""
    return "." in column


def part_of(column: str) -> str:
    """Return which part of a product's text is in *column*, such as `name`."""
    return column.partition(".")[0]


def write_texts(texts: Texts) -> dict[str, str]:
    """Return *texts* by column; one that is not translated is left out."""
    return {
        f"{name}.{language}": part
        for language, text in texts.items()
        for name, part in text._asdict().items()
        if part
    }


def with_texts(values: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    """Return *values* with one value `texts` in place of those columns: *texts*, changed by them.

    Without such columns there is none. An empty text takes a translation away.
    """
    translated = {column: value for column, value in values.items() if is_translated(column)}
    others = {name: value for name, value in values.items() if name not in translated}
    return others | ({"texts": changed_texts(texts, translated)} if translated else {})


def changed_texts(texts: Texts, columns: Mapping[str, str]) -> Texts:
    """Return *texts* changed by *columns*; a language without any text is left out."""
    changed = dict(texts)
    for column, text in columns.items():
        name, _, tag = column.partition(".")
        language = Language(tag)
        changed[language] = changed.get(language, ProductText())._replace(**{name: text})
    return {language: text for language, text in changed.items() if any(text)}

"""Reads what shoppers say for what the catalogue calls otherwise (`thesaurus.toml`)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.han import is_han
from app.domain.search_query import Thesaurus
from app.domain.words import stems_of, words_of
from app.store.toml_file import read_toml

THESAURUS = Path(__file__).with_name("thesaurus.toml")


@cache
def load_thesaurus(path: Path = THESAURUS) -> Thesaurus:
    """Return the thesaurus in the file at *path*, read once; a phrase is known as one word, too.

    A run of Chinese is cut at words of two characters or more, and at those that say nothing: the
    single 條 is what cucumbers are counted in, but 薯條 are chips. Raises UnusableFile.
    """
    with read_toml(path) as data:
        return _thesaurus(data)


def _thesaurus(data: Mapping[str, Any]) -> Thesaurus:
    synonyms = {
        phrase: tuple(tuple(stems_of(name)) for name in names)
        for said, names in data["synonyms"].items()
        for phrase in (tuple(stems_of("".join(words_of(said)))), tuple(stems_of(said)))
    }
    optional, ignored, correct = (
        frozenset(stems_of(data[key])) for key in ("optional", "ignored", "correct")
    )
    words = frozenset(word for said in data["synonyms"] for word in words_of(said))
    known = optional | ignored | correct | {word for phrase in synonyms for word in phrase}
    han = frozenset(word for word in known if is_han(word) and (len(word) > 1 or word in ignored))
    return Thesaurus(synonyms, optional, ignored, words, correct, han)

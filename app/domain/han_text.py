"""The text of a product in Chinese, for comparing it with what was typed."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple

from app.domain.catalog import ProductText
from app.domain.han import pairs_of, runs_in


class HanText(NamedTuple):
    """What is Chinese in a product's texts: runs of characters in one form, each between spaces.

    All words that it is asked for are in one form, too.
    """

    name: str
    category: str
    unit: str
    description: str

    @property
    def pairs(self) -> set[str]:
        """All pairs of neighbours, and the single characters that have none."""
        return {pair for run in "".join(self).split() for pair in pairs_of(run)}

    def is_name(self, word: str) -> bool:
        """Say whether *word* is the whole name."""
        return f" {word} " in self.name

    def is_head(self, word: str) -> bool:
        """Say whether the name ends with *word*: 蘋果 is what a 加拉蘋果 is, but no 蘋果汁."""
        return f"{word} " in self.name

    def is_head_in(self, words: str) -> bool:
        """Say whether *words*, which may be several, hold the last two characters of the name."""
        return any(run[-2:] in words for run in self.name.split())

    def is_category(self, word: str) -> bool:
        """Say whether *word* is the whole name of the category."""
        return f" {word} " in self.category

    def count(self, words: Iterable[str]) -> int:
        """Return how many of *words* are in the unit, and in the name."""
        if not self.name:
            return 0
        return sum((word in self.unit) + (word in self.name) for word in words)

    def found(self, pairs: Sequence[str]) -> int:
        """Return how many of *pairs* are in the name."""
        return sum(pair in self.name for pair in pairs)

    def share(self, pairs: Sequence[str]) -> int:
        """Return how many of *pairs* are in the name, in percent."""
        return 100 * self.found(pairs) // len(pairs)


def enough_of(pairs: int) -> int:
    """Return how many of so many *pairs* make a word like one in a name: two of three."""
    return -(-2 * pairs // 3)


NO_HAN: Final = HanText("", "", "", "")


def read_han(texts: Sequence[ProductText], category: Sequence[str]) -> HanText:
    """Return what is Chinese in *texts*, which are those of one product, and in its category."""
    if "".join([*category, *chain.from_iterable(texts)]).isascii():
        return NO_HAN  # as a text in English mostly is
    found = HanText(
        _joined(text.name for text in texts),
        _joined(category),
        _joined(text.unit for text in texts),
        _joined(text.description for text in texts),
    )
    return found if any(found) else NO_HAN


def _joined(texts: Iterable[str]) -> str:
    """Return the runs of all *texts*; the text of an only one is shared, and not copied."""
    found = [runs for text in texts if (runs := runs_in(text))]
    return "".join(found) if len(found) != 1 else found[0]

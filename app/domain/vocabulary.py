"""The words that a search can find, as they are spelled: what slips of typing are corrected to."""

from collections import Counter
from collections.abc import Iterable

from app.domain.han import is_han
from app.domain.spelling import MOST_SLIPS, closest, closest_part
from app.domain.words import singular


class Vocabulary:
    """Words with how many products have them, also known in the singular."""

    def __init__(self) -> None:
        self._times = Counter[str]()
        self._spelled: dict[str, set[str]] = {}
        self._known: list[str] = []
        self._han = ""
        self._is_listed = False

    def add(self, words: Iterable[str]) -> None:
        """Add the words of a product."""
        for word in words:
            self._times[word] += 1
            if self._times[word] == 1:
                self._spelled.setdefault(singular(word), set()).add(word)
                self._is_listed = False

    def remove(self, words: Iterable[str]) -> None:
        """Remove the words of a product."""
        for word in words:
            self._times[word] -= 1
            if not self._times[word]:
                del self._times[word]
                self._forget(word)

    def meant(self, typed: str) -> str:
        """Return the word that *typed* is a slip for, in its usual spelling, or nothing.

        In Chinese it may be a part of a name: 馬鈴薯 of 烘焙用馬鈴薯.
        """
        if is_han(typed):
            self._list_known()
            return closest_part(typed, self._han)
        stem = singular(typed)
        known = closest(typed, self._near(len(typed))) or closest(stem, self._near(len(stem)))
        if known in self._times:
            return known
        return max(self._spelled[known]) if known else ""

    def _forget(self, word: str) -> None:
        stem = singular(word)
        self._spelled[stem].discard(word)
        if not self._spelled[stem]:
            del self._spelled[stem]
        self._is_listed = False

    def _near(self, length: int) -> list[str]:
        """Return the known words that are as long but for slips, in the order of all."""
        self._list_known()
        return [word for word in self._known if abs(len(word) - length) <= MOST_SLIPS]

    def _list_known(self) -> None:
        """List the words, those in Chinese a line each, if they changed since that was done."""
        if self._is_listed:
            return
        stems = sorted(self._spelled, key=lambda stem: min(self._spelled[stem]))
        known = [*stems, *sorted(self._times.keys() - self._spelled)]
        self._known = [word for word in known if not is_han(word)]
        self._han = "\n".join(filter(is_han, self._times))
        self._is_listed = True

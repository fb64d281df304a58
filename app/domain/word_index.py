"""An inverted index: which products have which words, and which sizes and numbers."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import chain
from typing import Final

from app.domain.han import is_han, pairs_of
from app.domain.han_text import enough_of
from app.domain.indexed import Indexed
from app.domain.search_query import Query, Term

Place = int
"""A product's place in the order of the catalogue."""

_NONE: Final = frozenset[Place]()
_END: Final = "\n"
"""Between the words of the text that is looked through."""


class WordIndex:
    """The places of products by the words of their text, kept up to date product by product."""

    def __init__(self) -> None:
        self._with_word: dict[str, set[Place]] = {}
        self._with_amount: dict[str, set[Place]] = {}
        self._with_pair: dict[str, array[Place]] = defaultdict(partial(array, "I"))
        """By pairs of Chinese characters; a text has many, and a set takes ten times as much."""
        self._all_words = ""

    def add(self, place: Place, indexed: Indexed) -> None:
        """Add the text of the product at *place*."""
        known = len(self._with_word)
        _add(self._with_word, indexed.words, place)
        _add(self._with_amount, indexed.sizes | indexed.numbers, place)
        for pair in indexed.han.pairs:
            self._with_pair[pair].append(place)
        if len(self._with_word) > known:
            self._all_words = ""

    def remove(self, place: Place, indexed: Indexed) -> None:
        """Remove the text that was added for *place*."""
        known = len(self._with_word)
        _remove(self._with_word, indexed.words, place)
        _remove(self._with_amount, indexed.sizes | indexed.numbers, place)
        for pair in indexed.han.pairs:
            self._with_pair[pair].remove(place)
            if not self._with_pair[pair]:
                del self._with_pair[pair]
        if len(self._with_word) < known:
            self._all_words = ""

    def fitting(self, query: Query) -> frozenset[Place] | None:
        """Return where all products are that may fit *query*, and some more.

        None stands for anywhere: a price alone is no word.
        """
        if query.terms:
            return _common(self._with_term(term) for term in query.terms)
        amounts = query.sizes | query.numbers
        if not amounts:
            return None
        return _common(self._with_amount.get(amount, _NONE) for amount in amounts)

    def fitting_part(self, query: Query) -> frozenset[Place]:
        """Return where all products are that may fit a part of *query*, and some more."""
        parts = [part for term in query.han for part in (*term.pairs, *term.joined)]
        in_pairs = (self._with_pair.get(part, ()) for part in parts)
        return _NONE.union(*map(self._with_term, query.terms), *in_pairs)

    def _with_term(self, term: Term) -> frozenset[Place]:
        return _NONE.union(*map(self._with_part, term.any_of))

    def _with_part(self, part: str) -> frozenset[Place]:
        if is_han(part):
            return self._with_run(part)
        return _NONE.union(*(self._with_word[word] for word in self._words_with(part)))

    def _with_run(self, run: str) -> frozenset[Place]:
        """Return where enough pairs of *run* are; a single character may be in any pair."""
        if len(run) == 1:
            pairs = [pair for pair in self._with_pair if run in pair]
            return _NONE.union(*(self._with_pair[pair] for pair in pairs))
        found = [self._with_pair.get(pair, ()) for pair in pairs_of(run)]
        least = enough_of(len(found))
        if least == len(found):
            return _common(map(frozenset, found))
        times = Counter(chain.from_iterable(found))
        return frozenset(place for place, count in times.items() if count >= least)

    def _words_with(self, part: str) -> Iterator[str]:
        """Yield the words that contain *part*; a single letter is a word, and no part of one.

        One text of all words is looked through, which takes a twentieth of looking into each.
        """
        if len(part) == 1:
            yield from [part] if part in self._with_word else []
            return
        text = self._all_words = self._all_words or _END.join(["", *self._with_word, ""])
        at = text.find(part)
        while at >= 0:
            end = text.index(_END, at)
            yield text[text.rindex(_END, 0, at) + 1 : end]
            at = text.find(part, end)


def _add(places: dict[str, set[Place]], words: Iterable[str], place: Place) -> None:
    for word in words:
        places.setdefault(word, set()).add(place)


def _remove(places: dict[str, set[Place]], words: Iterable[str], place: Place) -> None:
    for word in words:
        places[word].discard(place)
        if not places[word]:
            del places[word]


def _common(found: Iterable[AbstractSet[Place]]) -> frozenset[Place]:
    fewest, *others = sorted(found, key=len)
    return frozenset(fewest).intersection(*others)

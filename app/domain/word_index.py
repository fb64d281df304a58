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
_SHORTEST_BEGINNING: Final = 2
_SHORTEST_END: Final = 3
"""So many letters of a word of a name find it: `search` asks for no fewer."""


class WordIndex:
    """The places of products by the words of their text, kept up to date product by product."""

    def __init__(self) -> None:
        self._with_word: dict[str, set[Place]] = {}
        self._with_amount: dict[str, set[Place]] = {}
        self._with_pair: dict[str, array[Place]] = defaultdict(partial(array, "I"))
        """By pairs of Chinese characters; a text has many, and a set takes ten times as much."""
        self._times_named = Counter[str]()
        """In how many names a word is; a part of a word counts nowhere else."""
        self._names = ""

    def add(self, place: Place, indexed: Indexed) -> None:
        """Add the text of the product at *place*."""
        _add(self._with_word, indexed.words, place)
        _add(self._with_amount, indexed.sizes | indexed.numbers, place)
        for pair in indexed.han.pairs:
            self._with_pair[pair].append(place)
        if not indexed.name <= self._times_named.keys():
            self._names = ""
        self._times_named.update(indexed.name)

    def remove(self, place: Place, indexed: Indexed) -> None:
        """Remove the text that was added for *place*."""
        _remove(self._with_word, indexed.words, place)
        _remove(self._with_amount, indexed.sizes | indexed.numbers, place)
        for pair in indexed.han.pairs:
            self._with_pair[pair].remove(place)
            if not self._with_pair[pair]:
                del self._with_pair[pair]
        self._times_named.subtract(indexed.name)
        if gone := [word for word in indexed.name if not self._times_named[word]]:
            self._names = ""
            for word in gone:
                del self._times_named[word]

    def fitting(self, query: Query) -> frozenset[Place] | None:
        """Return where all products are that may fit *query*, and some more.

        None stands for anywhere: a price alone is no word.
        """
        if query.terms:
            found = [self._with_term(term) for term in query.terms]
            for at, word in enumerate(query.joined):
                named = self._with_word.get(word, _NONE)
                found[at : at + 2] = [each.union(named) for each in found[at : at + 2]]
            return _common(found)
        amounts = query.sizes | query.numbers
        if not amounts:
            return None
        return _common(self._with_amount.get(amount, _NONE) for amount in amounts)

    def fitting_part(self, query: Query) -> frozenset[Place]:
        """Return where all products are that may fit a part of *query*, and some more.

        Only whole words are a part of it.
        """
        parts = [part for term in query.han for part in (*term.pairs, *term.joined)]
        in_pairs = (self._with_pair.get(part, ()) for part in parts)
        whole = (self._with_whole(part) for term in query.terms for part in term.any_of)
        return _NONE.union(*whole, *in_pairs)

    def _with_term(self, term: Term) -> frozenset[Place]:
        return _NONE.union(*map(self._with_part, term.any_of))

    def _with_part(self, part: str) -> frozenset[Place]:
        named = (self._with_word[word] for word in self._names_with(part))
        return self._with_whole(part).union(*named)

    def _with_whole(self, part: str) -> frozenset[Place]:
        return self._with_run(part) if is_han(part) else _NONE.union(self._with_word.get(part, ()))

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

    def _names_with(self, part: str) -> Iterator[str]:
        """Yield the words of names that begin or end with *part*, unless that is too short.

        One text of all words is looked through, which takes a twentieth of looking into each.
        """
        if len(part) < _SHORTEST_BEGINNING:
            return
        text = self._names = self._names or _END.join(["", *self._times_named, ""])
        at = text.find(_END + part)
        while at >= 0:
            end = text.index(_END, at + 1)
            yield text[at + 1 : end]
            at = text.find(_END + part, end)
        at = text.find(part + _END) if len(part) >= _SHORTEST_END else -1
        while at >= 0:
            yield text[text.rindex(_END, 0, at + 1) + 1 : at + len(part)]
            at = text.find(part + _END, at + 1)


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

"""Which products a shopper's words mean, and which of them first."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from app.domain.catalog import Product
from app.domain.han_text import HanText, enough_of
from app.domain.indexed import Indexed
from app.domain.search_query import Query, Stems, Term

_SHORTEST_PREFIX: Final = 2
_SHORTEST_SUFFIX: Final = 3


class Level(IntEnum):
    """How well a term fits a product."""

    NONE = 0
    DESCRIPTION = 1
    UNIT = 2
    PART = 3
    """The beginning or the end of a word of its name, or a part of a word in Chinese."""
    CATEGORY = 4
    NAME = 5
    SYNONYM = 6
    """What it is, by another word: “bread” for “Sourdough loaf”."""
    HEAD = 7
    """What the product is: “milk” in “Whole milk”, but not in “Milk chocolate”."""


class Rank(NamedTuple):
    """How well a product fits a query: the greater, the better.

    `worst` is the level of the term that fits worst, or how many terms fit a product that does not
    fit all; `amounts` counts sizes, numbers and prices. `share` says how much of the Chinese that
    was typed is in the name, in percent, and is 200 for the whole name.
    """

    worst: int
    amounts: int
    total: int
    optional: int
    share: int = 0

    @property
    def weight(self) -> int:
        """One number that compares as the rank does, and faster; each part is below a thousand."""
        first = (self.worst * 1000 + self.amounts) * 1000 + self.total
        return (first * 1000 + self.optional) * 1000 + self.share


def rank(query: Query, product: Product, indexed: Indexed) -> Rank | None:
    """Return how well *product* with this text fits; `None` if it does not."""
    levels = [level(term, indexed) for term in query.terms]
    for at, word in enumerate(query.joined):
        if word in indexed.name:
            levels[at : at + 2] = [Level.HEAD, Level.HEAD]
    worst = min(levels, default=Level.HEAD)
    if worst == Level.NONE or product.price > query.most:
        return None
    amounts = _amounts(query, product, indexed)
    if not levels and amounts < query.amounts:
        return None
    share = _share(query.han, indexed.han) if query.han else 0
    return Rank(worst, amounts, sum(levels), _optional(query, indexed), share)


def rank_part(query: Query, product: Product, indexed: Indexed) -> Rank | None:
    """Return how well *product* fits a part of *query*; `None` if it is none of what was typed.

    Of “milk and eggs” that is milk, and eggs; of “white wine” wine, and not a white loaf.
    """
    levels = [_part_level(term, indexed) for term in query.terms]
    fitting = [each for each in levels if each >= Level.SYNONYM]
    if not fitting or product.price > query.most:
        return None
    amounts = _amounts(query, product, indexed)
    share = _share(query.han, indexed.han) if query.han else 0
    return Rank(len(fitting), amounts, sum(fitting), _optional(query, indexed), share)


def _amounts(query: Query, product: Product, indexed: Indexed) -> int:
    if not (query.sizes or query.numbers or query.prices):
        return 0  # as for most queries
    sized = len(query.sizes & indexed.sizes) + len(query.numbers & indexed.numbers)
    return sized + (product.price in query.prices)


def _optional(query: Query, indexed: Indexed) -> int:
    if not query.optional:
        return 0
    in_english = len(query.optional & indexed.unit) + len(query.optional & indexed.name)
    return in_english + indexed.han.count(query.optional)


def level(term: Term, indexed: Indexed) -> Level:
    """Return how well one *term* fits."""
    if term.pairs:
        return _han_level(term, indexed)
    stems = term.stems
    is_named = indexed.name.issuperset(stems)
    if not indexed.joined.isdisjoint((term.joined, *stems)) or (
        is_named and stems[-1] == indexed.head
    ):
        return Level.HEAD
    if stems == indexed.category:
        return Level.HEAD
    meant = [names[-1] for names in term.means if indexed.name.issuperset(names)]
    if indexed.head in meant:
        return Level.SYNONYM
    return Level.NAME if is_named or meant else _lower_level(term, indexed)


def _lower_level(term: Term, indexed: Indexed) -> Level:
    if term.stems[-1] in indexed.category:
        return Level.CATEGORY
    if _is_part(term, indexed.name):
        return Level.PART
    if indexed.unit.issuperset(term.stems):
        return Level.UNIT
    return Level.DESCRIPTION if indexed.description.issuperset(term.stems) else Level.NONE


def _is_part(term: Term, name: Iterable[str]) -> bool:
    """Say whether each word of *term* begins or ends a word of *name*."""
    if len(term.joined) < _SHORTEST_PREFIX:
        return False
    if len(term.stems) == 1 and any(word.startswith(term.joined) for word in name):
        return True
    return all(
        len(stem) >= _SHORTEST_SUFFIX and any(word.endswith(stem) for word in name)
        for stem in term.stems
    )


def _han_level(term: Term, indexed: Indexed) -> Level:
    """Return how well a *term* in Chinese fits: what a product is stands last in its name, too.

    So it does for a single character, but 櫻桃 are no 桃: the thesaurus says which are.
    """
    word, han = term.joined, indexed.han
    is_defined = len(word) == 1 and term.means
    if han.is_category(word) or (han.is_head(word) and not is_defined):
        return Level.HEAD
    meant = [names[-1] for names in term.means if _is_named(names, indexed)]
    if any(head == indexed.head or han.is_head(head) for head in meant):
        return Level.SYNONYM
    if meant or word in han.name:
        return Level.NAME
    if word in han.category:
        return Level.CATEGORY
    return _lower_han_level(term, han)


def _lower_han_level(term: Term, han: HanText) -> Level:
    if han.found(term.pairs) >= enough_of(len(term.pairs)):
        return Level.PART
    if term.joined in han.unit:
        return Level.UNIT
    is_described = len(term.joined) > 1 and term.joined in han.description
    return Level.DESCRIPTION if is_described else Level.NONE


def _is_named(stems: Stems, indexed: Indexed) -> bool:
    """Say whether all *stems*, in Chinese or not, are in the name."""
    return all(stem in indexed.name or stem in indexed.han.name for stem in stems)


def _part_level(term: Term, indexed: Indexed) -> Level:
    """Return how well *term* fits; in Chinese, it may be several words of which one fits."""
    found = level(term, indexed)
    if found < Level.SYNONYM and term.pairs and indexed.han.is_head_in(term.joined):
        return Level.SYNONYM
    return found


def _share(terms: Sequence[Term], han: HanText) -> int:
    shares = [200 if han.is_name(term.joined) else han.share(term.pairs) for term in terms]
    return sum(shares) // len(shares)

"""What a shopper's words ask for: terms with their synonyms, sizes, numbers and prices."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple

from app.domain.currency import Currency
from app.domain.han import cut, is_han, pairs_of
from app.domain.money import DEAREST
from app.domain.prices import read_prices
from app.domain.sizes import Sized, read_sizes
from app.domain.words import singular, symbol_names, words_of

MOST_TERMS: Final = 12
"""So many words of a query count; the rest is ignored."""
_LONGEST_PHRASE: Final = 3
_LONGEST_HAN: Final = 6
"""So many characters a phrase in Chinese can have."""

Stems = tuple[str, ...]


class Thesaurus(NamedTuple):
    """What shoppers say for what the catalogue calls otherwise.

    `synonyms` maps a phrase to the names that it means, all as stems. A word in `optional` decides
    between products that fit ("tin", "fresh"), and one in `ignored` says nothing ("of"). `words`
    are those of the phrases as they are spelled, and `correct` are other words that are no slips.
    `han` are all that are Chinese, into which a run of Chinese is cut.
    """

    synonyms: Mapping[Stems, Sequence[Stems]]
    optional: frozenset[str]
    ignored: frozenset[str]
    words: frozenset[str]
    correct: frozenset[str] = frozenset()
    han: frozenset[str] = frozenset()


NO_THESAURUS: Final = Thesaurus({}, frozenset(), frozenset(), frozenset())


class Term(NamedTuple):
    """A word of a query, or a phrase of the thesaurus, with the names that it means.

    `joined` is what was typed, as one word. A product that fits has a word of `any_of` in its text,
    or, if the term is Chinese, most of its `pairs`.
    """

    stems: Stems
    joined: str
    means: Sequence[Stems]
    any_of: Stems
    pairs: Stems = ()


class Query(NamedTuple):
    """What a shopper typed: terms that a product must fit, and what decides between those.

    `joined` are neighbouring terms as one word each, for “sweet corn”. No product that fits costs
    more than `most`. `han` are the terms that are Chinese.
    """

    terms: Sequence[Term]
    joined: Sequence[str]
    optional: frozenset[str]
    sizes: frozenset[str]
    numbers: frozenset[str]
    prices: frozenset[int]
    most: int
    han: Sequence[Term] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether every product fits, because nothing was asked for."""
        return not (self.terms or self.optional or self.amounts or self.most < DEAREST)

    @property
    def amounts(self) -> int:
        """How many sizes, numbers and prices were typed."""
        return len(self.sizes) + len(self.numbers) + len(self.prices)


def read_query(text: str, thesaurus: Thesaurus, currency: Currency) -> Query:
    """Return what *text* asks for; prices in it are in *currency*.

    If it holds nothing but optional words, they are terms; sizes, numbers and prices alone stay as
    they are, and then only products of this size or price fit.
    """
    priced = read_prices(text, currency)
    sized = read_sizes(priced.rest)
    terms = list(_terms(_typed_words(sized, thesaurus), thesaurus))
    optional = [term for term in terms if _is_optional(term, thesaurus)]
    if len(optional) == len(terms) and not (sized.sizes or sized.numbers or priced.prices):
        optional = []
    hard = [term for term in terms if term not in optional]
    soft = frozenset(stem for term in optional for stem in term.stems)
    pairs = pairwise(hard)
    joined = [singular(first.joined + second.joined) for first, second in pairs]
    amounts = sized.sizes, sized.numbers, priced.prices
    han = [term for term in hard if term.pairs]
    return Query(hard, joined, soft, *amounts, most=priced.most, han=han)


def correctable_words(text: str, thesaurus: Thesaurus, currency: Currency) -> list[str]:
    """Return the words of *text* that a slip of typing may have made, in their order."""
    words = _parts(words_of(read_sizes(read_prices(text, currency).rest).rest), thesaurus)
    correct = thesaurus.correct | thesaurus.ignored | thesaurus.optional
    return [word for word in words if singular(word) not in correct]


def _typed_words(sized: Sized, thesaurus: Thesaurus) -> list[str]:
    """Return the words that say something, or else all; the names of symbols if there is no word.

    At most `MOST_TERMS` are returned.
    """
    words = _parts(words_of(sized.rest) or words_of(symbol_names(sized.rest)), thesaurus)
    telling = [word for word in words if singular(word) not in thesaurus.ignored]
    return (telling or words)[:MOST_TERMS]


def _parts(words: Iterable[str], thesaurus: Thesaurus) -> list[str]:
    """Return *words*, those in Chinese cut into what the thesaurus knows and what is between."""
    parts = (cut(word, thesaurus.han, _LONGEST_HAN) if is_han(word) else [word] for word in words)
    return list(chain.from_iterable(parts))


def _terms(typed: Sequence[str], thesaurus: Thesaurus) -> Iterable[Term]:
    """Return the terms in *typed* words: the longest phrases of the thesaurus, then the rest."""
    stems = tuple(singular(word) for word in typed)
    at = 0
    while at < len(stems):
        length = _phrase_length(stems[at:], thesaurus)
        phrase, joined = stems[at : at + length], "".join(typed[at : at + length])
        pair = "".join(typed[at : at + 2])
        if length == 1 and (singular(pair),) in thesaurus.synonyms:
            phrase, joined, length = (singular(pair),), pair, 2
        means = thesaurus.synonyms.get(phrase, ())
        first_words = dict.fromkeys((phrase[0], joined, *(names[0] for names in means)))
        if is_han(phrase[0]):
            joined = "".join(phrase)
            yield Term(phrase, joined, means, tuple(first_words), pairs_of(joined))
        else:
            yield Term(phrase, joined, means, tuple(first_words))
        at += length


def _phrase_length(stems: Stems, thesaurus: Thesaurus) -> int:
    lengths = range(min(len(stems), _LONGEST_PHRASE), 1, -1)
    return next((length for length in lengths if stems[:length] in thesaurus.synonyms), 1)


def _is_optional(term: Term, thesaurus: Thesaurus) -> bool:
    return thesaurus.optional.issuperset(term.stems)

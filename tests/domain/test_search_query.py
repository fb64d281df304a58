"""What a shopper's words ask for, and which of them may be slips of typing."""

import pytest

from app.domain.search_query import NO_THESAURUS, Thesaurus, correctable_words, read_query
from tests.examples import POUNDS

THESAURUS = Thesaurus(
    synonyms={},
    optional=frozenset({"tin"}),
    ignored=frozenset({"of"}),
    words=frozenset(),
    correct=frozenset({"pesto"}),
)


def test_nothing_that_can_be_read_is_an_empty_query() -> None:
    assert read_query("!?", NO_THESAURUS, POUNDS).is_empty
    assert not read_query("milk", NO_THESAURUS, POUNDS).is_empty


@pytest.mark.parametrize(
    ("q", "words"),
    [
        ("Brocoli and CRÈME", ["brocoli", "and", "creme"]),
        ("tins of tomatos", ["tomatos"]),
        ("pesto brocoli", ["brocoli"]),
        ("mlik 2 litres under £2", ["mlik"]),
        ("2l", []),
        ("!?", []),
        ("", []),
    ],
)
def test_sizes_prices_and_words_that_are_right_are_no_slips(q: str, words: list[str]) -> None:
    assert correctable_words(q, THESAURUS, POUNDS) == words

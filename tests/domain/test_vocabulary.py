"""The words that slips of typing are corrected to, as products come and go."""

import pytest

from app.domain.vocabulary import Vocabulary


def vocabulary_of(*words: str) -> Vocabulary:
    """Return the vocabulary of one product that has these words."""
    vocabulary = Vocabulary()
    vocabulary.add(words)
    return vocabulary


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("aples", "apples"),
        ("apples", "apples"),
        ("bery", "berries"),
        ("berrise", "berries"),
        ("klaes", "kale"),
        ("xyzzy", ""),
        ("ale", ""),
        ("", ""),
    ],
)
def test_a_slip_in_a_word_or_in_its_singular_means_the_word_as_it_is_spelled(
    typed: str, meant: str
) -> None:
    assert vocabulary_of("apples", "berries", "kale").meant(typed) == meant


def test_an_empty_vocabulary_means_nothing() -> None:
    assert vocabulary_of().meant("apples") == ""


def test_a_word_is_known_until_the_last_product_that_has_it_is_removed() -> None:
    vocabulary = vocabulary_of("gala", "apples")
    assert vocabulary.meant("mlik") == ""

    vocabulary.add(["milk", "apples"])
    assert vocabulary.meant("mlik") == "milk"

    vocabulary.remove(["gala", "apples"])
    assert vocabulary.meant("glaa") == ""
    assert vocabulary.meant("aples") == "apples"

    vocabulary.remove(["milk", "apples"])
    assert vocabulary.meant("aples") == ""


def test_a_singular_is_spelled_as_the_products_that_are_left_spell_it() -> None:
    vocabulary = vocabulary_of("loaf", "loaves")
    assert vocabulary.meant("laof") == "loaf"

    vocabulary.remove(["loaf"])
    assert vocabulary.meant("laof") == "loaves"

    vocabulary.remove(["loaves"])
    assert vocabulary.meant("laof") == ""


def test_of_equally_close_words_the_same_is_meant_whichever_came_first() -> None:
    assert vocabulary_of("carton", "carbon").meant("caron") == "carbon"
    assert vocabulary_of("carbon", "carton").meant("caron") == "carbon"

"""Slips of typing: the known word that was probably meant."""

import re
from collections import Counter
from collections.abc import Collection
from typing import Final

from app.domain.han import HAN, in_one_form

MOST_SLIPS: Final = 2
_SHORT: Final = 4
"""In a word of so many letters a changed letter makes another word: beer is no slip for beef."""
_MEDIUM: Final = 5
_LONG: Final = 7
_DOUBLED: Final = re.compile(r"(.)\1+")
_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LIKE_SOUNDING: Final = ("aeiouy", "ckqs", "sz", "gj", "fv")


def closest(word: str, known: Collection[str]) -> str:
    """Return the word of *known* that *word* is a slip for, or nothing.

    One letter may be missing, doubled, changed or swapped with its neighbour; two in a word that
    begins alike and has seven letters or more, or six of which the first two are right, or five in
    another order. The first letter is only changed to one beside it on the keyboard. Of several
    equally close words, one that only doubles other letters comes first, then one with the same
    first letter and the same letters in all.
    """
    near = [(_distance(word, each), each) for each in known if _may_be_near(word, each)]
    fitting = [(distance, each) for distance, each in near if distance <= _most(word, each)]
    return min(fitting, key=lambda pair: (pair[0], *_unlikely(word, pair[1])), default=(0, ""))[1]


def closest_part(run: str, names: str) -> str:
    """Return the part of *names*, one a line, that the Chinese *run* is a slip for, or nothing.

    Chinese is typed by sound, so that a slip is a whole character. Only one that no name has is
    taken for wrong, and only if names have a single word with another in its place: at their ends,
    where it says what they are, or else anywhere.
    """
    plain, known = in_one_form(run), in_one_form(names)
    wrong = [at for at, char in enumerate(plain) if char not in known]
    if len(wrong) != 1 or len(plain) == 1:
        return ""
    pattern = f"{plain[: wrong[0]]}[{HAN}]{plain[wrong[0] + 1 :]}"
    found = [re.finditer(pattern + end, known, re.MULTILINE) for end in ("$", "")]
    fitting = [{names[slice(*match.span())] for match in matches} for matches in found]
    return next((each.pop() for each in fitting if len(each) == 1), "")


def _most(word: str, known: str) -> int:
    """Return how many slips may lie between the two: two in a long word that begins alike."""
    if word[:1] != known[:1]:
        return 1
    is_long = len(word) >= _LONG or (len(word) > _MEDIUM and word[:2] == known[:2])
    is_mixed_up = len(word) >= _MEDIUM and sorted(word) == sorted(known)
    return MOST_SLIPS if is_long or is_mixed_up else 1


def _may_be_near(word: str, known: str) -> bool:
    most = _most(word, known)
    if abs(len(word) - len(known)) > most or _begins_otherwise(word, known):
        return False
    missing = Counter(known) - Counter(word)
    return missing.total() <= most and not (len(word) <= _SHORT and _is_other_word(word, known))


def _begins_otherwise(word: str, known: str) -> bool:
    """Say whether the first letter is another, and no slip of a finger made it so."""
    if word[:1] == known[:1]:
        return False
    is_shifted = word[:1] == known[1:2] or word[1:2] == known[:1]
    return len(word) <= _SHORT or not (is_shifted or _are_neighbours(word[:1], known[:1]))


def _are_neighbours(letter: str, other: str) -> bool:
    return any(pair in row for row in _KEYS for pair in (letter + other, other + letter))


def _is_other_word(word: str, known: str) -> bool:
    """Say whether *known* is the short *word* with one letter changed to one of another sound.

    A letter that was doubled in place of its neighbour is a slip: egss.
    """
    if len(word) != len(known):
        return False
    at = [place for place, letter in enumerate(word) if letter != known[place]]
    if len(at) != 1 or word[at[0]] in word[at[0] - 1 : at[0]] + word[at[0] + 1 : at[0] + 2]:
        return False
    changed = {word[at[0]], known[at[0]]}
    return not any(changed <= set(group) for group in _LIKE_SOUNDING)


def _unlikely(word: str, known: str) -> tuple[bool, bool, int]:
    is_other = _DOUBLED.sub(r"\1", word) != _DOUBLED.sub(r"\1", known)
    return is_other, word[:1] != known[:1], (Counter(known) - Counter(word)).total()


def _distance(word: str, known: str) -> int:
    """Return how many slips lead from *known* to *word* (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(known) + 1))
    for at, letter in enumerate(word, 1):
        oldest, before, row = before, row, [at]
        for to, other in enumerate(known, 1):
            least = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != other))
            if oldest and to > 1 and letter == known[to - 2] and word[at - 2] == other:
                least = min(least, oldest[to - 2] + 1)
            row.append(least)
    return row[-1]

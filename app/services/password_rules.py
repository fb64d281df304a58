"""What a new password may be, and how passwords are spelt (ASVS 5.0, 6.2; RFC 8265)."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from unicodedata import category, normalize

COMMON = Path(__file__).with_name("common_passwords.txt")
SHORTEST, LONGEST = 8, 128

_TELLING = 4
"""A word of so many letters is looked for within a password, and so many more make it another."""


class Weakness(StrEnum):
    """What is wrong with a new password."""

    LENGTH = "length"
    COMMON = "common"
    OWN_EMAIL = "own_email"
    SHOP_NAME = "shop_name"


def opaque(password: str) -> str:
    """Return *password* as it is hashed: the OpaqueString profile of RFC 8265.

    Characters that look alike and are typed by different keyboards' ways are one: composed and
    decomposed letters, and all kinds of spaces. Case and width stay.
    """
    spaced = "".join(" " if category(each) == "Zs" else each for each in password)
    return normalize("NFC", spaced)


def spellings(password: str) -> list[str]:
    """Return the spellings that a hash may have been made of: `opaque` comes first.

    Older hashes were made of a password as its keyboard spelt it.
    """
    return list(dict.fromkeys((opaque(password), password, normalize("NFD", password))))


class PasswordRules:
    """Rules on length, common passwords, and words that anybody would try for an account.

    Among these are *shop_names*, also with their “&” written out.
    """

    def __init__(self, shop_names: Iterable[str]) -> None:
        self._shop_names = [
            each for name in shop_names for each in (name, name.replace("&", "and"))
        ]
        self._common = frozenset(COMMON.read_text("utf-8").splitlines())

    def weakness(self, password: str, email: str = "") -> Weakness | None:
        """Return what is wrong with a new *password*, if anything is.

        *email* is the account's. No character is required.
        """
        spelt = opaque(password)
        if not SHORTEST <= len(spelt) <= LONGEST:
            return Weakness.LENGTH
        if _folded(spelt) in self._common:
            return Weakness.COMMON
        if any(_is_little_more(spelt, word) for word in _email_words(email)):
            return Weakness.OWN_EMAIL
        if any(_is_little_more(spelt, name) for name in self._shop_names):
            return Weakness.SHOP_NAME
        return None


def _email_words(email: str) -> Iterator[str]:
    local, _, domain = email.partition("@")
    yield email
    yield local
    yield domain
    yield domain.partition(".")[0]


def _is_little_more(password: str, word: str) -> bool:
    """Say whether *password* is *word*, however cased and spaced, with digits and a few letters."""
    plain, word = _letters_and_digits(password), _letters_and_digits(word)
    if not word:
        return False
    rest = plain.replace(word, "") if len(word) >= _TELLING else plain
    letters = re.sub(r"\d", "", rest)
    return (rest != plain and len(letters) < _TELLING) or plain.strip("0123456789") == word


def _letters_and_digits(text: str) -> str:
    return "".join(each for each in _folded(text) if each.isalnum())


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()

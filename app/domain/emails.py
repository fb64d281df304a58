"""E-mail addresses: one spelling for each, however it is typed.

Forms in browsers send a domain in Punycode (IDNA), scripts as it is read; keyboards compose
letters or do not, and some write them in full width; copied text carries invisible characters.
"""

import re
from typing import Final
from unicodedata import category, normalize

from idna import IDNAError, ulabel, uts46_remap

LONGEST_EMAIL = 254

_LOCAL = r"[^@\s\x00-\x1f\x7f-\x9f()<>\[\]:;,\\\"]+"
"""Not quoted, and without the comments, lists and names that e-mail programs write around it."""
_LABEL = r"(?!-)[^@\s\x00-\x2c\x2e-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x9f]{1,63}(?<!-)"
_EMAIL = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})*")
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Beside the characters of Unicode's category Cf, those that are shown as nothing."""
_PUNYCODE: Final = "xn--"


def is_email(text: str) -> bool:
    """Say whether *text* looks like an e-mail address; only a message to it could prove that."""
    spelt = normalize_email(text)
    if len(spelt) > LONGEST_EMAIL or not _EMAIL.fullmatch(spelt):
        return False
    return all(map(_can_be_registered, spelt.rpartition("@")[2].split(".")))


def normalize_email(email: str) -> str:
    """Return the one spelling of *email*, by which accounts are stored and compared.

    Case, width and composition are folded, what cannot be seen is left out, and the domain is in
    Punycode as UTS 46 maps it.
    """
    plain = _INVISIBLE.sub("", normalize("NFKC", email))
    seen = "".join(each for each in plain if category(each) != "Cf").strip(" ")
    local, at, domain = seen.rpartition("@")
    return f"{_folded(local)}{at}{_in_punycode(domain)}"


def email_spellings(email: str) -> tuple[str, str]:
    """Return the spelling of *email*, and the one that older versions stored."""
    return normalize_email(email), normalize("NFC", email.casefold())


def shown_email(email: str) -> str:
    """Return a stored address as people read it, or as it is if it would be stored differently."""
    local, at, domain = email.rpartition("@")
    shown = f"{local}{at}{'.'.join(map(_readable, domain.split('.')))}"
    return shown if normalize_email(shown) == email else email


def _folded(text: str) -> str:
    return normalize("NFKC", text.casefold())


def _in_punycode(domain: str) -> str:
    """Return *domain* in ASCII. One that UTS 46 does not allow is only folded."""
    try:
        mapped = uts46_remap(domain, std3_rules=False, transitional=False)
    except IDNAError:
        return _folded(domain)
    return ".".join(map(_in_ascii, mapped.removesuffix(".").split(".")))


def _in_ascii(label: str) -> str:
    return label if label.isascii() else _PUNYCODE + label.encode("punycode").decode("ascii")


def _can_be_registered(label: str) -> bool:
    """Say whether a *label* in Punycode is one by IDNA 2008, which has no signs but letters."""
    if not label.startswith(_PUNYCODE):
        return True
    try:
        ulabel(label)
    except (IDNAError, UnicodeError):
        return False
    return True


def _readable(label: str) -> str:
    if not label.startswith(_PUNYCODE):
        return label
    try:
        return label.removeprefix(_PUNYCODE).encode("ascii").decode("punycode")
    except UnicodeError:
        return label

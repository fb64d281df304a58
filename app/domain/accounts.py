"""What an account's e-mail address and name may be."""

import re

LONGEST_EMAIL = 254
LONGEST_NAME = 100

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def is_email(text: str) -> bool:
    """Say whether *text* looks like an e-mail address; only a message to it could prove that."""
    return len(text) <= LONGEST_EMAIL and bool(_EMAIL.fullmatch(text))


def is_name(text: str) -> bool:
    """Say whether *text* can be a name: not blank, on one line, not too long."""
    return len(text) <= LONGEST_NAME and bool(text.strip()) and not set("\n\t") & set(text)

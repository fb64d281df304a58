"""Accounts: the name of one, and what its holder's name may be."""

from enum import StrEnum
from typing import NewType

AccountId = NewType("AccountId", str)

LONGEST_NAME = 100
ACCOUNT_PREFIX, GUEST_PREFIX = "u-", "g-"
"""What the ids of accounts begin with: of customers, and of guests of the demo."""


class StandIn(StrEnum):
    """Whom a guest of the demo plays for another visitor: who shops too, or who helps."""

    SHOPPER = "shopper"
    HELPER = "helper"


def is_name(text: str) -> bool:
    """Say whether *text* can be a name: not blank, on one line, not too long."""
    return len(text) <= LONGEST_NAME and bool(text.strip()) and not set("\n\t") & set(text)


def is_guest(account: AccountId) -> bool:
    """Say whether *account* is a guest's: it has no password, and is removed after a day."""
    return account.startswith(GUEST_PREFIX)

"""Tokens in links that come by mail: what each is good for, and for how long."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from app.domain.accounts import AccountId

TokenHash = NewType("TokenHash", str)

MOST_EACH_H: Final = 5
"""So many mails with a token are sent to an address within an hour, whoever asks for them."""
HOUR_S: Final = 3600
KEPT_S: Final = 24 * HOUR_S
"""How long it is known of a token that it was used, or came too late."""


class TokenUsed(Exception):
    """The token was used before."""


class TokenExpired(Exception):
    """It is too late for the token, or there never was such a one."""


class Purpose(StrEnum):
    """What a token allows the reader of the mail to do."""

    CONFIRM = "confirm"
    RESET = "reset"
    GIVE_UP_EMAIL = "give_up_email"
    TAKE_EMAIL = "take_email"


LASTS_S: Final[Mapping[Purpose, int]] = {
    Purpose.CONFIRM: 24 * HOUR_S,
    Purpose.RESET: HOUR_S // 2,
    Purpose.GIVE_UP_EMAIL: 24 * HOUR_S,
    Purpose.TAKE_EMAIL: 24 * HOUR_S,
}


class MailToken(NamedTuple):
    """A token that was mailed to `email`; there is an `account` unless the mail says that none is.

    `new_email` is what the account's address is to become.
    """

    hash: TokenHash
    purpose: Purpose
    account: AccountId | None
    email: str
    created_at_s: int
    new_email: str | None = None

    @property
    def expires_at_s(self) -> int:
        """When it is too late to use it."""
        return self.created_at_s + LASTS_S[self.purpose]

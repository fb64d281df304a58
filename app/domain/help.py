"""Help by staff: what a cart says of it, and what is written down about it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from msgspec import Struct

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.outbox import EvictedOutbox

HelpId = NewType("HelpId", str)

NOBODY_YET: Final = AccountId("")
"""Who helps, as long as the request waits."""


class HelpEnd(StrEnum):
    """What ended a help."""

    SHOPPER = "shopper"
    STAFF = "staff"
    SHOPPER_LEFT = "shopper_left"
    STAFF_LEFT = "staff_left"
    NOBODY_FREE = "nobody_free"
    REVOKED = "revoked"


class Answer(StrEnum):
    """What became of something that was suggested."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class Suggested(Struct, frozen=True, gc=False, array_like=True):
    """How many of a product were suggested, and what became of that."""

    qty: int
    answer: Answer


class Help(Struct, frozen=True, gc=False, omit_defaults=True):
    """The newest request of a cart for help: who asked, when, and who of staff helps.

    `name` is the helper's. `suggested` is what they suggested, until it is over; `ended` says what
    ended it.
    """

    id: HelpId
    asked_by: AccountId
    asked_at_s: int
    helper: AccountId = NOBODY_YET
    name: str = ""
    taken_at_s: int = 0
    suggested: Mapping[Sku, Suggested] = {}
    ended: HelpEnd | None = None
    ended_at_s: int = 0


class SavedHelp(NamedTuple):
    """A help as it is to be written down, and the outboxes that leave the cart with it."""

    cart: AccountId
    help: Help
    evicted: tuple[EvictedOutbox, ...] = ()


def is_going_on(help_: Help | None) -> bool:
    """Say whether *help_* waits for somebody, or somebody helps."""
    return help_ is not None and help_.ended is None


def helper_of(help_: Help | None) -> AccountId:
    """Return who of staff sees the cart now, if anybody does."""
    return NOBODY_YET if help_ is None or help_.ended else help_.helper

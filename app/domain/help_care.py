"""When a help is over by itself: nobody took it, or one of both has gone."""

from typing import Final, NamedTuple

from app.domain.accounts import AccountId
from app.domain.help import Help, HelpEnd

WAITS_S: Final = 120
"""So long a request waits for one of staff."""
GRACE_S: Final = 30
"""So long a help lasts after the last connection of either side has gone."""


class OpenHelp(NamedTuple):
    """A help that goes on: whose cart it is about, and when each of both was last seen there.

    `owner` is the name of the cart's owner. `is_permitted`: who asked is signed in, and who helps
    is still one of staff. Times are in seconds since 1970.
    """

    cart: AccountId
    help: Help
    owner: str
    shopper_seen_at_s: int
    helper_seen_at_s: int
    is_permitted: bool = True


def due_end(one: OpenHelp, now_s: int) -> HelpEnd | None:
    """Return why *one* is over, if it is."""
    if not one.is_permitted:
        return HelpEnd.REVOKED
    if one.shopper_seen_at_s + GRACE_S < now_s:
        return HelpEnd.SHOPPER_LEFT
    if one.help.helper:
        return HelpEnd.STAFF_LEFT if one.helper_seen_at_s + GRACE_S < now_s else None
    return HelpEnd.NOBODY_FREE if one.help.asked_at_s + WAITS_S < now_s else None

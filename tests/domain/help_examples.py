"""A help by staff, and carts of which it is a part."""

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.help import Help, HelpId
from app.domain.help_rules import AskHelp, HelpChange, TakeHelp, rule_on_help
from app.domain.household import HouseholdRuling
from app.domain.members import OWNER
from tests.domain.household_examples import SHARED
from tests.examples import EMPTY, NOON

SAM, KIM = AccountId("u-sam"), AccountId("u-kim")
"""Two of staff."""
HELP = HelpId("5e55-help")
ASKED = AskHelp(HELP, OWNER, NOON)
TAKEN = TakeHelp(HELP, SAM, "Sam", NOON + 5)


def ruled(cart: Cart, change: HelpChange) -> HouseholdRuling:
    """Return the ruling on *change*, which must not be refused."""
    ruling = rule_on_help(cart, change)
    assert isinstance(ruling, HouseholdRuling), ruling
    return ruling


def helped(cart: Cart) -> Cart:
    """Return *cart*, with which Sam helps."""
    return ruled(ruled(cart, ASKED).cart, TAKEN).cart


HELPED = helped(EMPTY)
HELPED_SHARED = helped(SHARED)
WAITING = replace(EMPTY, help=Help(HELP, OWNER, NOON))

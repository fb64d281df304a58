"""What is told of errors of services that are always told in one sentence, by their class."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from app.i18n.translate import noop as N_
from app.services.account_removal import StaffAccount
from app.services.accounts import OwnAccount
from app.services.challenges import NoPasskeys
from app.services.checkout import CardsNotTaken, GuestCannotOrder, KeyReused, TooLate, Unconfirmed
from app.services.confirmations import NoPasskey, WrongCode
from app.services.guest_accounts import TooManyGuests
from app.services.help_errors import HelpTaken, NoHelp
from app.services.households import (
    HouseholdFull,
    NotAMember,
    NotInvited,
    OwnHousehold,
    TooManyInvitations,
)
from app.services.invitations import InviterUnconfirmed
from app.services.login_errors import Disabled, WrongLogin
from app.services.passkey_ceremonies import BadCredential
from app.services.passkey_use import ClonedPasskey
from app.services.passkeys import LastPasskey, NotRecent, PasskeyExists, TooManyPasskeys
from app.services.registration import EmailTaken


class ErrorText(NamedTuple):
    """The status, code and sentence of a problem."""

    status: int
    code: str
    detail: str


_NOT_FOUND: Final = ErrorText(
    404, "not_found", N_("This page does not exist, or you do not have access to it.")
)
ERROR_TEXTS: Final[Mapping[type[Exception], ErrorText]] = {
    WrongLogin: ErrorText(
        401, "wrong_login", N_("The e-mail address or password is wrong. Check both and try again.")
    ),
    Disabled: ErrorText(
        403,
        "account_disabled",
        N_("This account is disabled. Please contact the shop to have it enabled again."),
    ),
    Unconfirmed: ErrorText(
        409,
        "unconfirmed",
        N_(
            "Confirm your e-mail address before you order: open the link in the mail that we have"
            " sent to you. Your cart is kept."
        ),
    ),
    StaffAccount: ErrorText(
        409,
        "staff_account",
        N_(
            "The account of a member of staff cannot be deleted. Ask another member of staff to"
            " make it a shopper's account first."
        ),
    ),
    OwnAccount: ErrorText(
        409,
        "own_account",
        N_("Nothing was changed: this is your own account. Ask another member of staff."),
    ),
    EmailTaken: ErrorText(
        409,
        "email_taken",
        N_("There is already an account with this e-mail address. Sign in to it."),
    ),
    KeyReused: ErrorText(
        409, "key_reused", N_("This key belongs to another order. Use a new one.")
    ),
    TooLate: ErrorText(
        409,
        "not_placed",
        N_("This order has already been packed, so it can no longer be cancelled."),
    ),
    CardsNotTaken: ErrorText(
        409, "no_cards", N_("This shop takes no cards here. You can pay on delivery.")
    ),
    GuestCannotOrder: ErrorText(
        403, "guest", N_("A guest of the demo cannot order. Create an account to place orders.")
    ),
    TooManyGuests: ErrorText(
        503,
        "busy",
        N_("There are as many guests as this demo can have. Try again tomorrow, or register."),
    ),
    BadCredential: ErrorText(
        401, "bad_passkey", N_("This passkey could not be checked. Try once more, or another way.")
    ),
    ClonedPasskey: ErrorText(
        409,
        "cloned_passkey",
        N_("There seems to be a copy of this passkey, so it cannot be used any more. Remove it."),
    ),
    NotRecent: ErrorText(403, "not_recent", N_("First confirm that it is you.")),
    PasskeyExists: ErrorText(409, "passkey_exists", N_("There is already such a passkey.")),
    TooManyPasskeys: ErrorText(
        409, "too_many_passkeys", N_("You have as many passkeys as one can have. Remove one first.")
    ),
    LastPasskey: ErrorText(
        409, "last_passkey", N_("Members of staff need a passkey. Add another one first.")
    ),
    NoPasskeys: ErrorText(404, "not_found", N_("This shop has no passkeys.")),
    NoPasskey: ErrorText(
        409, "no_passkey", N_("Recovery codes stand in for a passkey. Add a passkey first.")
    ),
    WrongCode: ErrorText(
        401, "wrong_code", N_("That is none of your recovery codes, or it was used already.")
    ),
    NotInvited: ErrorText(
        409,
        "not_invited",
        N_("This invitation was used already, or is no longer valid. Ask for another one."),
    ),
    OwnHousehold: ErrorText(409, "own_household", N_("This is an invitation to your own cart.")),
    HouseholdFull: ErrorText(
        409, "household_full", N_("As many people share this cart as can share one.")
    ),
    TooManyInvitations: ErrorText(
        409,
        "too_many_invitations",
        N_("There are many open invitations to your cart. Withdraw one first."),
    ),
    InviterUnconfirmed: ErrorText(
        409,
        "unconfirmed",
        N_(
            "Confirm your e-mail address before you invite somebody by mail. You can make a link,"
            " and send it yourself."
        ),
    ),
    NotAMember: _NOT_FOUND,
    NoHelp: _NOT_FOUND,
    HelpTaken: _NOT_FOUND,
}

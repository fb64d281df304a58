"""Mails: what they tell, to whom, and what becomes of them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from app.domain.accounts import AccountId
from app.domain.languages import Language
from app.domain.orders import OrderNumber, OrderState

MailId = NewType("MailId", str)


class MailKind(StrEnum):
    """What a mail tells; each has templates of its name in `templates/mail`."""

    ORDER_PLACED = "order_placed"
    ORDER_CHANGED = "order_changed"
    ORDER_ON_ITS_WAY = "order_on_its_way"
    ORDER_CANCELLED = "order_cancelled"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEYS_RESET = "passkeys_reset"
    RECOVERY_USED = "recovery_used"
    RECOVERY_RENEWED = "recovery_renewed"
    ORDER_REFUNDED = "order_refunded"
    REFUND_FAILED = "refund_failed"
    PAYMENT_LAPSED = "payment_lapsed"
    PAY_ON_DELIVERY = "pay_on_delivery"
    CONFIRM_ADDRESS = "confirm_address"
    ALREADY_REGISTERED = "already_registered"
    FORGOTTEN = "forgotten_password"
    NO_ACCOUNT = "no_account"
    CREDENTIAL_CHANGED = "password_changed"
    CREDENTIAL_SET = "password_set"
    NEW_DEVICE = "new_device"
    ADDRESS_CHANGING = "address_changing"
    CONFIRM_NEW_ADDRESS = "confirm_new_address"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_SET = "address_set"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ROLE_CHANGED = "role_changed"
    ACCOUNT_DELETED = "account_deleted"
    FREE_AGAIN = "free_again"
    SOLD_NO_LONGER = "sold_no_longer"
    INVITATION = "invitation"


class MailState(StrEnum):
    """What became of a mail: it is to be sent, was sent, or never will be."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Mail(NamedTuple):
    """A mail to be sent; it is rendered when it is delivered.

    `language` is the reader's, None for the shop's first. `values` is what the templates cannot
    look up by then, such as the path of a link with its token: it is erased once the mail was sent
    or has failed. A mail about an `order` keeps it, and has no secrets in it.
    """

    kind: MailKind
    to: str
    language: Language | None
    account: AccountId | None
    values: Mapping[str, str | int] = {}
    order: OrderNumber | None = None


TOLD: Final[Mapping[OrderState, MailKind]] = {
    OrderState.PLACED: MailKind.ORDER_PLACED,
    OrderState.ON_THE_WAY: MailKind.ORDER_ON_ITS_WAY,
    OrderState.CANCELLED: MailKind.ORDER_CANCELLED,
}
"""What customers are told when their order comes to a state; of the others they hear nothing."""

RETRACTABLE_S: Final = 60
"""How long a mail about a move that staff can take back waits, so that it never tells a lie."""

CLAIM_S: Final = 600
"""How long one server may take to deliver a mail before another may try."""

MOST_TRIES: Final = 25
"""After so many, which take about three days, a mail has failed for good."""

_FIRST_PAUSE_S: Final = 60
_LONGEST_PAUSE_S: Final = 4 * 3600


def pause_after(tries: int, drawn: float) -> int:
    """Return how many seconds to wait after *tries* that have failed for now.

    A minute, doubled up to four hours; *drawn*, from 0 to 1, shortens it by up to a quarter, so
    that mails which failed together do not come back together.
    """
    whole = min(_FIRST_PAUSE_S << min(tries - 1, 16), _LONGEST_PAUSE_S)
    return int(whole * (1 - drawn / 4))

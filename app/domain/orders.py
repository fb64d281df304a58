"""Orders, and the states that they go through (protocol.md §7)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from app.domain.accounts import AccountId
from app.domain.addresses import Address
from app.domain.catalog import NOTHING, Money, PromotionId, Sku, TaxRate, Voucher, VoucherCode
from app.domain.languages import Language
from app.domain.members import OWNER
from app.domain.taxes import Taxes
from app.domain.totals import Totals

OrderNumber = NewType("OrderNumber", str)
OrderKey = NewType("OrderKey", str)
"""The idempotency key of an order: two requests with one key make one order."""

LONGEST_KEY: Final = 64

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without look-alikes: no 0 or O, no 1, I or L, no U."""
_HALF: Final = 4
NUMBERS: Final = len(_LETTERS) ** (2 * _HALF)
"""How many order numbers there are to draw from."""


class OrderState(StrEnum):
    """How far an order has come; one that awaits payment has its stock, but not for long."""

    AWAITING_PAYMENT = "awaiting_payment"
    PLACED = "placed"
    PACKED = "packed"
    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Pay(StrEnum):
    """How an order is paid for."""

    ON_DELIVERY = "on_delivery"
    CARD = "card"


NEXT: Final[Mapping[OrderState, OrderState]] = {
    OrderState.PLACED: OrderState.PACKED,
    OrderState.PACKED: OrderState.ON_THE_WAY,
    OrderState.ON_THE_WAY: OrderState.DELIVERED,
}
"""The state that staff move an order to from each state; delivered and cancelled are final.

An order that awaits payment is placed by the payment alone.
"""

PREVIOUS: Final[Mapping[OrderState, OrderState]] = {then: before for before, then in NEXT.items()}
"""The state that an order goes back to if its last move is taken back."""


class HostedPage(NamedTuple):
    """A page of a payment provider on which an order is paid: the provider's id of it, its URL."""

    id: str
    url: str


class OrderLine(NamedTuple):
    """A quantity of one product, with its name and unit price at the time of the order.

    So is `tax_rate`, which is `None` on orders that are older than rates, and what a promotion
    took `off` the line, which is `deal` in the language of the order.
    """

    sku: Sku
    name: str
    unit: str
    qty: int
    price: Money
    tax_rate: TaxRate | None = None
    off: Money = NOTHING
    deal: str = ""

    @property
    def cost(self) -> Money:
        """What the line costs: its units at their price, less what a promotion takes off."""
        return Money(self.qty * self.price - self.off)


class Order(NamedTuple):
    """An order; `voucher` is the one that it used, `note` the shopper's.

    `taxes` are the totals by rate; there are none on orders that are older than rates. `zone` is
    the time zone that the shop had then, by which its invoice is dated. `language` is the one in
    which it was placed, so mails about it are in it; older orders have none. `member_of` is the
    owner of the cart that it was made of, if that is another's.
    """

    number: OrderNumber
    account: AccountId
    key: OrderKey
    state: OrderState
    placed_at_s: int
    lines: tuple[OrderLine, ...]
    totals: Totals
    deliver: Address
    pay: Pay
    note: str
    voucher: VoucherCode
    taxes: Taxes = ()
    zone: str = "UTC"
    language: Language | None = None
    member_of: AccountId = OWNER

    @property
    def promoted(self) -> Money:
        """What promotions took off its lines."""
        return Money(sum(line.off for line in self.lines))

    @property
    def by_voucher(self) -> Money:
        """What the voucher took off what was left."""
        return Money(self.totals.discount - self.promoted)

    @property
    def cart(self) -> AccountId:
        """The owner of the cart that it was made of."""
        return self.member_of or self.account


class PlaceOrder(NamedTuple):
    """An order to be stored; it takes stock, at these prices, and a use of the voucher.

    The `promotions` by which its lines are cheaper must go on.
    It awaits payment if there is a `page` to pay it on.
    """

    order: Order
    voucher: Voucher | None
    page: HostedPage | None = None
    promotions: frozenset[PromotionId] = frozenset()


class CancelOrder(NamedTuple):
    """An order to be cancelled; what it took is given back, once."""

    order: Order


OrderChange = PlaceOrder | CancelOrder
"""What is saved in one transaction with a cart."""


def format_number(drawn: int) -> OrderNumber:
    """Return the order number for *drawn*, which is below `NUMBERS`, as 7QK4-M2XD."""
    letters = ""
    for _ in range(2 * _HALF):
        drawn, at = divmod(drawn, len(_LETTERS))
        letters += _LETTERS[at]
    return OrderNumber(f"{letters[:_HALF]}-{letters[_HALF:]}")


def read_number(typed: str) -> OrderNumber:
    """Return the order number that was *typed*, in capitals and with its hyphen."""
    letters = "".join(char for char in typed.upper() if char.isalnum())
    is_whole = len(letters) == 2 * _HALF
    return OrderNumber(f"{letters[:_HALF]}-{letters[_HALF:]}" if is_whole else typed)


def may_become(state: OrderState, target: OrderState) -> bool:
    """Say whether staff may move an order from *state* to *target*: the next one, or cancelled."""
    if state is OrderState.AWAITING_PAYMENT:
        return target is OrderState.CANCELLED
    return state in NEXT and target in {NEXT[state], OrderState.CANCELLED}

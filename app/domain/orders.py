"""Orders, and the states that they go through (protocol.md §7)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from app.domain.addresses import Address
from app.domain.cart import AccountId
from app.domain.catalog import Money, Sku, Voucher, VoucherCode
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
    """How far an order has come."""

    PLACED = "placed"
    PACKED = "packed"
    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Pay(StrEnum):
    """How an order is paid for."""

    ON_DELIVERY = "on_delivery"


NEXT: Final[Mapping[OrderState, OrderState]] = {
    OrderState.PLACED: OrderState.PACKED,
    OrderState.PACKED: OrderState.ON_THE_WAY,
    OrderState.ON_THE_WAY: OrderState.DELIVERED,
}
"""The state that follows each state; delivered and cancelled are final."""


class OrderLine(NamedTuple):
    """A quantity of one product, with its name and unit price at the time of the order."""

    sku: Sku
    name: str
    unit: str
    qty: int
    price: Money


class Order(NamedTuple):
    """An order; `voucher` is the one that it used, `note` the shopper's."""

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


class PlaceOrder(NamedTuple):
    """An order to be stored; it takes stock, at these prices, and a use of the voucher."""

    order: Order
    voucher: Voucher | None


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


def may_become(state: OrderState, target: OrderState) -> bool:
    """Say whether an order may go from *state* to *target*: to the next state, or cancelled."""
    return state in NEXT and target in {NEXT[state], OrderState.CANCELLED}

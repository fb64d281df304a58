"""What was bought: an order, and the states that it goes through (protocol.md §7)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from app.domain.addresses import Address
from app.domain.cart import AccountId
from app.domain.catalog import Money, Sku, Voucher, VoucherCode
from app.domain.totals import Totals

OrderNumber = NewType("OrderNumber", str)
OrderKey = NewType("OrderKey", str)
"""What a client calls an order before it has one; asked twice under one key is asked once."""

LONGEST_KEY: Final = 64

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that could be read for another: no 0 or O, no 1, I or L, no U."""
_HALF: Final = 4
NUMBERS: Final = len(_LETTERS) ** (2 * _HALF)
"""So many numbers there are to draw from."""


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
"""What follows on what; delivered and cancelled are the end."""


class OrderLine(NamedTuple):
    """So many of one product at the unit price that is charged, named as it was then."""

    sku: Sku
    name: str
    unit: str
    qty: int
    price: Money


class Order(NamedTuple):
    """An order; `voucher` is the one that was spent on it, `note` what the shopper wrote."""

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
    """An order to be stored with what it takes: stock at these prices, a use of the voucher."""

    order: Order
    voucher: Voucher | None


class CancelOrder(NamedTuple):
    """An order to be cancelled: what it took comes back, once."""

    order: Order


OrderChange = PlaceOrder | CancelOrder
"""What is saved in one piece with a cart."""


def format_number(drawn: int) -> OrderNumber:
    """Return the order number that one of `NUMBERS` stands for, as 7QK4-M2XD."""
    letters = ""
    for _ in range(2 * _HALF):
        drawn, at = divmod(drawn, len(_LETTERS))
        letters += _LETTERS[at]
    return OrderNumber(f"{letters[:_HALF]}-{letters[_HALF:]}")


def may_become(state: OrderState, wanted: OrderState) -> bool:
    """Say whether an order may go from *state* to *wanted*: on by one step, or cancelled."""
    return state in NEXT and wanted in {NEXT[state], OrderState.CANCELLED}

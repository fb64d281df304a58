"""How much one account may order: stock that is ordered cannot be bought by others."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from app.domain.catalog import Money

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """The most that one account may have: orders within an hour, and what is on its way to it.

    An `open_value` of `None` sets no limit. For the first `new_account_h` hours of an account the
    number of items is limited too.
    """

    per_h: int
    open_orders: int
    open_value: Money | None
    new_account_items: int
    new_account_h: int


class OrderTotals(NamedTuple):
    """The value and the number of items of one order."""

    value: Money
    items: int


class AccountOrders(NamedTuple):
    """What an account has ordered: within the last hour, and what was not delivered yet."""

    made_at_s: int
    in_last_hour: int = 0
    oldest_of_hour_s: int = 0
    open_orders: int = 0
    open_value: int = 0
    open_items: int = 0

    def with_orders(self, more: list[OrderTotals], now_s: int) -> "AccountOrders":
        """Return it with orders that are being placed."""
        return self._replace(
            in_last_hour=self.in_last_hour + len(more),
            oldest_of_hour_s=self.oldest_of_hour_s or now_s,
            open_orders=self.open_orders + len(more),
            open_value=self.open_value + sum(order.value for order in more),
            open_items=self.open_items + sum(order.items for order in more),
        )


class Limited(StrEnum):
    """What there is too much of."""

    RATE = "rate"
    ORDERS = "orders"
    VALUE = "value"
    ITEMS = "items"


class OrderLimit(NamedTuple):
    """A limit that an order would exceed: `most` is allowed, and `reached` would be.

    After `wait_s` seconds it may be placed; that is known of `RATE` only.
    """

    limited: Limited
    most: int
    reached: int
    wait_s: int = 0


def exceeded(
    limits: OrderLimits, ordered: AccountOrders, order: OrderTotals, now_s: int
) -> OrderLimit | None:
    """Return the limit that *order* would exceed, if there is one."""
    if ordered.in_last_hour >= limits.per_h:
        wait_s = ceil(ordered.oldest_of_hour_s + HOUR_S - now_s)
        reached = ordered.in_last_hour + 1
        return OrderLimit(Limited.RATE, limits.per_h, reached, min(max(1, wait_s), HOUR_S))
    if ordered.open_orders >= limits.open_orders:
        return OrderLimit(Limited.ORDERS, limits.open_orders, ordered.open_orders + 1)
    value = ordered.open_value + order.value
    if limits.open_value is not None and value > limits.open_value:
        return OrderLimit(Limited.VALUE, limits.open_value, value)
    is_new = now_s < ordered.made_at_s + limits.new_account_h * HOUR_S
    if is_new and (items := ordered.open_items + order.items) > limits.new_account_items:
        return OrderLimit(Limited.ITEMS, limits.new_account_items, items)
    return None

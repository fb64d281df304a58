"""How orders are paid for; a payment provider would implement `Payment` here."""

from collections.abc import Mapping
from typing import Final, Protocol

from app.domain.catalog import Money
from app.domain.orders import OrderKey, Pay


class Payment(Protocol):
    """A payment method. An order is placed after `secure`; if that fails, `release` is called.

    Both are idempotent by the order's key: a second call with it changes nothing.
    """

    async def secure(self, key: OrderKey, total: Money) -> None:
        """Authorize *total*. Raises a ServiceError if that cannot be done."""

    async def release(self, key: OrderKey) -> None:
        """Void the authorization: the order was not placed, or it is cancelled."""


class OnDelivery:
    """Payment on delivery: there is nothing to authorize beforehand, and nothing to void."""

    async def secure(self, key: OrderKey, total: Money) -> None:
        """Do nothing."""

    async def release(self, key: OrderKey) -> None:
        """Do nothing."""


PAYMENTS: Final[Mapping[Pay, Payment]] = {Pay.ON_DELIVERY: OnDelivery()}

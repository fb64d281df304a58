"""How orders are paid for: where a payment provider would stand."""

from collections.abc import Mapping
from typing import Final, Protocol

from app.domain.catalog import Money
from app.domain.orders import OrderKey, Pay


class Payment(Protocol):
    """A way to pay. An order is placed between `secure` and, if that fails, `release`.

    Both may be asked again under the same key, and then do nothing more.
    """

    async def secure(self, key: OrderKey, total: Money) -> None:
        """Make sure of *total*; raise `Problem` if that cannot be done."""

    async def release(self, key: OrderKey) -> None:
        """Let go of what was secured: there is no order, or it is cancelled."""


class OnDelivery:
    """Money changes hands at the customer's door, so until then there is nothing to hold."""

    async def secure(self, key: OrderKey, total: Money) -> None:
        """Trust the customer."""

    async def release(self, key: OrderKey) -> None:
        """Trust the customer still."""


WAYS: Final[Mapping[Pay, Payment]] = {Pay.ON_DELIVERY: OnDelivery()}

"""Submits what was typed beside an order, a note or a voucher, before the order is placed."""

from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from app.domain.accounts import AccountId
from app.domain.orders import OrderKey
from app.domain.outbox import OutboxId, outbox_of
from app.domain.verdicts import Ok
from app.domain.vouchers import ShownVoucher
from app.live.hub import Hub
from app.protocol.decode import SubmitOp
from app.services.submit import OpResult, submit_ops


class Typed(NamedTuple):
    """The result of an op, the position of the cart that an order goes on from, and its voucher."""

    result: OpResult
    at: str
    voucher: ShownVoucher | None


async def submit_typed(
    hub: Hub, used: tuple[AccountId, AccountId], key: OrderKey, at: str, submitted: SubmitOp
) -> Typed | None:
    """Submit an op that was typed into the form of order *key*, at position *at*.

    *used* is the owner of the cart, and who does it there.

    Returns None if the cart is at another position: the order may be placed already, or is out of
    date. The position stays *at* if anything else changed the cart meanwhile, so that the order is
    found out of date. The op is idempotent by the key. Raises DatabaseUnavailable.
    """
    owner, by = used
    outbox = outbox_of(by, OutboxId(str(uuid5(NAMESPACE_URL, f"{key} {submitted.body}"))))
    async with hub.borrow(owner, outbox) as cart:
        before = cart.snapshot(by)
        if before.at != at:
            return None
        (result,) = await submit_ops(cart, outbox, [submitted], by)
        after = cart.snapshot(by)
    is_ours = isinstance(result, Ok) and after.rev == result.rev <= before.rev + 1
    return Typed(result, after.at if is_ours else at, after.cart.voucher)

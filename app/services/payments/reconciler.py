"""Keeps the money at the provider in step with the orders, whatever was lost in between."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, assert_never

from app.domain.catalog import Money
from app.domain.orders import Order, OrderNumber, OrderState
from app.domain.payments import (
    Payment,
    PaymentState,
    ProviderStatus,
    Step,
    amount_to_capture,
    is_paid,
    learn,
)
from app.domain.refunds import refund_key
from app.services.errors import ServiceError
from app.services.payments.provider import Provider, ProviderRefused, ProviderUnavailable
from app.store.database import Database
from app.store.orders import find_order_by_number
from app.store.payment_status import take_status
from app.store.payment_work import Work, claim_work, finish_refund, next_due_at
from app.store.payments import postpone

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
POLL_EVERY_S: Final = 5.0
"""How soon work is found that another process has left, such as a command or another server."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Takes the steps that are due, each by one server of those on the database.

    A step is claimed in the database for a while, done, and followed by the next one. Should the
    server die in between, the claim ends and another one takes the step again, which changes
    nothing if it was done: the provider knows the call by its key.

    `cancel` cancels an order that was not paid, `on_paid` is called after one was paid. `run` is a
    job that is repeated for as long as a server.
    """

    database: Database
    provider: Provider
    cancel: Callable[[Order], Awaitable[bool]]
    now_s: Callable[[], float]
    on_paid: Callable[[], None]
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Have `run` look for work now: some was committed."""
        self._woken.set()

    async def run(self) -> None:
        """Take the steps that are due, and wait for more. Raises `DatabaseUnavailable`."""
        self._woken.clear()
        due_at_s = await self.take_due()
        wait_s = POLL_EVERY_S
        if due_at_s is not None:
            wait_s = min(wait_s, due_at_s - self.now_s())
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._woken.wait()

    async def take_due(self) -> int | None:
        """Take the steps that are due; return when the next one is, None if there is none."""
        while (due_at_s := await self._next_due_at()) is not None and due_at_s <= self.now_s():
            works = await self.database.write(claim_work, int(self.now_s()), AT_ONCE)
            await asyncio.gather(*(self._take(work) for work in works))
        return due_at_s

    async def _next_due_at(self) -> int | None:
        return await self.database.read(next_due_at)

    async def _take(self, work: Work) -> None:
        try:
            await self._do(work)
        except ProviderUnavailable:
            await self._put_off(work)
        except ProviderRefused as refused:
            log.warning("%s of %s: %s", work.step.name, work.payment.order, refused.why)
            await self._look_again(work)

    async def _do(self, work: Work) -> None:
        payment, provider = work.payment, self.provider
        match work.step:
            case Step.ASK:
                await self._learn(work, await provider.status(payment))
            case Step.CLOSE:
                await self._learn(work, await provider.close(payment))
            case Step.CANCEL:
                await self._cancel(payment.order)
            case Step.CAPTURE:
                amount = amount_to_capture(payment, Money(0))
                await self._learn(work, await provider.capture(payment, amount))
            case Step.VOID:
                await self._learn(work, await provider.void(payment))
            case Step.REFUND:
                await self._refund(work)
            case _:
                assert_never(work.step)

    async def _refund(self, work: Work) -> None:
        """Give money back, unless the provider has done so: it forgets keys after a day."""
        payment, refund = work.payment, work.refund
        status = await self.provider.status(payment)
        if refund is None:
            await self._learn(work, status)
            return
        if status.refunded < work.refunded_before + refund.amount:
            status = await self.provider.refund(payment, refund.amount, refund_key(refund))
        await self.database.write(finish_refund, work, refund, status, int(self.now_s()))
        _log_news(payment, learn(payment, status))

    async def _look_again(self, work: Work) -> None:
        """Learn why a call was refused."""
        try:
            await self._learn(work, await self.provider.status(work.payment))
        except (ProviderUnavailable, ProviderRefused):
            await self._put_off(work)

    async def _learn(self, work: Work, status: ProviderStatus) -> None:
        """Save what the provider said; if a call has changed nothing, make it again later."""
        learned = learn(work.payment, status)
        if work.step is not Step.ASK and learned == work.payment._replace(failures=0):
            await self._put_off(work)
            return
        await self.database.write(take_status, work.payment, status, int(self.now_s()))
        _log_news(work.payment, learned)
        if is_paid(learned):
            self.on_paid()

    async def _put_off(self, work: Work) -> None:
        """Try again later; an order whose time is over is cancelled, whatever the provider does."""
        if work.step is Step.CLOSE:
            await self._cancel(work.payment.order)
        await self.database.write(postpone, work.payment, int(self.now_s()))

    async def _cancel(self, number: OrderNumber) -> None:
        """Cancel an order that was not paid; if that cannot be saved now, it is done later."""
        order = await self.database.read(find_order_by_number, number)
        if order and order.state is OrderState.AWAITING_PAYMENT:
            try:
                await self.cancel(order)
            except ServiceError as error:
                log.warning("order %s is not cancelled yet: %r", number, error)


def _log_news(before: Payment, after: Payment) -> None:
    """Log what staff have to see to, once."""
    if after.refunds_failed > before.refunds_failed:
        log.warning("a refund of order %s has failed", after.order)
    if after.dispute is not before.dispute:
        log.warning("the payment of order %s is disputed: %s", after.order, after.dispute.value)
    is_released = after.state is PaymentState.VOIDED and before.state is not PaymentState.VOIDED
    if is_released and before.capturing != 0:
        log.warning("what was held for order %s has lapsed", after.order)

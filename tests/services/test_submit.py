"""Waiting for the verdict of an op that was submitted over HTTP."""

import asyncio

import pytest

from app.domain.limits import Limits
from app.domain.ops import AddLine
from app.domain.verdicts import Ok, RetryCode, RetryLater
from app.live.ports import DisconnectReason
from app.protocol.decode import SubmitOp
from app.protocol.messages import Heartbeat, Need
from app.services import submit
from app.services.submit import DuplicateNumber, PendingVerdict, submit_ops
from tests.examples import APPLES, HERE
from tests.live.harness import CartHarness, until_it_waits


async def test_only_the_first_result_counts() -> None:
    pending = PendingVerdict(7)
    pending.tell(Ok(7, 1))
    pending.tell(Need(3))
    pending.reject_duplicate()
    pending.disconnect(DisconnectReason.LOST)

    assert await pending.wait() == Ok(7, 1)


async def test_messages_that_are_no_result_are_ignored() -> None:
    pending = PendingVerdict(7)
    pending.tell(Heartbeat())
    pending.reject_duplicate()

    assert await pending.wait() == DuplicateNumber(7)


async def test_a_lost_cart_is_busy() -> None:
    pending = PendingVerdict(7)
    pending.disconnect(DisconnectReason.LOST)

    assert await pending.wait() == RetryLater(7, RetryCode.BUSY, 1000)


async def test_after_the_timeout_the_op_may_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "VERDICT_TIMEOUT_S", 0.01)

    assert await PendingVerdict(7).wait() == RetryLater(7, RetryCode.BUSY, 1000)


async def test_ops_after_one_that_is_to_be_sent_again_are_not_submitted() -> None:
    around = CartHarness(limits=Limits(burst=1))
    ops = [SubmitOp(n, AddLine(APPLES, 1), f"add {n}") for n in (1, 2, 3)]

    submitting = asyncio.create_task(submit_ops(around.cart, HERE, ops))
    await until_it_waits()
    around.saves()

    assert await submitting == [Ok(1, 1), RetryLater(2, RetryCode.RATE, 100)]
    assert around.cart.saved.outboxes[HERE].last == 1

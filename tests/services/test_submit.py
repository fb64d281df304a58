"""Asking a live cart over HTTP."""

import pytest

from app.domain.verdicts import Ok, RetryCode, RetryLater
from app.live.ports import DisconnectReason
from app.protocol.messages import Heartbeat, Need
from app.services import submit
from app.services.submit import DuplicateNumber, PendingVerdict


async def test_only_the_first_thing_that_is_told_counts() -> None:
    asked = PendingVerdict(7)
    asked.tell(Ok(7, 1))
    asked.tell(Need(3))
    asked.reject_duplicate()
    asked.disconnect(DisconnectReason.LOST)

    assert await asked.wait() == Ok(7, 1)


async def test_news_that_answer_nothing_are_not_heard() -> None:
    asked = PendingVerdict(7)
    asked.tell(Heartbeat())
    asked.reject_duplicate()

    assert await asked.wait() == DuplicateNumber(7)


async def test_a_cart_that_was_given_up_is_busy() -> None:
    asked = PendingVerdict(7)
    asked.disconnect(DisconnectReason.LOST)

    assert await asked.wait() == RetryLater(7, RetryCode.BUSY, 1000)


async def test_whoever_waits_too_long_may_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "VERDICT_TIMEOUT_S", 0.01)

    assert await PendingVerdict(7).wait() == RetryLater(7, RetryCode.BUSY, 1000)

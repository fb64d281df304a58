"""Asking a live cart over HTTP."""

import pytest

from app.domain.verdicts import Later, Ok, Passing
from app.http import answer
from app.http.answer import Answer, Contradicted
from app.live.ports import Farewell
from app.protocol.messages import Heartbeat, Need


async def test_only_the_first_thing_that_is_told_counts() -> None:
    asked = Answer(7)
    asked.tell(Ok(7, 1))
    asked.tell(Need(3))
    asked.contradict()
    asked.dismiss(Farewell.LOST)

    assert await asked.hear() == Ok(7, 1)


async def test_news_that_answer_nothing_are_not_heard() -> None:
    asked = Answer(7)
    asked.tell(Heartbeat())
    asked.contradict()

    assert await asked.hear() == Contradicted(7)


async def test_a_cart_that_was_given_up_is_busy() -> None:
    asked = Answer(7)
    asked.dismiss(Farewell.LOST)

    assert await asked.hear() == Later(7, Passing.BUSY, 1000)


async def test_whoever_waits_too_long_may_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "PATIENCE_S", 0.01)

    assert await Answer(7).hear() == Later(7, Passing.BUSY, 1000)

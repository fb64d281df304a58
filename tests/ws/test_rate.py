"""A client over the rate limit is deferred, which keeps its ops in order; at last it is closed."""

from collections.abc import AsyncIterator

import pytest

from app.domain.limits import Limits
from app.ws.close_codes import CloseCode
from tests.examples import ADA, THERE
from tests.ws.clock import passes, soon
from tests.ws.fakes import TABS, WsHarness, kinds


@pytest.fixture
async def limited() -> AsyncIterator[WsHarness]:
    """Return a server whose accounts may send three ops at once, and then one every 100 ms."""
    harness = WsHarness(Limits(burst=3, per_s=10))
    yield harness
    harness.closes()


async def test_the_first_op_over_the_rate_limit_gets_a_delay_and_later_ops_are_dropped(
    limited: WsHarness,
) -> None:
    here = await limited.connects()
    for n in range(1, 7):
        here.submits(n)

    await limited.saves()

    assert here.takes_frames()[0] == {"t": "no", "n": 4, "code": "rate", "retry_ms": 100}
    assert limited.around.disk.carts[ADA].rev == 3


async def test_repeats_are_answered_while_an_op_is_deferred(limited: WsHarness) -> None:
    here = await limited.connects()
    for n in range(1, 6):
        here.submits(n)
    await limited.saves()
    here.takes_frames()

    here.submits(2)
    here.submits(5)
    await soon()

    assert here.takes_frames() == [{"t": "ok", "n": 2, "rev": 2}]


async def test_ops_continue_with_the_deferred_one_after_the_delay(limited: WsHarness) -> None:
    here = await limited.connects()
    for n in range(1, 6):
        here.submits(n)
    await limited.saves()
    here.takes_frames()

    await passes(0.2)
    for n in (5, 4, 5):
        here.submits(n)
    await limited.saves()

    assert [frame["n"] for frame in here.takes_frames() if frame["t"] == "ok"] == [4, 5]
    assert here.is_open()


async def test_an_op_settled_by_another_connection_defers_no_later_op(limited: WsHarness) -> None:
    here = await limited.connects()
    for n in range(1, 5):
        here.submits(n)
    await limited.saves()
    await passes(0.2)
    other = await limited.connects(tab=TABS[THERE])
    other.submits(4)
    here.takes_frames()

    here.submits(5)
    await limited.saves()

    assert [frame["n"] for frame in here.takes_frames() if frame["t"] == "ok"] == [5]


async def test_three_early_retries_in_a_minute_close_the_connection(
    limited: WsHarness,
) -> None:
    here = await limited.connects()
    for n in range(1, 5):
        here.submits(n)

    for _ in range(2):
        here.submits(4)
    await soon()
    assert here.is_open()
    here.submits(4)
    await limited.saves()

    assert here.socket.closed == (CloseCode.RATE_IGNORED, "wait for retry_ms")


async def test_a_connection_closed_for_early_retries_still_gets_its_answers(
    limited: WsHarness,
) -> None:
    here = await limited.connects()

    for n in (1, 2, 3, 4, 4, 4, 4):
        here.submits(n)

    await soon()
    assert here.is_open()
    await limited.saves()

    assert kinds(here.takes_frames()) == [*["no"] * 3, *["ok"] * 3, "patch"]
    assert not here.is_open()


async def test_an_occasional_early_retry_is_tolerated(limited: WsHarness) -> None:
    here = await limited.connects()
    number = 0
    for _ in range(5):
        for _ in range(3):
            number += 1
            here.submits(number)
        here.submits(number + 1)
        here.submits(number + 1)
        await limited.saves()
        await passes(30)

    assert here.is_open()

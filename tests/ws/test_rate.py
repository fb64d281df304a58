"""A client that asks too fast is held back, so that order is kept, and in the end hung up on."""

from collections.abc import AsyncIterator

import pytest

from app.domain.limits import Limits
from app.ws.close_codes import CloseCode
from tests.examples import ADA, THERE
from tests.ws.clock import passes, soon
from tests.ws.fakes import TABS, Corner, kinds


@pytest.fixture
async def hurried() -> AsyncIterator[Corner]:
    """Return a corner in which an account may do three ops at once, and then one every 100 ms."""
    corner = Corner(Limits(burst=3, per_s=10))
    yield corner
    corner.closes()


async def test_the_first_op_too_many_is_told_when_to_come_and_what_follows_is_dropped(
    hurried: Corner,
) -> None:
    here = await hurried.lets_in()
    for n in range(1, 7):
        here.asks(n)

    await hurried.saves()

    assert here.hears()[0] == {"t": "no", "n": 4, "code": "rate", "retry_ms": 100}
    assert hurried.around.disk.carts[ADA].rev == 3


async def test_repeats_are_answered_while_an_op_is_held_back(hurried: Corner) -> None:
    here = await hurried.lets_in()
    for n in range(1, 6):
        here.asks(n)
    await hurried.saves()
    here.hears()

    here.asks(2)
    here.asks(5)
    await soon()

    assert here.hears() == [{"t": "ok", "n": 2, "rev": 2}]


async def test_after_the_wait_it_goes_on_where_it_stopped(hurried: Corner) -> None:
    here = await hurried.lets_in()
    for n in range(1, 6):
        here.asks(n)
    await hurried.saves()
    here.hears()

    await passes(0.2)
    for n in (5, 4, 5):
        here.asks(n)
    await hurried.saves()

    assert [frame["n"] for frame in here.hears() if frame["t"] == "ok"] == [4, 5]
    assert here.is_in()


async def test_what_is_settled_another_way_holds_nothing_back(hurried: Corner) -> None:
    here = await hurried.lets_in()
    for n in range(1, 5):
        here.asks(n)
    await hurried.saves()
    await passes(0.2)
    other = await hurried.lets_in(tab=TABS[THERE])
    other.asks(4)
    here.hears()

    here.asks(5)
    await hurried.saves()

    assert [frame["n"] for frame in here.hears() if frame["t"] == "ok"] == [5]


async def test_coming_again_too_early_three_times_in_a_minute_ends_the_connection(
    hurried: Corner,
) -> None:
    here = await hurried.lets_in()
    for n in range(1, 5):
        here.asks(n)

    for _ in range(2):
        here.asks(4)
    await soon()
    assert here.is_in()
    here.asks(4)
    await hurried.saves()

    assert here.socket.closed == (CloseCode.RATE_IGNORED, "wait for retry_ms")


async def test_who_is_hung_up_on_for_impatience_still_gets_its_answers(hurried: Corner) -> None:
    here = await hurried.lets_in()

    for n in (1, 2, 3, 4, 4, 4, 4):
        here.asks(n)

    await soon()
    assert here.is_in()
    await hurried.saves()

    assert kinds(here.hears()) == ["no"] * 3 + ["ok", "patch"] * 3
    assert not here.is_in()


async def test_too_early_now_and_then_is_no_fault(hurried: Corner) -> None:
    here = await hurried.lets_in()
    number = 0
    for _ in range(5):
        for _ in range(3):
            number += 1
            here.asks(number)
        here.asks(number + 1)
        here.asks(number + 1)
        await hurried.saves()
        await passes(30)

    assert here.is_in()

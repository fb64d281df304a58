"""What is counted of what happens, and how it reads a little later."""

import pytest

from app.domain.ops import AddLine
from app.domain.verdicts import Code, Later, No, Ok, Passing
from app.live.figures import SECONDS, Durations, Figures
from tests.examples import APPLES, ticket
from tests.live.around import Around
from tests.live.fakes import FakeTab


def test_a_share_of_durations_lies_within_so_many_milliseconds() -> None:
    durations = Durations()
    for each in range(100, 0, -1):
        durations.record(each / 1000)

    assert durations.ms(0.5) == pytest.approx(50)
    assert durations.ms(0.99) == pytest.approx(99)
    assert len(durations) == 100


def test_what_comes_later_counts_too() -> None:
    durations = Durations()
    assert durations.ms(0.5) is None
    durations.record(0.001)
    assert durations.ms(0.99) == pytest.approx(1)

    durations.record(0.003)

    assert durations.ms(0.99) == pytest.approx(3)


def test_answers_are_counted_by_their_code() -> None:
    second = Figures().at(7.2)

    second.answer(Ok(1, 1), 0.002)
    second.answer(Ok(2, 2), 0.004)
    second.answer(No(3, Code.SOLD_OUT, "Sold out.", 2), 0.006)
    second.put_off(Later(4, Passing.RATE, 100))

    assert second.verdicts == {"ok": 2, "sold_out": 1, "rate": 1}
    assert len(second.answers) == 3


def test_whole_seconds_are_shown_oldest_first_also_those_in_which_nothing_happened() -> None:
    figures = Figures()
    for now_s in (100.0, 100.9, 102.0, 103.0):
        figures.at(now_s).answer(Ok(1, 1), 0.001)

    last = figures.last(103.5)

    assert len(last) == SECONDS
    assert [second.verdicts.total() for second in last[-4:]] == [0, 2, 0, 1]


def test_what_is_older_than_a_minute_is_forgotten() -> None:
    figures = Figures()
    for now_s in range(3 * SECONDS):
        figures.at(now_s).answer(Ok(1, 1), 0.001)

    assert all(second.verdicts.total() for second in figures.last(3 * SECONDS))
    assert not any(second.verdicts for second in figures.last(2 * SECONDS - 1))


def test_an_op_counts_when_it_is_told_with_the_time_since_it_was_asked() -> None:
    around, tab = Around(), FakeTab()
    around.let_in(tab)
    around.cart.submit(ticket(around.cart.latest), AddLine(APPLES, 1), tab)
    around.clock.passes(0.25)

    around.saves()

    second = around.shop.figures.at(around.clock.steady_s())
    assert second.verdicts == {"ok": 1}
    assert second.answers.ms(0.5) == pytest.approx(250)

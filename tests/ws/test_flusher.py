"""One callback a turn of the loop writes what all tabs are sent in it."""

from collections.abc import Callable

import pytest

from app.ws.flusher import Flusher
from tests.examples import THERE
from tests.ws.clock import passes, soon
from tests.ws.fakes import WsHarness, kinds


class Flushed:
    """Remembers at which times it was flushed, and then does *what*."""

    def __init__(self, what: Callable[[], object] = bool) -> None:
        self.at_s: list[float] = []
        self._what = what

    def flush(self, now_s: float) -> None:
        self.at_s.append(now_s)
        self._what()


async def test_all_are_flushed_once_at_the_end_of_the_turn_with_its_time() -> None:
    flusher, one, other = Flusher(), Flushed(), Flushed()
    await passes(7)

    flusher.add(one)
    flusher.add(other)
    assert one.at_s == []
    await soon()

    assert one.at_s == other.at_s == [7]


async def test_what_is_added_by_a_flush_is_flushed_too() -> None:
    flusher, last = Flusher(), Flushed()
    flusher.add(Flushed(lambda: flusher.add(last)))

    await soon()

    assert len(last.at_s) == 1


async def test_a_failing_flush_is_logged_and_delays_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    flusher, failing, other = Flusher(), Flushed(lambda: 1 / 0), Flushed()
    flusher.add(failing)
    flusher.add(other)

    await soon()

    assert len(other.at_s) == 1
    assert "ZeroDivisionError" in caplog.text


async def test_a_commit_is_written_to_each_tab_in_one_piece(harness: WsHarness) -> None:
    here, there = await harness.connects(), await harness.connects(THERE)
    here.takes_frames()
    here.submits(1)
    there.submits(1)

    await harness.saves()

    pieces = here.socket.pieces + there.socket.pieces
    assert len(pieces) == 2
    assert all({"ok", "patch"} == {*kinds(piece)} for piece in pieces)

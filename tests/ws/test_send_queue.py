"""The bounded queue of messages to send."""

import pytest

from app.domain.catalog import Money, Sku
from app.domain.verdicts import Code, No, Ok
from app.protocol.messages import Item, Prices
from app.ws.send_queue import MOST_BYTES, MOST_FRAMES
from tests.ws.clock import soon
from tests.ws.fakes import Browser, Said, WsHarness, kinds

STATE = Prices((Item(Sku("milk-2l"), Money(145), None),))
LARGE_STATE = Prices((Item(Sku("x" * MOST_BYTES), Money(145), None),))
LARGE_VERDICT = No(9, Code.UNKNOWN_SKU, ("x" * MOST_BYTES,), 1)


class Queue:
    """The messages to a tab that is let in and has read everything."""

    def __init__(self, browser: Browser):
        self.socket = browser.socket
        self.tell = browser.connection.tell
        self._browser = browser

    @property
    def unread(self) -> int:
        """How many frames wait."""
        return self._browser.connection.unread

    async def written(self) -> list[list[Said]]:
        """Return each write since the last call, once the client has read."""
        self._browser.reads_on()
        await soon()
        pieces, self.socket.pieces = self.socket.pieces, []
        return pieces


@pytest.fixture
async def queue(harness: WsHarness) -> Queue:
    """Return an empty queue to a client that reads."""
    return Queue(await harness.connects())


def verdicts(piece: list[Said]) -> list[int]:
    """Return the numbers of the verdicts of one write."""
    return [frame["n"] for frame in piece if frame["t"] == "ok"]


async def test_frames_are_written_once_and_in_order(queue: Queue) -> None:
    queue.tell(Ok(1, 1))
    queue.tell(STATE)
    assert queue.unread == 2

    ((verdict, prices),) = await queue.written()
    assert (verdict["t"], prices["t"]) == ("ok", "prices")
    assert queue.unread == 0
    assert await queue.written() == []


async def test_the_queue_overflows_beyond_its_limit_of_frames(queue: Queue) -> None:
    too_much = []
    for _ in range(MOST_FRAMES + 1):
        queue.tell(STATE)
        too_much.append(bool(queue.socket.pieces))

    assert too_much == [False] * MOST_FRAMES + [True]


async def test_the_queue_overflows_beyond_its_limit_of_bytes(queue: Queue) -> None:
    queue.tell(STATE)
    assert queue.socket.pieces == []
    queue.tell(LARGE_VERDICT)

    assert [len(piece) for piece in queue.socket.pieces] == [2]


async def test_dropping_state_keeps_verdicts_and_requires_a_snapshot(queue: Queue) -> None:
    queue.socket.is_full = True
    for number in range(MOST_FRAMES // 2):
        queue.tell(Ok(number, 1))
        queue.tell(STATE)

    queue.tell(LARGE_STATE)
    queue.tell(STATE)
    queue.tell(Ok(99, 1))

    (piece,) = await queue.written()
    assert verdicts(piece) == [*range(MOST_FRAMES // 2), 99]
    assert kinds(piece[-2:]) == ["snapshot", "prices"]
    assert len(piece) == MOST_FRAMES // 2 + 1 + 2


async def test_dropped_frames_free_capacity(queue: Queue) -> None:
    queue.socket.is_full = True
    queue.tell(LARGE_STATE)
    assert queue.unread == 0
    await queue.written()
    queue.socket.is_full = True

    queue.tell(STATE)

    assert queue.unread == 1


async def test_written_frames_free_capacity(queue: Queue) -> None:
    queue.tell(LARGE_STATE)
    await queue.written()

    queue.tell(STATE)

    assert queue.unread == 1
    assert queue.socket.pieces == []


async def test_no_snapshot_is_required_before_state_was_dropped(queue: Queue) -> None:
    queue.socket.is_full = True
    queue.tell(STATE)

    ((prices,),) = await queue.written()

    assert prices["t"] == "prices"


async def test_patches_follow_after_the_snapshot(queue: Queue) -> None:
    queue.socket.is_full = True
    queue.tell(LARGE_STATE)
    await queue.written()

    queue.tell(STATE)

    ((prices,),) = await queue.written()
    assert prices["t"] == "prices"

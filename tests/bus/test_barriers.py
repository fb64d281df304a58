"""A barrier is waited for until all nodes that got it have passed it, and never for long."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from app.bus.barriers import Barriers
from app.bus.events import Barrier
from tests.examples import ADA

FOREVER_S = 60.0


@dataclass
class FakePublisher:
    """Keeps what is published, and who is to be told how many nodes have got it."""

    published: list[Barrier] = field(default_factory=list)
    told: list[Callable[[int], None]] = field(default_factory=list)

    def publish_barrier(self, barrier: Barrier, on_published: Callable[[int], None]) -> None:
        """Keep them."""
        self.published.append(barrier)
        self.told.append(on_published)


class Waiting:
    """One that waits for all nodes."""

    def __init__(self, wait_s: float = FOREVER_S) -> None:
        self.publisher = FakePublisher()
        self.barriers = Barriers(self.publisher, wait_s)
        self.task = asyncio.create_task(self.barriers.until_applied(ADA))

    async def is_over(self) -> bool:
        """Say whether the wait is over, some turns of the loop later."""
        for _ in range(5):
            await asyncio.sleep(0)
        return self.task.done()

    def stops(self) -> None:
        """Wait no longer."""
        self.task.cancel()


async def test_it_is_over_once_every_node_that_got_the_barrier_has_passed_it() -> None:
    waiting = Waiting()
    assert not await waiting.is_over()
    assert waiting.publisher.published == [Barrier(1, ADA)]

    waiting.publisher.told[0](2)
    waiting.barriers.on_passed("one", 1)
    waiting.barriers.on_passed("one", 1)
    assert not await waiting.is_over()

    waiting.barriers.on_passed("other", 1)
    assert await waiting.task


async def test_answers_may_come_before_it_is_known_how_many_there_will_be() -> None:
    waiting = Waiting()
    await waiting.is_over()

    waiting.barriers.on_passed("one", 1)
    waiting.barriers.on_passed("other", 1)
    assert not await waiting.is_over()

    waiting.publisher.told[0](2)
    assert await waiting.task


async def test_it_is_over_at_once_if_no_node_listens() -> None:
    waiting = Waiting()
    await waiting.is_over()

    waiting.publisher.told[0](0)

    assert await waiting.task


async def test_answers_to_another_barrier_do_not_count() -> None:
    waiting = Waiting()
    await waiting.is_over()
    waiting.publisher.told[0](1)

    waiting.barriers.on_passed("one", 2)
    waiting.barriers.on_passed("one", 0)

    assert not await waiting.is_over()
    waiting.stops()


async def test_a_node_that_does_not_answer_is_not_waited_for_long(
    caplog: pytest.LogCaptureFixture,
) -> None:
    waiting = Waiting(wait_s=0.0)
    await waiting.is_over()

    assert not await waiting.task

    (record,) = caplog.records
    assert record.getMessage() == "a node does not say that it has applied an end"
    waiting.barriers.on_passed("one", 1)


async def test_each_barrier_has_a_number_of_its_own() -> None:
    publisher = FakePublisher()
    barriers = Barriers(publisher, 0.0)

    await asyncio.gather(barriers.until_applied(), barriers.until_applied())

    assert publisher.published == [Barrier(1), Barrier(2)]

"""A barrier is answered once what came before it is applied here and at the edges, not earlier."""

import asyncio
from dataclasses import dataclass, field

import pytest

from app.bus.events import Barrier
from app.bus.relay_frames import Passed
from app.domain.accounts import AccountId
from app.domain.errors import DatabaseUnavailable
from app.runtime.passed_barriers import PassedBarriers
from tests.examples import ADA


@dataclass
class FakeCarts:
    """Catch up when the test lets them, if the database is there."""

    caught_up: list[AccountId] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None

    async def catch_up(self, account: AccountId) -> None:
        """Wait, and remember."""
        await self.may_go_on.wait()
        if self.fault:
            raise self.fault
        self.caught_up.append(account)


@dataclass
class FakeEdges:
    """Have handled everything when the test says so, or do not answer."""

    have_handled: asyncio.Future[bool]

    async def until_handled(self) -> bool:
        """Wait."""
        return await self.have_handled


class Answering:
    """One that answers barriers, and all that it sent."""

    def __init__(self) -> None:
        self.carts = FakeCarts()
        self.edges = FakeEdges(asyncio.get_running_loop().create_future())
        self.sent: list[tuple[str, Passed]] = []
        self.barriers = PassedBarriers(self.carts, self.edges, self)

    def send(self, node: str, *frames: Passed) -> None:
        """Remember."""
        self.sent += [(node, frame) for frame in frames]


async def turns() -> None:
    """Let everything happen that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_barrier_is_answered_after_the_cart_and_the_edges() -> None:
    answering = Answering()
    answering.barriers.on_barrier("one", Barrier(7, ADA))
    await turns()
    assert (answering.carts.caught_up, answering.sent) == ([], [])

    answering.carts.may_go_on.set()
    await turns()
    assert (answering.carts.caught_up, answering.sent) == ([ADA], [])

    answering.edges.have_handled.set_result(True)
    await turns()
    assert answering.sent == [("one", Passed(7))]


async def test_a_barrier_without_a_cart_waits_for_the_edges_only() -> None:
    answering = Answering()
    answering.edges.have_handled.set_result(True)

    answering.barriers.on_barrier("one", Barrier(7))
    await turns()

    assert (answering.carts.caught_up, answering.sent) == ([], [("one", Passed(7))])


async def test_it_is_not_answered_while_an_edge_is_silent() -> None:
    answering = Answering()
    answering.edges.have_handled.set_result(False)

    answering.barriers.on_barrier("one", Barrier(7))
    await turns()

    assert answering.sent == []


@pytest.mark.parametrize(
    ("fault", "errors"), [(DatabaseUnavailable(), 0), (ZeroDivisionError(), 1)]
)
async def test_it_is_not_answered_if_the_cart_cannot_be_read(
    fault: Exception, errors: int, caplog: pytest.LogCaptureFixture
) -> None:
    answering = Answering()
    answering.carts.fault = fault
    answering.carts.may_go_on.set()
    answering.edges.have_handled.set_result(True)

    answering.barriers.on_barrier("one", Barrier(7, ADA))
    await turns()

    assert answering.sent == []
    assert len(caplog.records) == errors

"""An owner knows when its edges have handled all that it sent: nothing is told after that."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.bus.relay_frames import Batch, Passed
from app.ws.owner_relays import PROBE_S
from tests.ws.clock import passes, soon
from tests.ws.relayed import TwoNodes

SIGNED_OUT = 4410
TOLD = [b"before the end"]


@pytest.fixture
async def nodes() -> AsyncIterator[TwoNodes]:
    """Return two nodes with a good bus."""
    nodes = TwoNodes()
    yield nodes
    nodes.stops()


async def test_without_relayed_websockets_there_is_nobody_to_wait_for(nodes: TwoNodes) -> None:
    assert await nodes.owner.owners.until_handled()


async def test_an_edge_has_closed_the_websocket_when_it_has_handled_what_was_sent(
    nodes: TwoNodes,
) -> None:
    await nodes.opens()
    nodes.served.socket.write(TOLD)
    nodes.served.socket.close(SIGNED_OUT, "")
    assert nodes.socket.received == []

    assert await nodes.owner.owners.until_handled()

    assert (nodes.socket.received, nodes.socket.closed) == (TOLD, SIGNED_OUT)
    assert nodes.owner.owners.nodes == set()


async def test_a_client_that_does_not_answer_the_close_holds_nobody_up(nodes: TwoNodes) -> None:
    await nodes.opens()
    nodes.socket.listener = None
    nodes.served.socket.close(SIGNED_OUT, "")

    assert await nodes.owner.owners.until_handled()

    assert nodes.socket.closed == SIGNED_OUT
    assert nodes.owner.owners.nodes == {"edge"}


async def test_an_edge_that_is_silent_is_not_waited_for_long(nodes: TwoNodes) -> None:
    await nodes.opens()
    nodes.stops()
    del nodes.bus.nodes["edge"]
    waiting = asyncio.create_task(nodes.owner.owners.until_handled())
    await soon()
    assert not waiting.done()

    await passes(PROBE_S)

    assert not await waiting


async def test_an_edge_that_is_lost_shows_nothing_more(nodes: TwoNodes) -> None:
    await nodes.opens()
    del nodes.bus.nodes["edge"]
    waiting = asyncio.create_task(nodes.owner.owners.until_handled())
    await soon()

    nodes.owner.links.on_unreachable("edge")

    assert await waiting


async def test_that_a_node_has_passed_a_barrier_is_passed_on(nodes: TwoNodes) -> None:
    nodes.owner.links.on_batch(Batch("edge", 1, [Passed(7)]))

    assert nodes.owner.passed == [("edge", 7)]

"""A websocket that is relayed to the owner of its cart is as good as one that is there."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.limits import MOST_TEXTS
from app.ws.close_codes import CloseCode
from app.ws.edge_relays import ENTER_S
from app.ws.queued_socket import FULL_BYTES
from app.ws.relay_links import BEAT_EVERY_S, SILENT_S
from tests.examples import ADA
from tests.ws.clock import JumpingLoop, passes, soon
from tests.ws.relayed import FATES, VISITOR, TwoNodes

TEXTS = [b"%d" % n for n in range(300)]


@pytest.fixture
async def nodes() -> AsyncIterator[TwoNodes]:
    """Return two nodes with a good bus."""
    nodes = TwoNodes()
    yield nodes
    nodes.stops()


async def test_texts_go_both_ways_in_order(nodes: TwoNodes) -> None:
    assert await nodes.opens()
    nodes.socket.sends(*TEXTS[:3])
    await soon()
    nodes.served.socket.write(TEXTS[:2])
    nodes.served.socket.write(TEXTS[2:3])
    await soon()

    assert nodes.served.texts == nodes.socket.received == TEXTS[:3]
    assert (len(nodes.edge.edges), len(nodes.owner.owners)) == (1, 1)


async def test_the_owner_knows_the_language_that_the_handshake_prefers(nodes: TwoNodes) -> None:
    await nodes.opens()

    assert nodes.owner.visitors == [VISITOR]


async def test_a_client_that_floods_is_paused_until_its_texts_are_handled(nodes: TwoNodes) -> None:
    await nodes.opens()
    nodes.served.socket.pause()

    nodes.socket.sends(*TEXTS)
    await soon()

    assert (nodes.served.texts, len(nodes.socket.unsent)) == ([], len(TEXTS) - MOST_TEXTS)
    nodes.served.socket.resume()
    await passes(1)
    assert nodes.served.texts == TEXTS


async def test_a_client_that_does_not_read_fills_the_socket_at_the_owner(nodes: TwoNodes) -> None:
    await nodes.opens()
    nodes.socket.reads = False
    for _ in range(4):
        nodes.served.socket.write([b"x" * (FULL_BYTES // 4)])
        await soon()
    assert nodes.served.socket.is_full

    nodes.socket.reads_on()
    await soon()

    assert (nodes.served.socket.is_full, nodes.served.writable) == (False, 1)


async def test_a_client_that_reads_never_fills_it(nodes: TwoNodes) -> None:
    await nodes.opens()
    for _ in range(100):
        nodes.served.socket.write([b"x" * (FULL_BYTES // 8)])
        assert not nodes.served.socket.is_full
        await soon()


async def test_a_close_and_a_faulty_frame_reach_the_other_end(nodes: TwoNodes) -> None:
    relay = await nodes.opens()
    assert relay
    with pytest.raises(UnicodeDecodeError):
        relay.on_text(b"\xff")
    relay.on_protocol_error(1007, "not UTF-8")
    await soon()
    assert nodes.socket.closed == 1007

    await soon()

    assert nodes.served.closed == [1007]
    assert (len(nodes.edge.edges), len(nodes.owner.owners)) == (0, 0)


async def test_a_killed_owner_is_noticed_and_the_next_socket_is_served_by_the_edge(
    nodes: TwoNodes,
) -> None:
    await nodes.opens()
    nodes.owner.stops()
    del nodes.bus.nodes["owner"], nodes.shared.living["owner"]

    await passes(SILENT_S + 2 * BEAT_EVERY_S)

    assert nodes.socket.closed == CloseCode.RESTARTING
    assert await nodes.opens_again() is None


async def test_an_owner_that_does_not_answer_is_passed_over(nodes: TwoNodes) -> None:
    await nodes.owner.leases.acquire(ADA)
    del nodes.bus.nodes["owner"]
    began_s = asyncio.get_running_loop().time()

    assert await nodes.opens() is None

    assert asyncio.get_running_loop().time() - began_s < ENTER_S + 2
    assert nodes.edge.leases.held == {ADA}


async def test_a_draining_owner_hands_the_cart_over_before_it_is_served_elsewhere(
    nodes: TwoNodes,
) -> None:
    await nodes.owner.leases.acquire(ADA)
    nodes.owner.leases.begin_leaving()
    await soon()
    opening = asyncio.create_task(nodes.opens_again())
    await passes(0.5)
    assert not opening.done()

    nodes.owner.leases.leave(ADA)

    assert await opening is None
    assert (nodes.owner.leases.held, nodes.edge.leases.held) == (set(), {ADA})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(FATES), max_size=60).map(lambda fates: ["arrives"] * 2 + fates),
    st.lists(st.tuples(st.sampled_from(["up", "down", "wait"]), st.integers(1, 40)), max_size=25),
)
def test_over_a_bus_that_loses_and_reorders_nothing_is_missing_in_between(
    fates: list[str], steps: list[tuple[str, int]]
) -> None:
    async def play() -> None:
        nodes = TwoNodes(fates)
        sent: dict[str, list[bytes]] = {"up": [], "down": []}
        assert await nodes.opens()
        for what, count in steps:
            texts = [b"%s %d" % (what.encode(), len(sent.get(what, ())) + n) for n in range(count)]
            if what == "wait":
                await passes(0.05 * count)
                continue
            sent[what] += texts
            nodes.socket.sends(*texts) if what == "up" else nodes.served.socket.write(texts)
        nodes.bus.heal()
        await passes(SILENT_S + 2)

        arrived = nodes.served.texts, nodes.socket.received
        assert arrived == (sent["up"][: len(arrived[0])], sent["down"][: len(arrived[1])])
        is_open = nodes.socket.closed is None
        assert is_open is (nodes.served.closed == [])
        if is_open:
            assert arrived == (sent["up"], sent["down"])
        assert is_open or nodes.socket.closed == CloseCode.RESTARTING
        nodes.stops()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(play())

"""Histories of two nodes that lose each other, Redis or the database: no guarantee is broken."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from itertools import repeat
from pathlib import Path

import pytest

from tests.notes import Note
from tests.proof.history import format_anomalies
from tests.proof.play import Stage, play
from tests.proof.proxy import Proxy
from tests.proof.two_nodes import Node, two_nodes

LONG_S = 60.0
PAUSED_S, CUT_S, DOWN_S, BETWEEN_S = 20.0, 6.0, 1.0, 4.0
SHORT_PAUSE_S = 4.0
"""Longer than the lease of a node lasts."""
QUIET_S = 20.0
"""How long the last requests may take: one may wait for the database, and be sent again."""

Fault = Callable[[Node], Awaitable[None]]


async def kill(node: Node) -> None:
    """Kill the server, and start it again."""
    await asyncio.to_thread(node.server.kill)
    await asyncio.sleep(DOWN_S)
    await asyncio.to_thread(node.server.start)


async def pause(node: Node, seconds: float = PAUSED_S) -> None:
    """Stop the process for a while."""
    node.server.send_signal(signal.SIGSTOP)
    await asyncio.sleep(seconds)
    node.server.send_signal(signal.SIGCONT)


async def cut_from_redis(node: Node) -> None:
    """Let nothing pass between the server and Redis, and then break the connections."""
    await _cut(node.redis)


async def cut_from_database(node: Node) -> None:
    """Let nothing pass between the server and the database, and then break the connections."""
    await _cut(node.database)


async def restart(node: Node) -> None:
    """End the server as a deploy does, and start it again."""
    await asyncio.to_thread(node.server.end)
    await asyncio.to_thread(node.server.start)


FAULTS: dict[str, Fault] = {
    "kill": kill,
    "stop": pause,
    "redis-cut": cut_from_redis,
    "database-cut": cut_from_database,
    "restart": restart,
}


async def check(home: Path, seed: int, faults: Iterable[str], seconds: float, note: Note) -> None:
    """Run a history in which one node or the other has *faults*, until *seconds* are over."""
    async with two_nodes(home, seed) as both:

        async def inject(stage: Stage) -> None:
            ends_s = asyncio.get_running_loop().time() + seconds
            for fault in faults:
                await asyncio.sleep(stage.chance.uniform(1, BETWEEN_S))
                stage.log.record_fault(fault)
                await FAULTS[fault](stage.chance.choice(both.nodes))
                if asyncio.get_running_loop().time() > ends_s:
                    break

        anomalies = await play(both.stage, inject, QUIET_S)
        injected = both.stage.log.injected_faults()
        note("events", len(both.stage.log.events))
        note("faults", len(injected))
        note("anomalies", len(anomalies))
        assert anomalies == [], f"after {injected}\n{format_anomalies(anomalies)}"
    assert [node.server.error_events() for node in both.nodes] == [[], []]


@pytest.mark.timeout(600)
async def test_a_history_with_each_fault_of_a_node_has_no_anomaly(
    tmp_path: Path, record_property: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FAULTS, "stop", partial(pause, seconds=SHORT_PAUSE_S))

    await check(tmp_path, 1, [*FAULTS], LONG_S, record_property)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 110))
@pytest.mark.parametrize("fault", [*FAULTS])
async def test_a_history_of_two_nodes_has_no_anomaly(
    fault: str, seed: int, tmp_path: Path, record_property: Note
) -> None:
    await check(tmp_path, seed, repeat(fault), LONG_S, record_property)


async def _cut(line: Proxy) -> None:
    line.hold_back(up=True, down=True)
    await asyncio.sleep(CUT_S)
    line.cut()
    line.heal()

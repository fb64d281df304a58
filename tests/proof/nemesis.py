"""Has faults strike a shop and the lines to it, one at a time, each healed before the next."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from app.protocol.faults import FAULTS
from app.store.database import run_query
from app.store.engines import connect
from tests.e2e.lock import locked
from tests.proof.play import Nemesis, Stage

LASTS_S: Final = 0.6
LOCKED_S: Final = 2.5
"""Longer than the shop waits for a lock."""
STEP: Final = "crash-"
MOST_PASSES: Final = 30
FEW_PASSES: Final = 3
COMES_BY_S: Final = 60
"""So long may it take until a busy machine has come to a step so often."""

Strike = Callable[[Stage], Awaitable[None]]


def striking(faults: Sequence[str], seconds: float) -> Nemesis:
    """Return what strikes with each of *faults* once, and for so long with any of them."""

    async def strike(stage: Stage) -> None:
        ends_s = asyncio.get_running_loop().time() + seconds
        left = stage.chance.sample(list(faults), len(faults))
        while left or asyncio.get_running_loop().time() < ends_s:
            await _let_go_by(stage, 0.1, 0.4)
            if faults:
                await strike_once(stage, left.pop() if left else stage.chance.choice(faults))

    return strike


def killing(cycles: int) -> Nemesis:
    """Return what kills the shop so often: once at each of its steps, and else at any moment."""

    async def kill(stage: Stage) -> None:
        deaths = [*CRASHES, *["kill"] * (cycles - len(CRASHES))]
        for death in stage.chance.sample(deaths, cycles):
            await strike_once(stage, death)

    return kill


async def strike_once(stage: Stage, fault: str) -> None:
    """Have one fault strike, and heal it."""
    stage.log.struck(FAULTS[fault].id)
    if fault in CRASHES:
        await _crash(stage, fault.removeprefix(STEP))
        return
    await STRIKES[fault](stage)
    stage.proxy.heal()


async def _let_go_by(stage: Stage, least_s: float, most_s: float) -> None:
    await asyncio.sleep(stage.chance.uniform(least_s, most_s))


def _on_lines(act: Callable[[Stage], Any], lasts_s: float = LASTS_S) -> Strike:
    async def strike(stage: Stage) -> None:
        act(stage)
        await asyncio.sleep(lasts_s)

    return strike


async def _hurry(stage: Stage) -> None:
    """Have everybody hang up on the shop before it answers."""
    for customer in stage.customers:
        customer.is_in_haste = True
    await asyncio.sleep(LASTS_S)
    for customer in stage.customers:
        customer.is_in_haste = False


async def _kill(stage: Stage) -> None:
    await _let_go_by(stage, 0.05, 0.4)
    await asyncio.to_thread(stage.shop.kill)
    await asyncio.to_thread(stage.shop.start)


async def _crash(stage: Stage, step: str) -> None:
    """Start a process that dies at a step, wait until it has, and start another."""
    passes = FEW_PASSES if "order" in step else MOST_PASSES
    stage.shop.crash_at(step, stage.chance.randint(1, passes))
    await asyncio.to_thread(stage.shop.kill)
    await asyncio.to_thread(stage.shop.begin)
    code = await asyncio.to_thread(stage.shop.exit_code, COMES_BY_S)
    assert code == -signal.SIGKILL, f"it was to die at {step}, and ended with {code}"
    stage.shop.crash_nowhere()
    await asyncio.to_thread(stage.shop.start)


async def _stop(stage: Stage) -> None:
    stage.shop.send_signal(signal.SIGSTOP)
    await asyncio.sleep(LASTS_S)
    stage.shop.send_signal(signal.SIGCONT)


async def _restart(stage: Stage) -> None:
    await asyncio.to_thread(stage.shop.end)
    await asyncio.to_thread(stage.shop.start)


async def lock(stage: Stage, seconds: float = LOCKED_S) -> None:
    """Hold the lock for writing."""
    with locked(stage.shop):
        await asyncio.sleep(seconds)


async def _restore(stage: Stage) -> None:
    """Do as an operator who brings a backup back: the same carts, in a new epoch."""
    await asyncio.to_thread(stage.shop.end)
    epoch = f"{stage.chance.getrandbits(32):08x}"

    def begin_epoch(connection: Connection) -> None:
        connection.execute(text("UPDATE carts SET epoch = :epoch"), {"epoch": epoch})

    engine = connect(stage.shop.database)
    run_query(engine, begin_epoch)
    engine.dispose()
    await asyncio.to_thread(stage.shop.start)


STRIKES: Final[dict[str, Strike]] = {
    "line-cut": _on_lines(lambda stage: stage.proxy.cut(), 0),
    "line-torn": _on_lines(lambda stage: stage.proxy.cut_after(stage.chance.randint(1, 3000)), 0.3),
    "line-frozen": _on_lines(lambda stage: stage.proxy.swallow(up=True, down=True), 2),
    "line-mute": _on_lines(lambda stage: stage.proxy.swallow(up=True, down=False), 2),
    "line-deaf": _on_lines(lambda stage: stage.proxy.swallow(up=False, down=True), 2),
    "line-slow": _on_lines(lambda stage: stage.proxy.delay(0.05)),
    "line-half": _on_lines(lambda stage: stage.proxy.half_close(), 0.2),
    "reader-slow": _on_lines(lambda stage: stage.proxy.slow_down()),
    "op-twice": _on_lines(lambda stage: stage.proxy.double()),
    "request-dropped": _hurry,
    "kill": _kill,
    "stop": _stop,
    "restart": _restart,
    "disk-locked": lock,
    "restored": _restore,
}
CRASHES: Final = [
    fault for fault in FAULTS if fault.startswith(STEP) and fault != "crash-in-migration"
]
"""Those of a shop that is open."""

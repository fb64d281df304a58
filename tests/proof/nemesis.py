"""Injects faults into a shop and its connections, one at a time, each healed before the next."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from app.protocol.faults import FAULTS
from app.store.engines import connect
from app.store.queries import run_query
from tests.e2e.lock import locked
from tests.proof.play import Nemesis, Stage

DURATION_S: Final = 0.6
LOCKED_S: Final = 2.5
"""Longer than the shop waits for a lock."""
STEP: Final = "crash-"
MAX_PASSES: Final = 30
MAX_ORDER_PASSES: Final = 3
CRASH_TIMEOUT_S: Final = 60
"""How long a busy machine may take to reach a step that often."""

Injector = Callable[[Stage], Awaitable[None]]


def inject_faults(faults: Sequence[str], seconds: float) -> Nemesis:
    """Return a nemesis that injects each of *faults* once, then any until *seconds* are over."""

    async def inject(stage: Stage) -> None:
        ends_s = asyncio.get_running_loop().time() + seconds
        left = stage.chance.sample(list(faults), len(faults))
        while left or asyncio.get_running_loop().time() < ends_s:
            await _sleep_between(stage, 0.1, 0.4)
            if faults:
                await inject_fault(stage, left.pop() if left else stage.chance.choice(faults))

    return inject


def inject_kills(cycles: int) -> Nemesis:
    """Return a nemesis that kills the shop *cycles* times: once at each step, else anywhere."""

    async def kill(stage: Stage) -> None:
        kills = [*CRASHES, *["kill"] * (cycles - len(CRASHES))]
        for kill_at in stage.chance.sample(kills, cycles):
            await inject_fault(stage, kill_at)

    return kill


async def inject_fault(stage: Stage, fault: str) -> None:
    """Inject one fault, and heal it."""
    stage.log.record_fault(FAULTS[fault].id)
    if fault in CRASHES:
        await _crash(stage, fault.removeprefix(STEP))
        return
    await INJECTORS[fault](stage)
    stage.proxy.heal()


async def _sleep_between(stage: Stage, min_s: float, max_s: float) -> None:
    await asyncio.sleep(stage.chance.uniform(min_s, max_s))


def _for_a_while(act: Callable[[Stage], Any], duration_s: float = DURATION_S) -> Injector:
    async def inject(stage: Stage) -> None:
        act(stage)
        await asyncio.sleep(duration_s)

    return inject


async def _drop_requests(stage: Stage) -> None:
    """Let all customers drop their requests before the response."""
    for customer in stage.customers:
        customer.drops_requests = True
    await asyncio.sleep(DURATION_S)
    for customer in stage.customers:
        customer.drops_requests = False


async def _kill(stage: Stage) -> None:
    await _sleep_between(stage, 0.05, 0.4)
    await asyncio.to_thread(stage.shop.kill)
    await asyncio.to_thread(stage.shop.start)


async def _crash(stage: Stage, step: str) -> None:
    """Start a process that crashes at a step, wait until it has, and start another."""
    passes = MAX_ORDER_PASSES if "order" in step else MAX_PASSES
    stage.shop.crash_at(step, stage.chance.randint(1, passes))
    await asyncio.to_thread(stage.shop.kill)
    await asyncio.to_thread(stage.shop.begin)
    code = await asyncio.to_thread(stage.shop.exit_code, CRASH_TIMEOUT_S)
    assert code == -signal.SIGKILL, f"expected a crash at {step}, but the exit code is {code}"
    stage.shop.crash_nowhere()
    await asyncio.to_thread(stage.shop.start)


async def _stop(stage: Stage) -> None:
    stage.shop.send_signal(signal.SIGSTOP)
    await asyncio.sleep(DURATION_S)
    stage.shop.send_signal(signal.SIGCONT)


async def _restart(stage: Stage) -> None:
    await asyncio.to_thread(stage.shop.end)
    await asyncio.to_thread(stage.shop.start)


async def lock(stage: Stage, seconds: float = LOCKED_S) -> None:
    """Hold the database's write lock for *seconds*."""
    with locked(stage.shop):
        await asyncio.sleep(seconds)


async def _restore(stage: Stage) -> None:
    """Restart the shop with the same carts in a new epoch, as after `shop restored`."""
    await asyncio.to_thread(stage.shop.end)
    epoch = f"{stage.chance.getrandbits(32):08x}"

    def begin_epoch(connection: Connection) -> None:
        connection.execute(text("UPDATE carts SET epoch = :epoch"), {"epoch": epoch})

    engine = connect(stage.shop.database)
    run_query(engine, begin_epoch)
    engine.dispose()
    await asyncio.to_thread(stage.shop.start)


INJECTORS: Final[dict[str, Injector]] = {
    "line-cut": _for_a_while(lambda stage: stage.proxy.cut(), 0),
    "line-torn": _for_a_while(
        lambda stage: stage.proxy.cut_after(stage.chance.randint(1, 3000)), 0.3
    ),
    "line-frozen": _for_a_while(lambda stage: stage.proxy.hold_back(up=True, down=True), 2),
    "line-mute": _for_a_while(lambda stage: stage.proxy.hold_back(up=True, down=False), 2),
    "line-deaf": _for_a_while(lambda stage: stage.proxy.hold_back(up=False, down=True), 2),
    "line-slow": _for_a_while(lambda stage: stage.proxy.delay(0.05)),
    "line-half": _for_a_while(lambda stage: stage.proxy.half_close(), 0.2),
    "reader-slow": _for_a_while(lambda stage: stage.proxy.slow_down()),
    "op-twice": _for_a_while(lambda stage: stage.proxy.duplicate_ops()),
    "request-dropped": _drop_requests,
    "kill": _kill,
    "stop": _stop,
    "restart": _restart,
    "disk-locked": lock,
    "restored": _restore,
}
CRASHES: Final = [
    fault for fault in FAULTS if fault.startswith(STEP) and fault != "crash-in-migration"
]
"""The crashes of a running shop, without that in a migration."""

"""Shoppers who wait for units that come and go, and what may never be of their order."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from random import Random
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, select, text

from app.store.tables import holds, products, waitlist
from tests.e2e.raw_client import Frame, RawSocket, Shopper, new_shopper, op
from tests.e2e.server import Server
from tests.proof.held_stock import AWAY
from tests.proof.sampling import sampled
from tests.proof.waitlist_bugs import FREE, LOST, MORE, OVERTAKEN, TWICE
from tests.waiting import wait_until

SKU: Final = "blackberry-pie-550g"
SAMPLE_EVERY_S: Final = 0.1
AT_ONCE: Final = 8
"""So many register, or begin to wait, at once."""
CROWD: Final = 100
"""Of more shoppers than that, each comes and goes the less often: the shop is not to be flooded."""
ENOUGH_MS: Final = 60_000
"""An offer that lasts for less may end while it is taken; who has come is told of a longer one."""


class Waiting:
    """What is known of the waitlist, and what was found wrong with it.

    `numbers` are the places as they were seen last; `pace` is how much longer than usual shoppers
    stay, and stay away.
    """

    def __init__(self, nodes: Sequence[Server], chance: Random, pace: float):
        self.nodes, self.chance, self.pace = nodes, chance, pace
        self.anomalies: set[str] = set()
        self.numbers: dict[str, int] = {}
        self.told = 0
        self.waiting = 0
        self._last_gone = -1

    def sample(self, connection: Connection) -> None:
        """Compare the tables with each other, and with the sample before."""
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        stock, on_hold, waiting = connection.execute(
            select(products.c.stock, products.c.on_hold, products.c.waiting).where(
                products.c.sku == SKU
            )
        ).one()
        rows = connection.execute(select(waitlist).where(waitlist.c.sku == SKU)).all()
        held = connection.execute(select(holds).where(holds.c.sku == SKU, holds.c.qty > 0)).all()
        places = {row.account: row.number for row in rows}
        if sum(row.qty for row in held) != on_hold or not 0 <= on_hold <= stock:
            self.anomalies.add(MORE)
        if any(row.offered and (row.account in places or row.qty > 1) for row in held):
            self.anomalies.add(TWICE)
        if len(places) != waiting or (places and stock > on_hold):
            self.anomalies.add(FREE)
        self._compare(places)
        self.waiting = len(places)

    def _compare(self, places: Mapping[str, int]) -> None:
        """Find out whether those who are gone were before all who are left."""
        gone = [number for one, number in self.numbers.items() if places.get(one) != number]
        self._last_gone = max([self._last_gone, *gone])
        if any(number < self._last_gone for number in places.values()):
            self.anomalies.add(OVERTAKEN)
        self.numbers = dict(places)


class Waiter:
    """A shopper who waits, takes what is offered or not, gives it back, and waits again."""

    def __init__(self, state: Waiting, shopper: Shopper):
        self._state, self._shopper = state, shopper

    async def joins(self, server: Server) -> None:
        """Wait at the end."""
        visit = self._shopper.at(server)
        answer = await visit.send("POST", "/api/waitlist", {"sku": SKU})
        assert answer.status == 200, answer.body

    async def run(self) -> None:
        """Come and go until cancelled."""
        chance, pace = self._state.chance, self._state.pace
        while True:
            server = chance.choice(self._state.nodes)
            visit = self._shopper.at(server)
            with suppress(*AWAY, TimeoutError):
                async with asyncio.timeout(30 * pace), visit:
                    await self._visit(visit)
            await asyncio.sleep(chance.uniform(0, pace))

    async def _visit(self, visit: Shopper) -> None:
        chance = self._state.chance
        tab = await visit.tab()
        if SKU in await visit.quantities():
            await visit.ops(str(uuid4()), op(1, "line.set", sku=SKU, qty=0))
        known = (await visit.send("GET", "/api/waitlist")).json["offers"]
        ms = max([offer["ms"] for offer in known if offer["sku"] == SKU], default=0)
        for _ in range(chance.randint(1, 10)):
            if ms > ENOUGH_MS:
                await self._answer(visit, tab)
            ms = await _hears_offer(tab, chance.uniform(0, 2 * self._state.pace))
        await (tab.close() if chance.random() < 0.5 else tab.cut())

    async def _answer(self, visit: Shopper, tab: RawSocket) -> None:
        """Take the unit and give it back, or say no at once; then wait again, or not."""
        state, chance = self._state, self._state.chance
        state.told += 1
        if chance.random() < 0.7:
            outbox = str(uuid4())
            answer = await visit.ops(outbox, op(1, "line.add", sku=SKU, qty=1))
            if answer.json["verdicts"][0].get("code") == "sold_out":
                state.anomalies.add(LOST)
            await asyncio.sleep(chance.uniform(0, 1))
            await visit.ops(outbox, op(2, "line.set", sku=SKU, qty=0))
        else:
            await visit.send("POST", "/api/waitlist/leave", {"sku": SKU})
        await tab.receive_pending()
        await visit.send("POST", "/api/waitlist", {"sku": SKU})


def _set(node: Server, *words: str) -> None:
    """Change the product from another process, of the same build."""
    done = node.command("product", "set", SKU, *words)
    assert done.returncode == 0, done.stderr


async def _hears_offer(tab: RawSocket, for_s: float) -> int:
    """Listen until *tab* is told for how many ms the product is kept, or for so long: 0 then.

    A tab that asked again and again would get no answer beyond the limit of pings.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(for_s):
            while not (ms := _offered_ms(await tab.receive())):
                pass
            return ms
    return 0


def _offered_ms(frame: Frame) -> int:
    return int(frame["ms"]) if frame["t"] == "offer" and frame["sku"] == SKU else 0


async def _line_up(state: Waiting, shoppers: int) -> list[Waiter]:
    """Return so many, who wait from now on."""
    room, node = asyncio.Semaphore(AT_ONCE), state.nodes[0]

    async def line_up() -> Waiter:
        async with room:
            waiter = Waiter(state, await new_shopper(node))
            await waiter.joins(node)
            return waiter

    return await asyncio.gather(*(line_up() for _ in range(shoppers)))


async def play(  # noqa: PLR0913 - each is a number of the experiment
    nodes: Sequence[Server],
    chance: Random,
    *,
    shoppers: int,
    units: int,
    seconds: float,
    is_enough: Callable[[Waiting], bool],
    kills: bool = False,
) -> Waiting:
    """Let *shoppers* wait while *units* come and go for some *seconds*; return what was found.

    However slow the machine is, they go on until it *is_enough*, or longer than any takes.
    """
    state = Waiting(nodes, chance, max(1, shoppers / CROWD))
    _set(nodes[0], "--stock", "0", "--hold", "always")
    waiters = await _line_up(state, shoppers)
    async with sampled(nodes[0].database, state.sample, SAMPLE_EVERY_S):
        running = [asyncio.create_task(each.run()) for each in waiters]
        try:
            for step in range(1, units + 1):
                await asyncio.sleep(seconds / units)
                await asyncio.to_thread(_set, nodes[0], "--stock", str(step))
                if kills and step % 2:
                    node = chance.choice(nodes)
                    await asyncio.to_thread(node.kill)
                    await asyncio.to_thread(node.start)
            with suppress(TimeoutError):
                await wait_until(lambda: is_enough(state))
        finally:
            for each in running:
                each.cancel()
            ended = await asyncio.gather(*running, return_exceptions=True)
    assert {type(one) for one in ended} == {asyncio.CancelledError}, ended
    return state

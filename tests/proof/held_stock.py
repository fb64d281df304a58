"""Shoppers who race for ten of one product, what they are told, and what may never be."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPException
from random import Random
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, select, text
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from app.store.tables import holds, order_lines, products
from tests.e2e.orders import order_body, place_order
from tests.e2e.raw_client import Frame, RawSocket, Shopper, new_shopper
from tests.e2e.server import Server
from tests.proof.sampling import sampled

SKU: Final = "blackberry-pie-550g"
STOCK: Final = 10
SETTLE_S: Final = 5
"""A hold has to end so long after the grace."""
PATIENCE_S: Final = 0.5
SAMPLE_EVERY_S: Final = 0.25
VISIT_S: Final = 30
AWAY_S: Final = 8
STAY_S: Final = 6
AWAY: Final = (ConnectionClosed, InvalidHandshake, OSError, HTTPException, AssertionError)
"""What a shopper meets whose server was killed."""


class Race:
    """What is known for certain, and what was found wrong with it.

    `held` are the units that shoppers were told they hold, until just before they give them up.
    Holds last for `grace_s` without a connection; `late_s` is what a busy machine may add to that.
    """

    def __init__(self, nodes: Sequence[Server], chance: Random, grace_s: int, late_s: float):
        self.nodes, self.chance, self.grace_s = nodes, chance, grace_s
        self.held: dict[str, int] = {}
        self.left_at_s: dict[str, float] = {}
        self.sold = 0
        self.told = 0
        self.anomalies: set[str] = set()
        self.holders = 0
        self._late_s = late_s

    def tell(self, account: str, units: int) -> None:
        """Note that *account* was told that it holds so many."""
        self.told += units > 0
        self.held[account] = units
        if sum(self.held.values()) + self.sold > STOCK:
            self.anomalies.add("more was held and sold than there is")

    def sample(self, connection: Connection) -> None:
        """Compare the tables with each other, and with who is there."""
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        stock, on_hold = connection.execute(
            select(products.c.stock, products.c.on_hold).where(products.c.sku == SKU)
        ).one()
        rows = connection.execute(select(holds).where(holds.c.sku == SKU, holds.c.qty > 0)).all()
        ordered = select(order_lines.c.qty).where(order_lines.c.sku == SKU)
        sold = sum(connection.scalars(ordered))
        if stock + sold != STOCK or not 0 <= on_hold <= stock:
            self.anomalies.add("more was held and sold than there is")
        if on_hold != sum(row.qty for row in rows):
            self.anomalies.add("the sum of the holds is wrong")
        self.holders = len(rows)
        over_s = time.monotonic() - self.grace_s - SETTLE_S - self._late_s
        for row in rows:
            if self.left_at_s.get(row.account, time.monotonic()) < over_s:
                self.anomalies.add("a hold lasts though its shopper has left")


class Racer:
    """A shopper who comes and goes, changes their mind, and now and then buys."""

    def __init__(self, race: Race, shopper: Shopper, buys: float):
        self._race, self._shopper, self._buys = race, shopper, buys
        self._outbox, self._n = str(uuid4()), 0

    async def run(self) -> None:
        """Race until cancelled."""
        while True:
            server = self._race.chance.choice(self._race.nodes)
            visit = self._shopper.at(server)
            with suppress(*AWAY):
                async with asyncio.timeout(VISIT_S), visit:
                    await self._visit(visit)
            self._race.left_at_s[self._shopper.account] = time.monotonic()
            await asyncio.sleep(self._race.chance.uniform(0, AWAY_S))

    async def _visit(self, visit: Shopper) -> None:
        race, account = self._race, self._shopper.account
        try:
            race.left_at_s.pop(account, None)
            tab = await visit.tab(outbox=self._outbox)
            self._n = tab.welcome["last"]
            for _ in range(race.chance.randint(1, 4)):
                await self._change(tab)
                await self._stay(tab)
            if race.chance.random() < self._buys:
                await self._buy(visit)
            await (tab.close() if race.chance.random() < PATIENCE_S else tab.cut())
        finally:
            race.held.pop(account, None)

    async def _change(self, tab: RawSocket) -> None:
        """Set a quantity; what was held is not certain until the answer has come."""
        self._race.held.pop(self._shopper.account, None)
        self._n += 1
        qty = self._race.chance.choice((0, 1, 2, 3))
        await tab.submit(self._n, "line.set", sku=SKU, qty=qty)
        self._believe(await tab.receive_pending())

    async def _stay(self, tab: RawSocket) -> None:
        """Stay for a while, and lose nothing meanwhile."""
        account = self._shopper.account
        before = self._race.held.get(account, 0)
        ends_s = time.monotonic() + self._race.chance.uniform(0, STAY_S)
        while time.monotonic() < ends_s:
            await asyncio.sleep(PATIENCE_S)
            self._believe(await tab.receive_pending())
            if self._race.held.get(account, 0) < before:
                self._race.anomalies.add("a hold ended though its shopper is there")

    async def _buy(self, visit: Shopper) -> None:
        cart = await visit.cart()
        units = sum(line["qty"] for line in cart["cart"]["lines"])
        body = await order_body(visit)
        self._race.held.pop(self._shopper.account, None)
        if (await place_order(visit, body)).status == 201:
            self._race.sold += units

    def _believe(self, frames: Sequence[Frame]) -> None:
        """Take what the newest of *frames* says of the line."""
        for message in frames:
            lines = message.get("cart", message).get("lines") or {}
            shown = lines if isinstance(lines, dict) else {line["sku"]: line for line in lines}
            if SKU in shown:
                line = shown[SKU]
                is_held = line is not None and line.get("hold") == "held"
                self._race.tell(self._shopper.account, line["qty"] if is_held else 0)


async def race(  # noqa: PLR0913 - each is a number of the experiment
    nodes: Sequence[Server],
    chance: Random,
    *,
    shoppers: int,
    seconds: float,
    buys: float,
    grace_s: int,
    late_s: float,
    kills: bool = False,
    found_as: str = "",
) -> Race:
    """Let *shoppers* race for some *seconds*, wait until all holds are over, and return it.

    With *kills*, a node is killed now and then, and started again. The race is over as soon as
    the anomaly *found_as* is found.
    """
    stocked = nodes[0].command("product", "set", SKU, "--stock", str(STOCK), "--hold", "always")
    assert stocked.returncode == 0, stocked.stderr
    state = Race(nodes, chance, grace_s, late_s)
    people = [await new_shopper(nodes[0]) for _ in range(shoppers)]
    async with sampled(nodes[0].database, state.sample, SAMPLE_EVERY_S):
        running = [asyncio.create_task(Racer(state, each, buys).run()) for each in people]
        ends_s = time.monotonic() + seconds
        while (left_s := ends_s - time.monotonic()) > 0 and found_as not in state.anomalies:
            await asyncio.sleep(min(left_s, chance.uniform(4, 8)))
            if kills and time.monotonic() < ends_s:
                node = chance.choice(nodes)
                await asyncio.to_thread(node.kill)
                await asyncio.to_thread(node.start)
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for one in people:
            state.left_at_s.setdefault(one.account, time.monotonic())
        over_s = time.monotonic() + grace_s + SETTLE_S + late_s + 4 * SAMPLE_EVERY_S
        while time.monotonic() < over_s and state.holders:  # noqa: ASYNC110 - it is the database's
            await asyncio.sleep(SAMPLE_EVERY_S)
    return state

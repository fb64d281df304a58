"""Runs a history: a shop, customers and faults, until the shop has come to rest."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, text

from app.client import Cart, Shop, Tab
from app.client.deps import Transport
from app.client.request import Site
from app.load.shopper import contents
from app.store.engines import connect
from app.store.queries import run_query
from tests.e2e.raw_client import PASSWORD
from tests.e2e.server import Server, free_port
from tests.proof.crowd import RETRY_POLICY, Customer
from tests.proof.history import CONVERGED_S, SETTLE_S, Anomaly, check
from tests.proof.log import FinalState, Log, OrderRow
from tests.proof.proxy import Proxy, proxy_to

POLL_S: Final = 0.02
SETTINGS: Final = {"limits": "load", "heartbeat_ms": 500, "drain_ms": 200, "log": "warning"}


class PlantedShop(Server):
    """A test build of the shop, with planted crashes and bugs."""

    program = "tests.proof.build"

    def __init__(self, home: Path, database: str | None = None, **settings: object):
        super().__init__(home, database, **settings)
        self.startup_s: list[float] = []

    def start(self) -> None:
        """Start a process, and note how long it took until it was ready."""
        began_s = time.monotonic()
        super().start()
        self.startup_s.append(time.monotonic() - began_s)

    def crash_at(self, step: str, count: int) -> None:
        """Let the next process crash when it reaches *step* for the *count*-th time."""
        self.environment["SHOP_CRASH_AT"] = f"{step}:{count}"

    def crash_nowhere(self) -> None:
        """Let the next process run without a crash."""
        self.environment.pop("SHOP_CRASH_AT", None)


class Stage(NamedTuple):
    """The parts of a history: the shop, the proxy before it, the event log, and the customers."""

    shop: PlantedShop
    proxy: Proxy
    log: Log
    chance: Random
    customers: list[Customer]


Nemesis = Callable[[Stage], Coroutine[None, None, None]]
"""Injects faults one after the other; all are healed when it returns."""


@asynccontextmanager
async def staged(
    home: Path, seed: int, *, accounts: int, database: str | None = None, **settings: object
) -> AsyncIterator[Stage]:
    """Open a shop behind a proxy, and register its customers; its *database* may be elsewhere."""
    port = free_port()
    shop = PlantedShop(home, database, **{**SETTINGS, **settings})
    through = f"http://127.0.0.1:{port}"
    shop.environment["SHOP_ORIGINS"] = f"{shop.origin},{through}"
    await asyncio.to_thread(shop.start)
    try:
        async with proxy_to(shop.port, port) as proxy:
            stage = Stage(shop, proxy, Log(), Random(seed), [])
            for _ in range(accounts):
                stage.customers.append(await add_customer(stage))
            yield stage
    finally:
        await asyncio.to_thread(shop.end)


async def play(stage: Stage, nemesis: Nemesis, quiet_s: float = SETTLE_S) -> list[Anomaly]:
    """Let customers shop while *nemesis* injects faults; return the broken guarantees.

    Afterwards every request must be answered within *quiet_s*.
    """
    before = stock(stage.shop)
    injecting = asyncio.create_task(nemesis(stage))
    for customer in stage.customers:
        await customer.open_tabs()
    shopping = [
        asyncio.create_task(customer.shop(lambda: not injecting.done()))
        for customer in stage.customers
    ]
    try:
        await injecting
        final = await _settle(stage, before, quiet_s)
        return check(stage.log.events, final)
    finally:
        for task in shopping:
            task.cancel()
        await asyncio.gather(*(customer.close_tabs() for customer in stage.customers))


def stock(shop: Server) -> dict[str, int]:
    """Return the stock of every product, by SKU."""
    return dict(_all(shop, "SELECT sku, stock FROM products"))


async def add_customer(stage: Stage) -> Customer:
    """Register a customer who shops through the proxy of *stage*."""
    origin = stage.proxy.origin
    chance = Random(stage.chance.random())
    shop = Shop(
        origin, retry_policy=RETRY_POLICY, chance=chance.random, transport=Transport.WEBSOCKET
    )
    account = await shop.register(f"{uuid4()}@shop.example", PASSWORD, "Ada")
    return Customer(account, Site.at(origin, None), stage.log, chance)


async def _settle(stage: Stage, before: dict[str, int], within_s: float) -> FinalState:
    """Wait until no customer is busy, and then until all tabs have the saved cart."""
    quiet_s = await until(lambda: not any(each.busy for each in stage.customers), within_s)
    carts = {one.account_id: await one.account.cart() for one in stage.customers}
    tabs = {
        (one.account_id, n): tab for one in stage.customers for n, tab in enumerate(one.tabs, 1)
    }
    agreeing = [
        until(partial(_agrees, tab, carts[account_id]), CONVERGED_S)
        for (account_id, _), tab in tabs.items()
    ]
    agreed_s = await asyncio.gather(*agreeing)
    return FinalState(
        quiet_s,
        dict(zip(tabs, agreed_s, strict=True)),
        carts,
        {account_id: contents(cart) for account_id, cart in carts.items()},
        tuple(_rows(stage.shop)),
        (before, stock(stage.shop)),
    )


def _agrees(tab: Tab, cart: Cart) -> bool:
    return tab.cart == cart


async def until(holds: Callable[[], bool], within_s: float) -> float:
    """Return how long it took until *holds* was true; infinite if it was not in time."""
    began_s = time.monotonic()
    while not holds():
        if time.monotonic() - began_s > within_s:
            return float("inf")
        await asyncio.sleep(POLL_S)
    return time.monotonic() - began_s


def _rows(shop: Server) -> list[OrderRow]:
    lines: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for number, sku, qty in _all(shop, 'SELECT "order", sku, qty FROM order_lines'):
        lines[number][sku] = qty
    rows = _all(shop, "SELECT number, account, key, state FROM orders")
    return [
        OrderRow(number, account_id, key, state, lines[number])
        for number, account_id, key, state in rows
    ]


def _all(shop: Server, query: str) -> list[Any]:
    def rows(connection: Connection) -> list[Any]:
        return list(connection.execute(text(query)))

    engine = connect(shop.database)
    try:
        return run_query(engine, rows)
    finally:
        engine.dispose()

"""Two servers behind a balancer, each with lines of its own to Redis and the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.e2e.balancer import Balancer, require_haproxy
from tests.e2e.server import free_port
from tests.e2e.shared import Shared, open_shared
from tests.proof.log import Log
from tests.proof.play import SETTINGS, PlantedShop, Stage, add_customer
from tests.proof.proxy import Proxy, Streams, proxy_to

ACCOUNTS = 3
SOCKET = ".s.PGSQL.5432"
"""The name of PostgreSQL's socket in its folder."""


class DatabaseLine(Proxy):
    """A proxy to the Unix socket of a PostgreSQL server."""

    def __init__(self, socket: Path):
        super().__init__(0)
        self._socket = socket

    async def _connect(self) -> Streams:
        return await asyncio.open_unix_connection(self._socket)


class Node(NamedTuple):
    """A server, and its lines to Redis and the database."""

    server: PlantedShop
    redis: Proxy
    database: Proxy


class TwoNodes(NamedTuple):
    """The stage of a history, and the nodes behind it."""

    stage: Stage
    nodes: list[Node]


@asynccontextmanager
async def two_nodes(home: Path, seed: int) -> AsyncIterator[TwoNodes]:
    """Open two servers behind a balancer and a proxy; skip the test if one is not installed."""
    program = require_haproxy()
    async with AsyncExitStack() as stack:
        shared = stack.enter_context(open_shared())
        balancer, url = Balancer(home, program), shared.cluster.new()
        through = free_port()
        origins = f"{balancer.origin},http://127.0.0.1:{through}"
        homes = [_make_folder(home / name) for name in ("a", "b")]
        nodes = [await _node(stack, each, shared, url, origins) for each in homes]
        for node in nodes:
            stack.push_async_callback(asyncio.to_thread, node.server.end)
            await asyncio.to_thread(node.server.start)
        stack.callback(balancer.end)
        await asyncio.to_thread(balancer.start, [node.server for node in nodes])
        proxy = await stack.enter_async_context(proxy_to(balancer.port, through))
        stage = Stage(nodes[0].server, proxy, Log(), Random(seed), [])
        for _ in range(ACCOUNTS):
            stage.customers.append(await add_customer(stage))
        yield TwoNodes(stage, nodes)


def _make_folder(path: Path) -> Path:
    path.mkdir()
    return path


async def _node(stack: AsyncExitStack, home: Path, shared: Shared, url: str, origins: str) -> Node:
    """Return a server that reaches Redis and the database through proxies; it is not started."""
    redis = await stack.enter_async_context(proxy_to(int(shared.redis.url.split(":")[2][:-2])))
    line = DatabaseLine(shared.cluster.folder / SOCKET)
    listening = await asyncio.start_unix_server(line.serve, home / SOCKET)
    await stack.enter_async_context(listening)
    stack.push_async_callback(line.close)
    metrics = f"127.0.0.1:{free_port()}"
    given = {"redis": f"redis://127.0.0.1:{redis.port}/0", "node": home.name, "metrics": metrics}
    server = PlantedShop(home, url, origins=origins, **{**SETTINGS, **given})
    server.origin = origins.partition(",")[0]
    server.environment["SHOP_DATABASE"] = url.replace(str(shared.cluster.folder), str(home))
    return Node(server, redis, line)

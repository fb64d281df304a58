"""Graceful shutdown: clients are asked to connect elsewhere before the server ends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from app.ws.registry import ActiveConnection, ConnectionRegistry

log = logging.getLogger(__name__)

CHECK_EVERY_MS = 50


async def drain(
    connections: ConnectionRegistry,
    drain_ms: int,
    draw: Callable[[int], int],
    in_a_hurry: Callable[[], bool],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Ask all clients to reconnect, wait up to *drain_ms* for them to leave, and close the rest.

    The clients come back spread at random (jitter) over half of the time; all at once would
    overload the server that takes over. *draw* returns a number from 0 to below its argument.
    """
    connections.draining = True
    _each(connections, lambda one: one.drain(draw(drain_ms // 2 + 1), drain_ms))
    for _ in range(drain_ms // CHECK_EVERY_MS):
        if connections.inside and not in_a_hurry():
            await sleep(CHECK_EVERY_MS / 1000)
    _each(connections, lambda one: one.restart())


def _each(connections: ConnectionRegistry, act: Callable[[ActiveConnection], None]) -> None:
    """Call *act* with every connection; one that fails keeps no other from ending."""
    for connection in tuple(connections.inside):
        try:
            act(connection)
        except Exception:
            log.exception("a websocket was not drained")

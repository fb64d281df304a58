"""Frames from this node to each of the others: what gathers while Redis is busy is one batch."""

import asyncio
from collections import Counter, defaultdict
from typing import Protocol

from app.bus.redis import NODE_CHANNEL, BusDisconnected, RedisBus, disconnects
from app.bus.relay_frames import Batch, Frame, encode_batch


class RelayListener(Protocol):
    """Handles that frames do not arrive."""

    def on_unreachable(self, node: str) -> None:
        """Handle that *node* does not listen any more."""

    def on_disconnected(self) -> None:
        """Handle that frames for all nodes may have been lost."""


class RelayBus:
    """Sends frames to other nodes, over the connection of *bus*.

    The batches for a node are numbered, so that it notices if one is lost.
    """

    def __init__(self, bus: RedisBus):
        self._bus = bus
        self._frames: defaultdict[str, list[Frame]] = defaultdict(list)
        self._numbers = Counter[str]()
        self._work = asyncio.Event()

    def send(self, node: str, *frames: Frame) -> None:
        """Send *frames* to *node*, after those before; without any, only a sign of life."""
        self._frames[node].extend(frames)
        self._work.set()

    async def flush(self, listener: RelayListener) -> None:
        """Wait for frames, and publish them. `BusDisconnected` drops those that cannot go out."""
        await self._work.wait()
        self._work.clear()
        outgoing = dict(self._frames)
        self._frames.clear()
        pipeline = self._bus.redis.pipeline(transaction=False)
        for node, frames in outgoing.items():
            self._numbers[node] += 1
            batch = encode_batch(Batch(self._bus.node, self._numbers[node], frames))
            pipeline.execute_command("PUBLISH", f"{NODE_CHANNEL}{node}", batch)
        try:
            with disconnects():
                received = await pipeline.execute()
        except BusDisconnected:
            listener.on_disconnected()
            raise
        for node, listeners in zip(outgoing, received, strict=True):
            if not listeners:
                listener.on_unreachable(node)

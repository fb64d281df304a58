"""The links to the nodes with which websockets are relayed: what is lost on them is noticed."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from app.bus.leases import Leases
from app.bus.relay_frames import (
    Accepted,
    Batch,
    Close,
    Declined,
    HandedOver,
    Passed,
    Read,
    SentBeside,
    Texts,
)
from app.ws.edge_relays import EdgeRelays, Post
from app.ws.event_streams import EventStreams
from app.ws.owner_relays import OwnerRelays

log = logging.getLogger(__name__)

BEAT_EVERY_S = 0.4
SILENT_S = 1.8
TO_EDGE = Accepted | Declined | Texts | Read | Close | HandedOver


@dataclass(slots=True)
class _Link:
    """What was received from a node: the number of its newest batch, and when that was."""

    number: int
    heard_at_s: float


class RelayLinks:
    """Passes on what other nodes send, in order.

    Redis may lose batches, when it is away or a node reads too slowly. Then all websockets that
    are relayed between the two nodes are closed, at both ends, and their tabs reconnect. Nodes that
    relay to each other send a sign of life every `BEAT_EVERY_S`, so it is noticed at once.
    *on_passed* gets the node that has passed a barrier, and its number.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - each is a part of the server
        self,
        edges: EdgeRelays,
        owners: OwnerRelays,
        streams: EventStreams,
        leases: Leases,
        post: Post,
        on_passed: Callable[[str, int], None],
    ):
        self._edges = edges
        self._streams = streams
        self._owners = owners
        self._leases = leases
        self._post = post
        self._on_passed = on_passed
        self._links: dict[str, _Link] = {}

    def on_batch(self, batch: Batch) -> None:
        """Handle what a node sent; first, what a lost batch before it means."""
        now_s = asyncio.get_running_loop().time()
        link = self._links.setdefault(batch.node, _Link(batch.number - 1, now_s))
        if batch.number != link.number + 1:
            self._leases.counts["gap"] += 1
            log.warning("relayed frames were lost", extra={"peer": batch.node})
            self._lose(batch.node)
        link.number, link.heard_at_s = max(link.number, batch.number), now_s
        for frame in batch.frames:
            if isinstance(frame, TO_EDGE):
                self._edges.on_frame(batch.node, frame)
            elif isinstance(frame, SentBeside):
                self._streams.on_passed_on(frame)
            elif isinstance(frame, Passed):
                self._on_passed(batch.node, frame.number)
            else:
                self._owners.on_frame(batch.node, frame)

    def on_unreachable(self, node: str) -> None:
        """Give up what is relayed to and from *node*, which does not listen."""
        self._lose(node)

    def on_disconnected(self) -> None:
        """Give up all that is relayed: from now on nothing arrives."""
        for node in self._edges.nodes | self._owners.nodes:
            self._lose(node)

    async def beat(self) -> None:
        """Send a sign of life to the nodes of all relays, and give up those that send none."""
        now_s, nodes = asyncio.get_running_loop().time(), self._edges.nodes | self._owners.nodes
        self._links = {node: link for node, link in self._links.items() if node in nodes}
        for node in nodes:
            link = self._links.get(node)
            self._post.send(node)
            if link and now_s - link.heard_at_s > SILENT_S:
                log.warning("a node is silent", extra={"peer": node})
                self._leases.counts["silence"] += 1
                del self._links[node]
                self._lose(node)

    def _lose(self, node: str) -> None:
        self._edges.lose(node)
        self._owners.lose(node)

"""Serves the websockets that other nodes relay here, because this node owns their carts."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from itertools import count

from msgspec.structs import astuple

from app.bus.leases import Leases
from app.bus.relay_frames import (
    Accepted,
    Binary,
    Broken,
    Close,
    Declined,
    Ended,
    HandedOver,
    HandOver,
    Open,
    Read,
    Text,
    ToOwner,
    Written,
)
from app.domain.accounts import AccountId
from app.ws.close_codes import CloseCode
from app.ws.edge_relays import Post, Visitor
from app.ws.queued_socket import ABNORMAL_CLOSURE
from app.ws.relayed_socket import RelayedSocket

log = logging.getLogger(__name__)

HAND_OVER_S = 5.0
PROBE_S = 2.0

Serve = Callable[[RelayedSocket, Visitor], Awaitable[None]]
"""Serves an accepted websocket until its hello, and then in its callbacks."""


class OwnerRelays:
    """The websockets of other nodes that are served here."""

    def __init__(
        self, leases: Leases, post: Post, serve: Serve, hand_over: Callable[[AccountId], None]
    ):
        self._leases = leases
        self._post = post
        self._serve = serve
        self._hand_over = hand_over
        self._sockets: dict[tuple[str, str], RelayedSocket] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._probes: dict[tuple[str, str], asyncio.Event] = {}
        self._numbers = count(1)

    def __len__(self) -> int:
        """Return how many websockets are served for other nodes."""
        return len(self._sockets)

    @property
    def nodes(self) -> set[str]:
        """The nodes whose websockets are served here."""
        return {node for node, _ in self._sockets}

    def on_frame(self, node: str, frame: ToOwner) -> None:
        """Handle a frame of an edge; one for a websocket that is unknown here is to be closed."""
        match frame:
            case Open():
                self._start(self._open(node, Visitor(*astuple(frame))))
            case HandOver(account):
                self._start(self._answer_handover(node, account))
            case Ended(name, code):
                if socket := self._sockets.pop((node, name), None):
                    socket.on_ended(code)
                elif probe := self._probes.pop((node, name), None):
                    probe.set()
            case Text(name) | Binary(name) | Broken(name) | Written(name):
                self._on_relayed(node, name, frame)

    def lose(self, node: str) -> None:
        """Let go of all websockets of *node*, and have it close those that it still has."""
        for key in [key for key in self._sockets if key[0] == node]:
            self._post.send(node, Close(key[1], CloseCode.RESTARTING, ""))
            self._sockets.pop(key).on_ended(ABNORMAL_CLOSURE)
        for key in [key for key in self._probes if key[0] == node]:
            self._probes.pop(key).set()

    async def until_handled(self) -> bool:
        """Wait until the edges have handled all that was sent to them; False if one is silent.

        An edge answers a frame of a websocket that it does not have with `Ended`; so one for a
        name that no websocket has comes back after all that was sent before.
        """
        probes = {(node, f"probe-{next(self._numbers)}"): asyncio.Event() for node in self.nodes}
        self._probes |= probes
        for node, name in probes:
            self._post.send(node, Read(name, 0))
        try:
            async with asyncio.timeout(PROBE_S):
                for answered in probes.values():
                    await answered.wait()
        except TimeoutError:
            return False
        finally:
            for key in probes:
                self._probes.pop(key, None)
        return True

    def _on_relayed(self, node: str, name: str, frame: Text | Binary | Broken | Written) -> None:
        socket = self._sockets.get((node, name))
        if socket is None:
            self._post.send(node, Close(name, CloseCode.RESTARTING, ""))
        elif isinstance(frame, Written):
            socket.on_written(frame)
        else:
            socket.on_frame(frame)

    async def _open(self, node: str, visitor: Visitor) -> None:
        """Serve a websocket, unless its cart is owned by another node, or is to be soon."""
        socket = RelayedSocket(visitor.name, partial(self._post.send, node))
        self._sockets[node, visitor.name] = socket
        if self._leases.is_leaving or await self._leases.acquire(visitor.cart):
            self._sockets.pop((node, visitor.name), None)
            self._post.send(node, Declined(visitor.name))
            return
        try:
            self._post.send(node, Accepted(visitor.name))
            if not socket.has_ended:
                await self._serve(socket, visitor)
        finally:
            self._leases.leave(visitor.cart)

    async def _answer_handover(self, node: str, account: AccountId) -> None:
        """Let a cart's tabs go once they are answered, and tell *node* when all of it is saved."""
        self._leases.counts["handover"] += 1
        self._hand_over(account)
        with suppress(TimeoutError):
            async with asyncio.timeout(HAND_OVER_S):
                await self._leases.released(account)
                self._post.send(node, HandedOver(account))

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a relayed socket failed", exc_info=error)

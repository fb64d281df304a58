"""Answers the barriers of other nodes, once what came before is applied here and at the edges."""

import asyncio
import logging
from contextlib import suppress
from typing import Protocol

from app.bus.events import Barrier
from app.bus.relay_frames import Passed
from app.domain.accounts import AccountId
from app.domain.errors import DatabaseUnavailable

log = logging.getLogger(__name__)


class Carts(Protocol):
    """The open carts; `live.hub.Hub` has them."""

    async def catch_up(self, account: AccountId) -> None:
        """Bring a cart, if it is open, up to what is saved."""


class Edges(Protocol):
    """The nodes at which websockets are that are served here; `ws.owner_relays` has them."""

    async def until_handled(self) -> bool:
        """Wait until they have handled what was sent to them; False if one does not answer."""


class Post(Protocol):
    """Sends to another node, perhaps in vain."""

    def send(self, node: str, *frames: Passed) -> None:
        """Send *frames* to *node*."""


class PassedBarriers:
    """Answers barriers.

    What was published before one is applied when it comes, and what that closed of websockets of
    other nodes is on its way there. A barrier that cannot be passed is not answered.
    """

    def __init__(self, carts: Carts, edges: Edges, post: Post):
        self._carts = carts
        self._edges = edges
        self._post = post
        self._tasks: set[asyncio.Task[None]] = set()

    def on_barrier(self, node: str, barrier: Barrier) -> None:
        """Answer *node* once all that came before *barrier* is applied."""
        task = asyncio.ensure_future(self._answer(node, barrier))
        self._tasks.add(task)
        task.add_done_callback(self._on_done)

    async def _answer(self, node: str, barrier: Barrier) -> None:
        with suppress(DatabaseUnavailable):
            if barrier.cart:
                await self._carts.catch_up(barrier.cart)
            if await self._edges.until_handled():
                self._post.send(node, Passed(barrier.number))

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a barrier was not passed", exc_info=error)

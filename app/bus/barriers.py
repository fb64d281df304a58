"""Waits until all nodes have applied what this one has published.

Events say nothing about when they are applied. So whoever has to know publishes a barrier after
them: Redis keeps the order of what one node publishes, and says how many have got it; each of them
answers once it has applied what came before.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from app.bus.events import Barrier
from app.domain.accounts import AccountId

log = logging.getLogger(__name__)

WAIT_S = 2.0
"""How long the nodes are waited for. One that Redis does not reach has compared its logins with the
database by then."""


class Publisher(Protocol):
    """Publishes barriers; `RedisBus` does."""

    def publish_barrier(self, barrier: Barrier, on_published: Callable[[int], None]) -> None:
        """Publish *barrier*; *on_published* gets the number of nodes that have got it."""


@dataclass(slots=True)
class _Waiting:
    """The nodes that have passed a barrier; how many there are is not known at first."""

    nodes: int | None = None
    passed: set[str] = field(default_factory=set)
    all_passed: asyncio.Event = field(default_factory=asyncio.Event)

    def on_published(self, nodes: int) -> None:
        """Take how many nodes have got the barrier."""
        self.nodes = nodes
        self.check()

    def check(self) -> None:
        """Note if all nodes have passed."""
        if self.nodes is not None and len(self.passed) >= self.nodes:
            self.all_passed.set()


class Barriers:
    """The barriers of this node that are waited for; a silent node holds none up for long."""

    def __init__(self, publisher: Publisher, wait_s: float = WAIT_S):
        self._publisher = publisher
        self._wait_s = wait_s
        self._numbers = count(1)
        self._waiting: dict[int, _Waiting] = {}

    async def until_applied(self, cart: AccountId | None = None) -> bool:
        """Wait until all nodes have applied what was published here, and what is saved of *cart*.

        Return False if one of them has not answered in time.
        """
        number, waiting = next(self._numbers), _Waiting()
        self._waiting[number] = waiting
        self._publisher.publish_barrier(Barrier(number, cart), waiting.on_published)
        try:
            async with asyncio.timeout(self._wait_s):
                await waiting.all_passed.wait()
        except TimeoutError:
            heard = {"nodes": waiting.nodes, "passed": sorted(waiting.passed)}
            log.warning("a node does not say that it has applied an end", extra=heard)
            return False
        finally:
            del self._waiting[number]
        return True

    def on_passed(self, node: str, number: int) -> None:
        """Note that *node* has passed a barrier, which may be waited for no longer."""
        if waiting := self._waiting.get(number):
            waiting.passed.add(node)
            waiting.check()

"""What can go wrong at a payment provider, chosen by a test or by chance."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import TypeVar

Drawn = TypeVar("Drawn")


class Fault(StrEnum):
    """What happens to one request that would change something."""

    LOST = "the connection is cut before anything is done"
    CUT = "the connection is cut when it is done, and the answer is lost"
    FAILED = "500, nothing is done, and the key gets the same answer for a day"
    FAILED_LATE = "500 when it is done, and the key gets the same answer for a day"
    BUSY = "409: another request with this key is being answered"
    LIMITED = "429: too many requests"


class Outage(StrEnum):
    """How a provider is away as a whole."""

    NONE = ""
    REFUSES = "connections are cut at once"
    HANGS = "requests are never answered"


class Delivery(StrEnum):
    """What becomes of an event on its way to the shop."""

    ONCE = "once"
    TWICE = "twice"
    LOST = "lost"
    LATE = "after the next one"


@dataclass
class Faults:
    """The faults in force; `next` and `deliveries` are used up one by one."""

    outage: Outage = Outage.NONE
    slow_s: float = 0.0
    next: deque[Fault | None] = field(default_factory=deque)
    deliveries: deque[Delivery] = field(default_factory=deque)
    chance: Random | None = None
    """If there is one, a third of all requests and of all events go wrong."""

    def of_request(self) -> Fault | None:
        """Return what happens to the next request."""
        return self.next.popleft() if self.next else self._draw([*Fault])

    def of_event(self) -> Delivery:
        """Return what becomes of the next event."""
        if self.deliveries:
            return self.deliveries.popleft()
        return self._draw([Delivery.TWICE, Delivery.LOST, Delivery.LATE]) or Delivery.ONCE

    def _draw(self, faults: Sequence[Drawn]) -> Drawn | None:
        unlucky = self.chance and self.chance.random() < 1 / 3
        return self.chance.choice(faults) if self.chance and unlucky else None

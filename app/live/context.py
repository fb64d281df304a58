"""What all live carts share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.limits import Limits
from app.live.catalog import LiveCatalog
from app.live.ports import Peers, Writer
from app.live.stats import Stats


@dataclass(frozen=True, slots=True)
class CartContext:
    """The shelf, the writer, the limits, two clocks, the other nodes, and figures of what happens.

    `now_s` counts seconds since 1970, `steady_s` only goes forward.
    """

    catalog: LiveCatalog
    writer: Writer
    limits: Limits
    now_s: Callable[[], float]
    steady_s: Callable[[], float]
    peers: Peers
    stats: Stats = field(default_factory=Stats)

    def request_refresh(self) -> None:
        """Have all nodes look at the shelf at once: something on it was moved."""
        self.catalog.refresh_requested.set()
        self.peers.publish_catalog()

"""What all live carts share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.limits import Limits
from app.live.catalog import LiveShelf
from app.live.ports import Nodes, Writer
from app.live.stats import Figures


@dataclass(frozen=True, slots=True)
class Shop:
    """The shelf, the writer, the limits, two clocks, the other nodes, and figures of what happens.

    `now_s` counts seconds since 1970, `steady_s` only goes forward.
    """

    shelf: LiveShelf
    writer: Writer
    limits: Limits
    now_s: Callable[[], float]
    steady_s: Callable[[], float]
    nodes: Nodes
    figures: Figures = field(default_factory=Figures)

    def stir(self) -> None:
        """Have all nodes look at the shelf at once: something on it was moved."""
        self.shelf.stirred.set()
        self.nodes.tell_shelf()

"""What all live carts share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.limits import Limits
from app.live.figures import Figures
from app.live.ports import Writer
from app.live.shelf import LiveShelf


@dataclass(frozen=True, slots=True)
class Shop:
    """The shelf, the writer, the limits, two clocks, and figures of what happens.

    `now_s` counts seconds since 1970, `steady_s` only goes forward.
    """

    shelf: LiveShelf
    writer: Writer
    limits: Limits
    now_s: Callable[[], float]
    steady_s: Callable[[], float]
    figures: Figures = field(default_factory=Figures)

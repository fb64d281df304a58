"""What all live carts share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.accounts import AccountId
from app.domain.limits import Limits
from app.live.catalog import LiveCatalog
from app.live.ports import OpTrace, Peers, Writer
from app.live.stats import Stats


@dataclass(frozen=True, slots=True)
class CartContext:
    """The catalogue, the writer, the limits, two clocks, the other nodes and the statistics.

    `now_s` returns seconds since 1970, `steady_s` those of a clock that only goes forward.
    `trace` makes the trace of an account's ops; None leaves them untraced.
    """

    catalog: LiveCatalog
    writer: Writer
    limits: Limits
    now_s: Callable[[], float]
    steady_s: Callable[[], float]
    peers: Peers
    stats: Stats = field(default_factory=Stats)
    trace: Callable[[AccountId], OpTrace] | None = None

    def request_refresh(self) -> None:
        """Have all nodes read the catalogue at once, since stock or a voucher has changed."""
        self.catalog.refresh_requested.set()
        self.peers.publish_catalog()

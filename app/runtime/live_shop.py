"""The live carts and logins of one server, and what keeps them in step with the database."""

from dataclasses import dataclass

from app.live.catalog import LiveCatalog
from app.live.context import CartContext
from app.live.hub import Hub
from app.live.ports import Disk, Peers
from app.live.sessions import LiveSessions
from app.live.trace import LoggingTrace
from app.runtime.catalog_refresh import POLL_EVERY_S, POLL_WITH_PEERS_EVERY_S, CatalogRefresh
from app.runtime.clock import Clock
from app.runtime.commit_loop import CommitLoop
from app.runtime.config import Config
from app.store.database import Database
from app.store.writer import Writer


@dataclass(frozen=True, slots=True)
class LiveShop:
    """The stateful parts of a server, which HTTP and the websocket use."""

    database: Database
    writer: Writer
    hub: Hub
    sessions: LiveSessions
    catalog: CatalogRefresh
    commits: CommitLoop


def make_live_shop(
    config: Config, database: Database, disk: Disk, peers: Peers, clock: Clock
) -> LiveShop:
    """Put the parts together. Nothing runs, and the catalogue is empty until it is refreshed."""
    writer = Writer(database, *clock)
    trace = LoggingTrace if config.log == "debug" else None
    limits = config.told_limits
    context = CartContext(LiveCatalog(), writer, limits, *clock, peers, trace=trace)
    hub = Hub(disk, context)
    sessions = LiveSessions(config.lifetime, clock.now_s, peers)
    every_s = POLL_WITH_PEERS_EVERY_S if peers.are_any else POLL_EVERY_S
    catalog = CatalogRefresh(database, hub, every_s)
    commits = CommitLoop(writer, hub, catalog.refresh, clock.steady_s)
    return LiveShop(database, writer, hub, sessions, catalog, commits)

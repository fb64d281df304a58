"""The live carts and logins of one server, and what keeps them in step with the database."""

from dataclasses import dataclass

from app.domain.hold_care import Grace
from app.live.catalog import LiveCatalog
from app.live.context import CartContext
from app.live.hub import Hub
from app.live.ports import Disk, Peers
from app.live.sessions import LiveSessions
from app.live.trace import LoggingTrace
from app.runtime.catalog_refresh import CatalogRefresh
from app.runtime.clock import Clock
from app.runtime.commit_loop import CommitLoop
from app.runtime.config import Config
from app.runtime.demand_keeper import DemandKeeper
from app.runtime.ended_sessions import EndedSessions
from app.runtime.hold_keeper import HoldKeeper
from app.runtime.polling import Polling, poll_every_s
from app.services.security_log import SecurityLog
from app.services.session_lookup import SessionLookup
from app.store.database import Database
from app.store.writer import Writer


@dataclass(frozen=True, slots=True)
class LiveShop:
    """The stateful parts of a server, which HTTP and the websocket use."""

    database: Database
    writer: Writer
    hub: Hub
    sessions: LiveSessions
    security: SecurityLog
    session_lookup: SessionLookup
    ended_sessions: EndedSessions
    catalog: CatalogRefresh
    polling: Polling
    commits: CommitLoop
    holds: HoldKeeper
    demand: DemandKeeper

    def recheck(self) -> None:
        """Compare all that is in memory with the database, which may lack the newest commits.

        What goes beyond it is given up, so that nothing is saved over it. Tabs connect again, and
        those that have seen more are met as docs/protocol.md says (`future`).
        """
        self.writer.forget()
        self.hub.recheck()
        self.catalog.start_over()
        self.ended_sessions.start_over()


def make_live_shop(  # noqa: PLR0913, PLR0917 - each is a part of the server
    config: Config, database: Database, disk: Disk, peers: Peers, clock: Clock, name: str = "alone"
) -> LiveShop:
    """Put the parts together. Nothing runs, and the catalogue is empty until it is refreshed.

    *name* is one that no other server has had.
    """
    grace = Grace(config.hold_s, config.hold_checkout_s)
    writer = Writer(database, *clock, hold_s=grace.usual_s)
    trace = LoggingTrace if config.log == "debug" else None
    limits = config.told_limits
    catalog = LiveCatalog(config.settings.terms)
    context = CartContext(catalog, writer, limits, *clock, peers, trace=trace)
    hub = Hub(disk, context)
    sessions = LiveSessions(config.lifetime, clock.now_s, peers)
    lookup = SessionLookup(database, config.lifetime, clock.now_s, config.staff_need_mfa)
    ended = EndedSessions(database, sessions, config.lifetime, clock.now_s)
    refresh = CatalogRefresh(database, hub)
    polling = Polling(
        database,
        catalog,
        refresh,
        ended,
        lambda: poll_every_s(hub.open_carts, has_peers=peers.are_any),
    )
    commits = CommitLoop(writer, hub, refresh.refresh, clock.steady_s)
    holds = HoldKeeper(database, hub, clock, grace, name)
    demand = DemandKeeper(database, context.stats.unmet, config.zone, clock.now_s)
    security = SecurityLog()
    jobs = polling, commits, holds, demand
    live = LiveShop(database, writer, hub, sessions, security, lookup, ended, refresh, *jobs)
    database.on_promotion(live.recheck)
    return live

"""What HTTP handlers share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.sessions import Lifetime
from app.http.core.assets import Assets
from app.live.catalog import LiveCatalog
from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.services.auth import Auth
from app.services.checkout import Checkout
from app.store.catalog import Category
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class HttpContext:
    """The parts of the shop that handlers use, and where time and ids come from.

    `categories` is filled after this is made, before the first request. `gauges` returns current
    counts of other packages by name. `now_s` is the time since 1970. All `origins` have one scheme.
    """

    database: Database
    hub: Hub
    catalog: LiveCatalog
    sessions: LiveSessions
    auth: Auth
    checkout: Checkout
    gauges: Callable[[], Mapping[str, int]]
    assets: Assets
    categories: list[Category]
    origins: tuple[str, ...]
    lifetime: Lifetime
    now_s: Callable[[], float]
    new_uuid: Callable[[], str]

    @property
    def is_https(self) -> bool:
        """Say whether pages are served over HTTPS."""
        return self.origins[0].startswith("https:")

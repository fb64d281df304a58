"""What the doors share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.sessions import Lifetime
from app.http.core.assets import Assets
from app.live.catalog import LiveCatalog
from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.services.login_backoff import LoginLocks
from app.services.passwords import Passwords
from app.services.rate_limit import RateLimiter
from app.store.catalog import Category
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class HttpContext:
    """The shop as its doors see it, with time and chance.

    `categories` may be filled after the desk is made, but before anybody is served. `new_secret`
    draws what nobody can guess, at least 32 characters; `new_epoch` hexadecimal digits; `draw` a
    number from 0 on, below the one that it is given. `gauges` reads how much
    there is now of what other rooms hold.
    """

    database: Database
    hub: Hub
    catalog: LiveCatalog
    request_refresh: Callable[[], None]
    sessions: LiveSessions
    gauges: Callable[[], Mapping[str, int]]
    assets: Assets
    categories: list[Category]
    origins: tuple[str, ...]
    lifetime: Lifetime
    passwords: Passwords
    free_failures: int
    registrations: RateLimiter
    login_locks: LoginLocks
    now_s: Callable[[], float]
    new_secret: Callable[[], str]
    new_uuid: Callable[[], str]
    new_epoch: Callable[[], str]
    draw: Callable[[int], int]

    @property
    def is_https(self) -> bool:
        """Say whether pages come over https; all origins have one scheme."""
        return self.origins[0].startswith("https:")

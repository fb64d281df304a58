"""Makes what HTTP handlers need from the settings and the parts of the server."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from app.domain.token_bucket import RateLimit
from app.http.core.assets import Assets
from app.http.core.context import HttpContext
from app.runtime.clock import Clock
from app.runtime.config import Config
from app.runtime.live_shop import LiveShop
from app.services.auth import Auth
from app.services.checkout import Checkout
from app.services.login_backoff import LoginLocks
from app.services.passwords import Passwords
from app.services.payments import PAYMENTS
from app.services.rate_limit import RateLimiter

Gauges = Callable[[], Mapping[str, int]]


class Chance(NamedTuple):
    """Where random values come from; `Auth` and `Checkout` say what each is used for."""

    new_secret: Callable[[], str]
    new_uuid: Callable[[], str]
    new_epoch: Callable[[], str]
    draw: Callable[[int], int]


def make_http_context(  # noqa: PLR0913 - each is a part of the server
    config: Config,
    live: LiveShop,
    *,
    assets: Assets,
    passwords: Passwords,
    gauges: Gauges,
    clock: Clock,
    chance: Chance,
) -> HttpContext:
    """Return the context. `categories` is empty until the server has loaded them."""
    return HttpContext(
        database=live.database,
        hub=live.hub,
        catalog=live.hub.context.catalog,
        sessions=live.sessions,
        auth=_make_auth(config, live, passwords, clock, chance),
        checkout=Checkout(live.database, live.hub, PAYMENTS, chance.draw),
        gauges=gauges,
        assets=assets,
        categories=[],
        origins=config.origins,
        lifetime=config.lifetime,
        now_s=clock.now_s,
        new_uuid=chance.new_uuid,
    )


def _make_auth(
    config: Config, live: LiveShop, passwords: Passwords, clock: Clock, chance: Chance
) -> Auth:
    registrations = RateLimit(config.registrations, config.registrations_per_h / 3600)
    return Auth(
        database=live.database,
        passwords=passwords,
        registrations=RateLimiter(registrations, clock.steady_s),
        login_locks=LoginLocks(),
        live_sessions=live.sessions,
        lifetime=config.lifetime,
        free_failures=config.sign_in_failures,
        now_s=clock.now_s,
        new_secret=chance.new_secret,
        new_uuid=chance.new_uuid,
        new_epoch=chance.new_epoch,
    )

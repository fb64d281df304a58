"""Makes what HTTP handlers need from the settings and the parts of the server."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from app.domain.accounts import StandIn
from app.domain.catalog import Category
from app.domain.limits import RateLimit
from app.domain.sessions import Lifetime
from app.domain.shop_settings import ShopSettings
from app.http.core.assets import Assets
from app.http.core.context import Demo, HttpContext
from app.live.catalog import LiveCatalog
from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.runtime.catch_up import CatchUp
from app.runtime.chance import Chance
from app.runtime.clock import Clock
from app.runtime.config import ON, Config
from app.runtime.lifted_limits import LOAD
from app.runtime.live_shop import LiveShop
from app.runtime.passkeys import make_passkey_services
from app.runtime.payments import make_cards
from app.runtime.setting_types import HIGHEST, is_loopback
from app.runtime.shop_pages import load_text_pages
from app.services.account_removal import AccountRemoval
from app.services.accounts import Accounts
from app.services.auth import Auth
from app.services.cart_reports import CartReports
from app.services.checkout import Checkout
from app.services.email_addresses import EmailAddresses
from app.services.event_frames import DeliverFrames
from app.services.forgotten_password import ForgottenPassword
from app.services.guest_accounts import GuestAccounts, make_guest_accounts
from app.services.helps import ASKED, Helps
from app.services.household_endings import HouseholdEndings
from app.services.households import Households
from app.services.invitations import Invitations
from app.services.login_backoff import LoginLocks
from app.services.mail.folder import MailFolder
from app.services.order_limiter import OrderLimiter
from app.services.passwords import Passwords
from app.services.payments.provider import Provider
from app.services.product_search import ProductSearch
from app.services.rate_limit import RateLimiter
from app.services.registration import Registration
from app.services.security_log import SecurityLog
from app.services.self_restart import SelfRestart
from app.services.session_lookup import SessionLookup
from app.store.database import Database
from app.store.thesaurus import load_thesaurus

GUESTS_AT_ONCE, GUESTS_PER_H = 5, 20
"""How many guests of the demo an address may begin, and of each kind of stand-in."""


Gauges = Callable[[], Mapping[str, int]]


class TakenOver(TypedDict):
    """What the context has of the settings and of the live shop, as it is there."""

    origins: tuple[str, ...]
    lifetime: Lifetime
    shop: ShopSettings
    has_offline_page: bool
    zone: tzinfo
    kept_mails: MailFolder | None
    database: Database
    hub: Hub
    catalog: LiveCatalog
    refresh_catalog: Callable[[], Awaitable[None]]
    sessions: LiveSessions
    session_lookup: SessionLookup
    security: SecurityLog


class SharedCarts(TypedDict):
    """What the context has of carts that others see too: members, and who of staff helps."""

    households: Households
    helps: Helps
    invitations: Invitations


def make_http_context(  # noqa: PLR0913 - each is a part of the server
    config: Config,
    live: LiveShop,
    *,
    assets: Assets,
    passwords: Passwords,
    gauges: Gauges,
    deliver_frames: DeliverFrames,
    clock: Clock,
    chance: Chance,
    kill: Callable[[], None],
    provider: Provider | None = None,
) -> HttpContext:
    """Return the context; `categories` is empty until the server has loaded them."""
    categories = list[Category]()
    auth = _make_auth(config, live, passwords, clock, chance)
    shared = _make_shared_carts(config, live, clock, chance)
    endings = HouseholdEndings(shared["households"])
    return HttpContext(
        **_taken_over(config, live),
        auth=auth,
        passkeys=make_passkey_services(config, auth, clock, chance),
        registration=_make_registration(config, auth, clock, chance),
        email_addresses=EmailAddresses(auth, _make_limiter(config, clock)),
        forgotten_password=ForgottenPassword(auth, _make_limiter(config, clock)),
        account_removal=AccountRemoval(auth, endings, shared["helps"]),
        accounts=_make_accounts(live, passwords, clock, endings),
        **shared,
        checkout=_make_checkout(config, live, clock, chance, provider),
        cart_reports=CartReports(live.database, clock.now_s, clock.steady_s),
        gauges=gauges,
        deliver_frames=deliver_frames,
        assets=assets,
        text_pages=load_text_pages(config),
        categories=categories,
        search=_make_search(config, live, categories),
        now_s=clock.now_s,
        new_uuid=chance.new_uuid,
        demo=_make_demo(config, auth, clock, chance, kill) if config.demo else None,
    )


def _make_search(config: Config, live: LiveShop, categories: list[Category]) -> ProductSearch:
    catalog, currency = live.hub.context.catalog, config.settings.currency
    catch_up = CatchUp(live.database, catalog, live.catalog.refresh)
    return ProductSearch(catalog.index, categories, currency, load_thesaurus(), catch_up)


def _taken_over(config: Config, live: LiveShop) -> TakenOver:
    return {
        "origins": config.origins,
        "lifetime": config.lifetime,
        "shop": config.settings,
        "has_offline_page": config.offline_page == ON,
        "zone": config.zone,
        "kept_mails": _shown_mails(config),
        "database": live.database,
        "hub": live.hub,
        "catalog": live.hub.context.catalog,
        "refresh_catalog": live.catalog.refresh,
        "sessions": live.sessions,
        "session_lookup": live.session_lookup,
        "security": live.security,
    }


def _make_shared_carts(config: Config, live: LiveShop, clock: Clock, chance: Chance) -> SharedCarts:
    new_secret, new_uuid = chance.new_secret, chance.new_uuid
    households = Households(live.database, live.hub, clock.now_s, new_secret, new_uuid)
    asked = RateLimit(HIGHEST, HIGHEST) if config.limits == LOAD else ASKED
    return {
        "households": households,
        "helps": Helps(households, RateLimiter(asked, clock.steady_s)),
        "invitations": Invitations(households, _make_limiter(config, clock), live.security),
    }


def _make_checkout(
    config: Config, live: LiveShop, clock: Clock, chance: Chance, provider: Provider | None
) -> Checkout:
    limiter = OrderLimiter(live.database, config.order_limits, clock.now_s)
    cards = make_cards(config, live, clock, provider) if provider else None
    needs_confirmed = config.confirm == ON
    return Checkout(live.database, live.hub, cards, limiter, chance.draw, needs_confirmed)


def _shown_mails(config: Config) -> MailFolder | None:
    """Return the folder of mails if everybody may read them: nobody but this machine's users.

    They have links with which whoever reads them gets into an account.
    """
    hosts = [urlsplit(origin).hostname or "" for origin in config.origins]
    is_shown = not config.mail_server and all(map(is_loopback, hosts))
    return MailFolder(Path(config.mail_folder)) if is_shown else None


def _make_demo(
    config: Config, auth: Auth, clock: Clock, chance: Chance, kill: Callable[[], None]
) -> Demo:
    """Return what a demo offers; *kill* ends this process at once, and another is started."""
    limit = RateLimit(GUESTS_AT_ONCE, GUESTS_PER_H / 3600)
    registration = _make_registration(config, auth, clock, chance)

    def guests(*, is_of_staff: bool) -> GuestAccounts:
        limiter = RateLimiter(limit, clock.steady_s)
        return make_guest_accounts(registration, limiter, is_of_staff=is_of_staff)

    return Demo(
        guests(is_of_staff=False),
        {one: guests(is_of_staff=one is StandIn.HELPER) for one in StandIn},
        SelfRestart(kill, chance.new_secret(), clock.steady_s),
    )


def _make_accounts(
    live: LiveShop, passwords: Passwords, clock: Clock, endings: HouseholdEndings
) -> Accounts:
    parts = live.database, passwords, live.sessions, live.security
    return Accounts(*parts, clock.now_s, endings.end_visits)


def _make_auth(
    config: Config, live: LiveShop, passwords: Passwords, clock: Clock, chance: Chance
) -> Auth:
    return Auth(
        database=live.database,
        passwords=passwords,
        login_locks=LoginLocks(),
        live_sessions=live.sessions,
        security=live.security,
        lifetime=config.lifetime,
        free_failures=config.sign_in_failures,
        now_s=clock.now_s,
        new_secret=chance.new_secret,
        staff_need_mfa=config.staff_need_mfa,
    )


def _make_registration(config: Config, auth: Auth, clock: Clock, chance: Chance) -> Registration:
    return Registration(
        auth,
        _make_limiter(config, clock),
        chance.new_uuid,
        chance.new_epoch,
        confirms=config.confirm == ON,
    )


def _make_limiter(config: Config, clock: Clock) -> RateLimiter:
    """Return what limits how often an address has the shop write to mailboxes of its choice."""
    limit = RateLimit(config.registrations, config.registrations_per_h / 3600)
    return RateLimiter(limit, clock.steady_s)

"""What HTTP handlers share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple

from app.domain.accounts import StandIn
from app.domain.catalog import Category
from app.domain.sessions import Lifetime
from app.domain.shop_settings import ShopSettings
from app.http.core.assets import Assets
from app.live.catalog import LiveCatalog
from app.live.hub import Hub
from app.live.sessions import LiveSessions
from app.services.account_removal import AccountRemoval
from app.services.accounts import Accounts
from app.services.auth import Auth
from app.services.cart_reports import CartReports
from app.services.checkout import Checkout
from app.services.confirmations import Confirmations
from app.services.email_addresses import EmailAddresses
from app.services.event_frames import DeliverFrames
from app.services.forgotten_password import ForgottenPassword
from app.services.guest_accounts import GuestAccounts
from app.services.helps import Helps
from app.services.households import Households
from app.services.invitations import Invitations
from app.services.mail.folder import MailFolder
from app.services.passkey_use import PasskeyUse
from app.services.passkeys import Passkeys
from app.services.product_search import ProductSearch
from app.services.receipts.printer import ReceiptPrinter
from app.services.registration import Registration
from app.services.security_log import SecurityLog
from app.services.self_restart import SelfRestart
from app.services.session_lookup import SessionLookup
from app.services.text_pages import TextPages
from app.store.database import Database


class Demo(NamedTuple):
    """What only a demo offers to everybody."""

    guests: GuestAccounts
    stand_ins: Mapping[StandIn, GuestAccounts]
    restart: SelfRestart


class PasskeyServices(NamedTuple):
    """What is done with passkeys: one's own, signing in, and what stands in for a lost one."""

    own: Passkeys
    use: PasskeyUse
    confirmations: Confirmations


@dataclass(frozen=True, slots=True)
class HttpContext:
    """The parts of the shop that handlers use, and where time and ids come from.

    `categories` is filled after this is made, before the first request. `gauges` returns current
    counts of other packages by name. `refresh_catalog` takes what others have changed, or raises
    `DatabaseUnavailable`. `now_s` is the time since 1970. All `origins` have one scheme.
    `kept_mails` is where mails are for all to see, if only this machine sees the shop and none is
    sent. `demo` is None unless this is one.
    """

    database: Database
    hub: Hub
    catalog: LiveCatalog
    sessions: LiveSessions
    session_lookup: SessionLookup
    security: SecurityLog
    auth: Auth
    registration: Registration
    email_addresses: EmailAddresses
    forgotten_password: ForgottenPassword
    account_removal: AccountRemoval
    accounts: Accounts
    passkeys: PasskeyServices
    households: Households
    helps: Helps
    invitations: Invitations
    checkout: Checkout
    cart_reports: CartReports
    gauges: Callable[[], Mapping[str, int]]
    deliver_frames: DeliverFrames
    assets: Assets
    text_pages: TextPages
    categories: list[Category]
    search: ProductSearch
    refresh_catalog: Callable[[], Awaitable[None]]
    origins: tuple[str, ...]
    lifetime: Lifetime
    shop: ShopSettings
    zone: tzinfo
    now_s: Callable[[], float]
    new_uuid: Callable[[], str]
    kept_mails: MailFolder | None
    demo: Demo | None
    has_offline_page: bool
    printer: ReceiptPrinter = field(default_factory=ReceiptPrinter)

    @property
    def is_https(self) -> bool:
        """Say whether pages are served over HTTPS."""
        return self.origins[0].startswith("https:")

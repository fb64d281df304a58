"""The settings of a server, read from `SHOP_…` environment variables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.hold_limits import CHECKOUT_GRACE_S, GRACE_S
from app.domain.limits import Limits
from app.domain.order_limits import OrderLimits
from app.domain.passkeys import relying_party
from app.domain.sessions import ABSOLUTE_S, IDLE_S, Lifetime
from app.domain.shop_settings import ShopSettings
from app.runtime.lifted_limits import LIFTED, LOAD, lifted
from app.runtime.mail_settings import email_address, mail_server_url
from app.runtime.moved_settings import MOVED
from app.runtime.setting_types import (
    BadSetting,
    any_text,
    bind_address,
    database_url,
    folder_path,
    https_origin,
    integer,
    is_loopback,
    network_list,
    one_of,
    origin_list,
    origin_of,
    private_address,
    redis_url,
    secret_key,
    stripe_key,
    stripe_webhook_secret,
)
from app.runtime.shop_file import BadShopFile, demo_shop, shop_file

ON, OFF, REQUIRED = "on", "off", "required"


def _setting(default: Any, read: Callable[[str], Any], what: str) -> Any:
    return field(default=default, metadata={"read": read, "what": what})


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one server. Their sentences are what `shop config` prints."""

    bind: str = _setting("127.0.0.1:8000", bind_address, "address and port to listen on")
    origins: tuple[str, ...] = _setting(
        (), origin_list, "where pages come from, separated by commas"
    )
    database: str = _setting("sqlite:///var/shop.db", database_url, "where everything is kept")
    redis: str = _setting("", redis_url, "where servers of one database tell each other news")
    secret: str = _setting("", secret_key, "signs the cookies; keep it, and keep it to yourself")
    proxies: str = _setting("", network_list, "addresses of proxies, which say for whom they ask")
    metrics: str = _setting(
        "", private_address, "address and port of /metrics, /healthz and /readyz"
    )
    settings: ShopSettings = field(
        default_factory=demo_shop,
        metadata={
            "read": shop_file,
            "what": "file of the shop's own settings: its name, its money, its languages …",
        },
    )
    mail_server: str = _setting(
        "", mail_server_url, "where mails are sent: smtp://… or smtps://…; none: kept as files"
    )
    mail_from: str = _setting("", email_address, "whom mails are from; needed with a mail server")
    mail_reply_to: str = _setting("", email_address, "where answers to mails go, if elsewhere")
    mail_folder: str = _setting(
        "var/mail", folder_path, "where mails are kept without such a server"
    )
    pseudo_language: str = _setting(
        "", one_of("", ON), "“on” adds pages at /en-xa, in which untranslated texts show"
    )
    stripe_key: str = _setting("", stripe_key, "secret key of Stripe; with it, cards are taken")
    stripe_webhook_secret: str = _setting(
        "", stripe_webhook_secret, "what Stripe signs its events with, at /webhooks/stripe"
    )
    stripe_api: str = _setting("", https_origin, "another address of Stripe's API, for tests")
    offline_page: str = _setting(
        ON, one_of(ON, OFF), "“off” removes the page that browsers show without a connection"
    )
    pages: str = _setting(
        "", any_text, "folder of the pages of text, such as the terms; empty for those of the demo"
    )
    node: str = _setting("w1", any_text, "what this server is called in welcome and logs")
    log: str = _setting("info", one_of("debug", "info", "warning"), "how much is logged")
    limits: str = _setting("", one_of("", LOAD), "“load” lifts all limits, on loopback only")
    burst: int = _setting(64, integer(1), "ops an account may send at once")
    per_s: int = _setting(10, integer(1), "ops an account gets back a second")
    sockets: int = _setting(10, integer(1), "sockets of one account")
    sockets_without_hello: int = _setting(10, integer(1), "sockets of one account before hello")
    sockets_without_login: int = _setting(20, integer(1), "sockets of an address without a login")
    sockets_in_all: int = _setting(15_000, integer(1), "sockets of this server")
    connections_of_address: int = _setting(
        0, integer(0), "connections of an address; 0: a third of those that there can be"
    )
    hello_ms: int = _setting(5_000, integer(1), "how long a socket may wait with its hello")
    heartbeat_ms: int = _setting(20_000, integer(100), "the longest silence on a socket")
    drain_ms: int = _setting(2_000, integer(0, 12_000), "how long tabs have to leave at the end")
    login_s: int = _setting(ABSOLUTE_S, integer(1, 10**8), "how long a login lasts at most")
    login_idle_s: int = _setting(IDLE_S, integer(1, 10**8), "how long a login lasts without use")
    hold_s: int = _setting(GRACE_S, integer(1), "how long a cart without a connection holds units")
    hold_checkout_s: int = _setting(CHECKOUT_GRACE_S, integer(1), "how long it does in checkout")
    sign_in_failures: int = _setting(4, integer(0), "failed sign-ins before they are slowed down")
    staff_passkey: str = _setting(
        "", one_of("", REQUIRED), "“required” opens pages for staff after a passkey only"
    )
    confirm: str = _setting(
        ON, one_of(ON, OFF), "“off” takes orders from addresses that nobody has confirmed by mail"
    )
    registrations: int = _setting(
        10, integer(1), "accounts, or links by mail, an address may ask for at once"
    )
    registrations_per_h: int = _setting(20, integer(1), "how many of them it gets back an hour")
    demo: str = _setting(
        "", one_of("", ON), "“on” lets strangers be guests on /how-it-works, and restart the shop"
    )
    orders_per_h: int = _setting(20, integer(1), "orders an account may place within an hour")
    orders_open: int = _setting(20, integer(1), "orders on their way to an account")
    new_account_items: int = _setting(300, integer(1), "items on their way to a new account")
    new_account_h: int = _setting(168, integer(0), "how many hours an account is new")

    @property
    def host(self) -> str:
        """Return the address to listen on."""
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """Return the port to listen on."""
        return int(self.bind.rpartition(":")[2])

    @property
    def metrics_host(self) -> str:
        """Return the address of the health endpoint."""
        return self.metrics.rpartition(":")[0].strip("[]")

    @property
    def metrics_port(self) -> int:
        """Return the port of the health endpoint."""
        return int(self.metrics.rpartition(":")[2])

    @property
    def is_shareable(self) -> bool:
        """Say whether several servers can share the database."""
        return not self.database.startswith("sqlite:")

    @property
    def zone(self) -> ZoneInfo:
        """Return the shop's time zone."""
        return ZoneInfo(self.settings.timezone)

    @property
    def is_https(self) -> bool:
        """Say whether pages are served over HTTPS."""
        return self.origins[0].startswith("https:")

    @property
    def staff_need_mfa(self) -> bool:
        """Say whether staff's pages open only to who has shown two factors."""
        return self.staff_passkey == REQUIRED

    @property
    def told_limits(self) -> Limits:
        """Return the limits that `welcome` tells clients."""
        return Limits(burst=self.burst, per_s=self.per_s, sockets=self.sockets)

    @property
    def order_limits(self) -> OrderLimits:
        """Return how much one account may order."""
        most_open = None if self.limits == LOAD else self.settings.most_open
        of_new = self.new_account_items, self.new_account_h
        return OrderLimits(self.orders_per_h, self.orders_open, most_open, *of_new)

    @property
    def lifetime(self) -> Lifetime:
        """Return how long logins last."""
        return Lifetime(self.login_s, self.login_idle_s)


def variable(name: str) -> str:
    """Return the environment variable of the setting called *name*."""
    return f"SHOP_{name.upper()}"


def read_config(environ: Mapping[str, str]) -> Config:
    """Return the settings in force; raises `BadSetting`."""
    known = {variable(each.name): each for each in fields(Config)}
    for name in environ:
        if name in MOVED:
            raise BadSetting(f"{name}: {MOVED[name]}")
        if name.startswith("SHOP_") and name not in known:
            raise BadSetting(f"{name}: there is no such setting. “shop config” lists them all.")
    given = {
        each.name: _read(name, each.metadata["read"], environ[name])
        for name, each in known.items()
        if name in environ
    }
    config = Config(**{**lifted(given), **given})
    if config.redis and not config.is_shareable:
        raise BadSetting(
            "SHOP_REDIS: servers can share a PostgreSQL database only; set SHOP_DATABASE to one."
        )
    if config.mail_server and not config.mail_from:
        raise BadSetting("SHOP_MAIL_FROM: an address is needed, for SHOP_MAIL_SERVER is set.")
    config = config if config.origins else _with_own_origins(config)
    if config.staff_need_mfa and relying_party(config.origins, "") is None:
        raise BadSetting(
            "SHOP_STAFF_PASSKEY: passkeys need a host with a name, and SHOP_ORIGINS has none."
        )
    return config


def sources(environ: Mapping[str, str]) -> dict[str, str]:
    """Return for each setting where its value comes from: a variable, or the default."""
    raised = LIFTED if environ.get(variable("limits")) == LOAD else {}
    return {
        each.name: variable(each.name)
        if variable(each.name) in environ
        else f"{variable('limits')}={LOAD}"
        if each.name in raised
        else "default"
        for each in fields(Config)
    }


def _read(name: str, read: Callable[[str], Any], value: str) -> Any:
    try:
        return read(value)
    except BadShopFile as faults:
        raise BadSetting(f"{name}: {faults}") from faults
    except BadSetting as fault:
        raise BadSetting(f"{name}: {fault}.") from fault


def _with_own_origins(config: Config) -> Config:
    names = dict.fromkeys((config.host, "localhost", "127.0.0.1"))
    own = tuple(origin_of("http", name, config.port) for name in names if is_loopback(name))
    values = {each.name: getattr(config, each.name) for each in fields(Config)}
    return Config(**{**values, "origins": own})

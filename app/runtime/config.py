"""The settings of a server, read from `SHOP_…` environment variables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from app.domain.limits import Limits
from app.domain.sessions import ABSOLUTE_S, IDLE_S, Lifetime
from app.runtime.setting_types import (
    HIGHEST,
    BadSetting,
    any_text,
    bind_address,
    database_url,
    integer,
    is_loopback,
    network_list,
    one_of,
    origin_list,
    origin_of,
    private_address,
    redis_url,
    secret_key,
)

LOAD = "load"


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
    node: str = _setting("w1", any_text, "what this server is called in welcome and logs")
    log: str = _setting("info", one_of("debug", "info", "warning"), "how much is logged")
    limits: str = _setting("", one_of("", LOAD), "“load” lifts all limits, on loopback only")
    burst: int = _setting(64, integer(1), "ops an account may send at once")
    per_s: int = _setting(10, integer(1), "ops an account gets back a second")
    sockets: int = _setting(10, integer(1), "sockets of one account")
    sockets_without_hello: int = _setting(10, integer(1), "sockets of one account before hello")
    sockets_without_login: int = _setting(20, integer(1), "sockets of an address without a login")
    sockets_in_all: int = _setting(15_000, integer(1), "sockets of this server")
    hello_ms: int = _setting(5_000, integer(1), "how long a socket may wait with its hello")
    heartbeat_ms: int = _setting(20_000, integer(100), "the longest silence on a socket")
    drain_ms: int = _setting(2_000, integer(0, 12_000), "how long tabs have to leave at the end")
    login_s: int = _setting(ABSOLUTE_S, integer(1, 10**8), "how long a login lasts at most")
    login_idle_s: int = _setting(IDLE_S, integer(1, 10**8), "how long a login lasts without use")
    sign_in_failures: int = _setting(4, integer(0), "failed sign-ins before they are slowed down")
    registrations: int = _setting(10, integer(1), "accounts an address may register at once")
    registrations_per_h: int = _setting(20, integer(1), "registrations it gets back an hour")

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
    def is_https(self) -> bool:
        """Say whether pages are served over HTTPS."""
        return self.origins[0].startswith("https:")

    @property
    def told_limits(self) -> Limits:
        """Return the limits that `welcome` tells clients."""
        return Limits(burst=self.burst, per_s=self.per_s, sockets=self.sockets)

    @property
    def lifetime(self) -> Lifetime:
        """Return how long logins last."""
        return Lifetime(self.login_s, self.login_idle_s)


_LIFTED = {
    "burst": HIGHEST,
    "per_s": HIGHEST,
    "sockets": HIGHEST,
    "sockets_without_hello": HIGHEST,
    "sockets_without_login": HIGHEST,
    "sockets_in_all": 19_000,
    "sign_in_failures": HIGHEST,
    "registrations": HIGHEST,
    "registrations_per_h": HIGHEST,
}
"""What `SHOP_LIMITS=load` sets: load tests must not be slowed down by limits."""


def variable(name: str) -> str:
    """Return the environment variable of the setting called *name*."""
    return f"SHOP_{name.upper()}"


def read_config(environ: Mapping[str, str]) -> Config:
    """Return the settings in force; raises `BadSetting`."""
    known = {variable(each.name): each for each in fields(Config)}
    for name in environ:
        if name.startswith("SHOP_") and name not in known:
            raise BadSetting(f"{name}: there is no such setting. “shop config” lists them all.")
    given = {
        each.name: _read(name, each.metadata["read"], environ[name])
        for name, each in known.items()
        if name in environ
    }
    config = Config(**{**_lifted(given), **given})
    if config.redis and not config.is_shareable:
        raise BadSetting(
            "SHOP_REDIS: servers can share a PostgreSQL database only; set SHOP_DATABASE to one."
        )
    return config if config.origins else _with_own_origins(config)


def sources(environ: Mapping[str, str]) -> dict[str, str]:
    """Return for each setting where its value comes from: a variable, or the default."""
    lifted = _LIFTED if environ.get(variable("limits")) == LOAD else {}
    return {
        each.name: variable(each.name)
        if variable(each.name) in environ
        else f"{variable('limits')}={LOAD}"
        if each.name in lifted
        else "default"
        for each in fields(Config)
    }


def _read(name: str, read: Callable[[str], Any], value: str) -> Any:
    try:
        return read(value)
    except BadSetting as fault:
        raise BadSetting(f"{name}: {fault}.") from fault


def _lifted(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if given.get("limits") != LOAD:
        return {}
    for origin in given.get("origins", ()):
        if not is_loopback(urlsplit(origin).hostname or ""):
            raise BadSetting(
                f"SHOP_LIMITS: “{LOAD}” is refused, because “{origin}” is not a loopback address."
            )
    return _LIFTED


def _with_own_origins(config: Config) -> Config:
    names = dict.fromkeys((config.host, "localhost", "127.0.0.1"))
    own = tuple(origin_of("http", name, config.port) for name in names if is_loopback(name))
    values = {each.name: getattr(config, each.name) for each in fields(Config)}
    return Config(**{**values, "origins": own})

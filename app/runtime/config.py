"""What differs between one running shop and another: settings, read from `SHOP_…` variables."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from app.domain.limits import Limits
from app.domain.sessions import ABSOLUTE_S, IDLE_S, Lifetime

LIFTED = 1_000_000
LOAD = "load"
SHORTEST_SECRET = 32
USUAL_PORTS = {"http": 80, "https": 443}
"""Browsers leave these out of an origin."""


class BadSetting(Exception):
    """A setting cannot be used; the text is a sentence that says why, and what would do."""


def _text(value: str) -> str:
    return value


def _number(least: int, most: int = LIFTED) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise BadSetting(f"a whole number from {least} to {most} is needed")
        return int(value)

    return read


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in value.split(",") if part.strip())
    if not origins:
        raise BadSetting("at least one origin is needed, like https://shop.example")
    for origin in origins:
        _check_origin(origin)
    if len({origin.partition(":")[0] for origin in origins}) > 1:
        raise BadSetting("all origins need the same scheme, https or http")
    return origins


def _check_origin(origin: str) -> None:
    if origin != _as_browsers_spell(origin):
        raise BadSetting(f"“{origin}” is not an origin like https://shop.example")
    if origin.startswith("http:") and not _is_loopback(urlsplit(origin).hostname or ""):
        raise BadSetting(f"“{origin}” must begin with https://; http is for loopback only")


def _as_browsers_spell(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in USUAL_PORTS:
        return None
    return _origin(parts.scheme, host, port or USUAL_PORTS[parts.scheme])


def _origin(scheme: str, host: str, port: int) -> str:
    shown = "" if port == USUAL_PORTS[scheme] else f":{port}"
    return f"{scheme}://{_in_url(host)}{shown}"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bind(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004
        raise BadSetting("an address and a port are needed, like 127.0.0.1:8000")
    return value


def _metrics(value: str) -> str:
    if not value:
        return value
    host = _bind(value).rpartition(":")[0].strip("[]")
    if not _is_loopback(host) and not _is_private(host):
        raise BadSetting(
            "figures have no login: a loopback address is needed, or one of a private network,"
            " like 127.0.0.1:9100"
        )
    return value


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified


def _proxies(value: str) -> str:
    try:
        for part in filter(None, value.split(",")):
            ipaddress.ip_network(part.strip())
    except ValueError:
        raise BadSetting(
            "addresses or networks are needed, separated by commas, like 127.0.0.1,10.0.0.0/8"
        ) from None
    return value


def _database(value: str) -> str:
    if re.fullmatch("sqlite:///.+|postgresql(\\+psycopg)?://.*/.+", value) is None:
        raise BadSetting(
            "a file or a PostgreSQL database is needed, like sqlite:///var/shop.db"
            " or postgresql://shop:password@127.0.0.1/shop"
        )
    return value


def _redis(value: str) -> str:
    if value and re.fullmatch("rediss?://.+", value) is None:
        raise BadSetting("a Redis server is needed, like redis://127.0.0.1:6379/0")
    return value


def _secret(value: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise BadSetting(f"at least {SHORTEST_SECRET} characters are needed, drawn by chance")
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in words:
            raise BadSetting(f"one of these is needed: {', '.join(words)}")
        return value

    return read


def _setting(default: Any, read: Callable[[str], Any], what: str) -> Any:
    return field(default=default, metadata={"read": read, "what": what})


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one running shop."""

    bind: str = _setting("127.0.0.1:8000", _bind, "address and port to listen on")
    origins: tuple[str, ...] = _setting((), _origins, "where pages come from, separated by commas")
    database: str = _setting("sqlite:///var/shop.db", _database, "where everything is kept")
    redis: str = _setting("", _redis, "where servers of one database tell each other news")
    secret: str = _setting("", _secret, "signs the cookies; keep it, and keep it to yourself")
    proxies: str = _setting("", _proxies, "addresses of proxies, which say for whom they ask")
    metrics: str = _setting("", _metrics, "address and port of /metrics, /healthz and /readyz")
    node: str = _setting("w1", _text, "what this server is called in welcome and logs")
    log: str = _setting("info", _one_of("debug", "info", "warning"), "how much is logged")
    limits: str = _setting("", _one_of("", LOAD), "“load” lifts all limits, on loopback only")
    burst: int = _setting(64, _number(1), "ops an account may send at once")
    per_s: int = _setting(10, _number(1), "ops an account gets back a second")
    sockets: int = _setting(10, _number(1), "sockets of one account")
    sockets_without_hello: int = _setting(10, _number(1), "sockets of one account before hello")
    sockets_without_login: int = _setting(20, _number(1), "sockets of an address without a login")
    sockets_in_all: int = _setting(15_000, _number(1), "sockets of this server")
    hello_ms: int = _setting(5_000, _number(1), "how long a socket may wait with its hello")
    heartbeat_ms: int = _setting(20_000, _number(100), "the longest silence on a socket")
    drain_ms: int = _setting(2_000, _number(0, 12_000), "how long tabs have to leave at the end")
    login_s: int = _setting(ABSOLUTE_S, _number(1, 10**8), "how long a login lasts at most")
    login_idle_s: int = _setting(IDLE_S, _number(1, 10**8), "how long a login lasts without use")
    sign_in_failures: int = _setting(4, _number(0), "failed sign-ins before they are slowed down")
    registrations: int = _setting(10, _number(1), "accounts an address may register at once")
    registrations_per_h: int = _setting(20, _number(1), "registrations it gets back an hour")

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
        """Return the address to listen on for those who watch over the shop."""
        return self.metrics.rpartition(":")[0].strip("[]")

    @property
    def metrics_port(self) -> int:
        """Return the port to listen on for them."""
        return int(self.metrics.rpartition(":")[2])

    @property
    def is_shareable(self) -> bool:
        """Say whether several servers can have the database open."""
        return not self.database.startswith("sqlite:")

    @property
    def is_https(self) -> bool:
        """Say whether pages come over https."""
        return self.origins[0].startswith("https:")

    @property
    def told_limits(self) -> Limits:
        """Return the limits that clients are told."""
        return Limits(burst=self.burst, per_s=self.per_s, sockets=self.sockets)

    @property
    def lifetime(self) -> Lifetime:
        """Return how long logins last."""
        return Lifetime(self.login_s, self.login_idle_s)


_LIFTED = {
    "burst": LIFTED,
    "per_s": LIFTED,
    "sockets": LIFTED,
    "sockets_without_hello": LIFTED,
    "sockets_without_login": LIFTED,
    "sockets_in_all": 19_000,
    "sign_in_failures": LIFTED,
    "registrations": LIFTED,
    "registrations_per_h": LIFTED,
}


def variable(name: str) -> str:
    """Return the environment variable of the setting called *name*."""
    return f"SHOP_{name.upper()}"


def read_config(environ: Mapping[str, str]) -> Config:
    """Return the settings in force, or raise `BadSetting`; a value's source is in `sources`."""
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
    """Say for each setting where its value comes from."""
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
        if not _is_loopback(urlsplit(origin).hostname or ""):
            raise BadSetting(
                f"SHOP_LIMITS: “{LOAD}” is refused, because “{origin}” is not a loopback address."
            )
    return _LIFTED


def _with_own_origins(config: Config) -> Config:
    names = dict.fromkeys((config.host, "localhost", "127.0.0.1"))
    own = tuple(_origin("http", name, config.port) for name in names if _is_loopback(name))
    values = {each.name: getattr(config, each.name) for each in fields(Config)}
    return Config(**{**values, "origins": own})


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host

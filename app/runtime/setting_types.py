"""Types of settings: each is a function that checks a text and returns its value."""

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

HIGHEST = 1_000_000
"""The highest number that any setting may have, unless it says otherwise."""
SHORTEST_SECRET = 32
USUAL_PORTS = {"http": 80, "https": 443}
"""Browsers leave these out of an origin."""


class BadSetting(Exception):
    """A setting cannot be used; the text is a sentence with the reason, and what could be used."""


def any_text(value: str) -> str:
    """Return any text as it is."""
    return value


def folder_path(value: str) -> str:
    """Return the path of a folder; it is made when it is needed."""
    if not value:
        raise BadSetting("a folder is needed, like var/mail")
    return value


def integer(least: int, most: int = HIGHEST) -> Callable[[str], int]:
    """Return a reader of whole numbers within bounds."""

    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise BadSetting(f"a whole number from {least} to {most} is needed")
        return int(value)

    return read


def origin_list(value: str) -> tuple[str, ...]:
    """Return origins (RFC 6454) that are separated by commas; all have one scheme."""
    origins = tuple(part.strip() for part in value.split(",") if part.strip())
    if not origins:
        raise BadSetting("at least one origin is needed, like https://shop.example")
    for origin in origins:
        _check_origin(origin)
    if len({origin.partition(":")[0] for origin in origins}) > 1:
        raise BadSetting("all origins need the same scheme, https or http")
    return origins


def _check_origin(origin: str) -> None:
    if origin != _as_browsers_send_it(origin):
        raise BadSetting(f"“{origin}” is not an origin like https://shop.example")
    if origin.startswith("http:") and not is_loopback(urlsplit(origin).hostname or ""):
        raise BadSetting(f"“{origin}” must begin with https://; http is for loopback only")


def _as_browsers_send_it(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in USUAL_PORTS:
        return None
    return origin_of(parts.scheme, host, port or USUAL_PORTS[parts.scheme])


def origin_of(scheme: str, host: str, port: int) -> str:
    """Return an origin in the spelling that browsers send."""
    shown = "" if port == USUAL_PORTS[scheme] else f":{port}"
    return f"{scheme}://{_in_url(host)}{shown}"


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach *host*."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bind_address(value: str) -> str:
    """Return an address with a port."""
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004
        raise BadSetting("an address and a port are needed, like 127.0.0.1:8000")
    return value


def private_address(value: str) -> str:
    """Return an address that the internet cannot reach, or an empty string for none."""
    if not value:
        return value
    host = bind_address(value).rpartition(":")[0].strip("[]")
    if not is_loopback(host) and not _is_private(host):
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


def network_list(value: str) -> str:
    """Return networks that are separated by commas."""
    try:
        for part in filter(None, value.split(",")):
            ipaddress.ip_network(part.strip())
    except ValueError:
        raise BadSetting(
            "addresses or networks are needed, separated by commas, like 127.0.0.1,10.0.0.0/8"
        ) from None
    return value


def database_url(value: str) -> str:
    """Return the URL of an SQLite file or a PostgreSQL database."""
    if re.fullmatch("sqlite:///.+|postgresql(\\+psycopg)?://.*/.+", value) is None:
        raise BadSetting(
            "a file or a PostgreSQL database is needed, like sqlite:///var/shop.db"
            " or postgresql://shop:password@127.0.0.1/shop"
        )
    if value.startswith("postgresql"):
        _check_postgresql(value)
    return value


def _check_postgresql(url: str) -> None:
    from app.store.postgresql import parameters  # noqa: PLC0415 - a shop on a file has no need

    try:
        parameters(url)
    except ValueError as fault:
        raise BadSetting(f"this is no address of a PostgreSQL database: {fault}") from None


def redis_url(value: str) -> str:
    """Return the URL of a Redis server, or an empty string for none."""
    if value and re.fullmatch("rediss?://.+", value) is None:
        raise BadSetting("a Redis server is needed, like redis://127.0.0.1:6379/0")
    return value


def secret_key(value: str) -> str:
    """Return a key that is too long to be guessed."""
    if len(value) < SHORTEST_SECRET:
        raise BadSetting(f"at least {SHORTEST_SECRET} characters are needed, drawn by chance")
    return value


def stripe_key(value: str) -> str:
    """Return a secret or restricted key of Stripe, or an empty string for none."""
    if value and re.fullmatch("(sk|rk)_(test|live)_[A-Za-z0-9_]+", value) is None:
        raise BadSetting("a secret key of Stripe is needed, which begins with sk_ or rk_")
    return value


def stripe_webhook_secret(value: str) -> str:
    """Return the signing secret of a webhook of Stripe, or an empty string for none."""
    if value and re.fullmatch("whsec_[A-Za-z0-9_+/=]+", value) is None:
        raise BadSetting("the signing secret of a webhook is needed, which begins with whsec_")
    return value


def https_origin(value: str) -> str:
    """Return an origin that is called over HTTPS, or over HTTP on loopback; empty for none."""
    if value:
        _check_origin(value)
    return value


def zone_name(value: str) -> str:
    """Return the name of a time zone that this machine knows."""
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder, or no name at all
        raise BadSetting("a time zone is needed, like Europe/London or UTC") from None
    return value


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of one of *words*."""

    def read(value: str) -> str:
        if value not in words:
            raise BadSetting(f"one of these is needed: {', '.join(words)}")
        return value

    return read


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host

"""What `SHOP_LIMITS=load` sets: load tests must not be slowed down by limits."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app.runtime.setting_types import HIGHEST, BadSetting, is_loopback

LOAD, OFF = "load", "off"

LIFTED = {
    "burst": HIGHEST,
    "per_s": HIGHEST,
    "sockets": HIGHEST,
    "sockets_without_hello": HIGHEST,
    "sockets_without_login": HIGHEST,
    "sockets_in_all": 19_000,
    "connections_of_address": HIGHEST,
    "sign_in_failures": HIGHEST,
    "confirm": OFF,
    "registrations": HIGHEST,
    "registrations_per_h": HIGHEST,
    "orders_per_h": HIGHEST,
    "orders_open": HIGHEST,
    "new_account_items": HIGHEST,
}
"""The settings, by name."""


def lifted(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the settings that those *given* lift. Raises `BadSetting` if others reach the shop."""
    if given.get("limits") != LOAD:
        return {}
    for origin in given.get("origins", ()):
        if not is_loopback(urlsplit(origin).hostname or ""):
            raise BadSetting(
                f"SHOP_LIMITS: “{LOAD}” is refused, because “{origin}” is not a loopback address."
            )
    return LIFTED

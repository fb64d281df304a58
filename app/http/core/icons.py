"""The icons of the shop, for tabs, home screens and the manifest: its own logo, or the built-in."""

import struct
from typing import Final, NamedTuple

from app.http.core.assets import BUILT_IN_LOGO, Assets

BUILT_IN_TOUCH_ICON: Final = "img/apple-touch-icon.png"
ANY, MASKABLE = "any", "maskable"


class Icon(NamedTuple):
    """A picture for the manifest; `sizes` is like 192x192, or “any” for one without pixels."""

    path: str
    sizes: str
    purpose: str = ANY


BUILT_IN: Final = (
    Icon(BUILT_IN_LOGO, ANY),
    Icon("img/icon-192.png", "192x192"),
    Icon("img/icon-512.png", "512x512"),
    Icon("img/maskable.svg", ANY, MASKABLE),
    Icon("img/maskable-512.png", "512x512", MASKABLE),
)


def manifest_icons(assets: Assets) -> tuple[Icon, ...]:
    """Return the icons of the manifest; a logo is not maskable, since its edges may be needed."""
    if assets.icon == BUILT_IN_LOGO:
        return BUILT_IN
    return (Icon(assets.icon, _sizes(assets)),)


def touch_icon(assets: Assets) -> str:
    """Return the path of the icon on Apple's home screens, which is a PNG; empty if there is none.

    The built-in one would be another shop's beside a logo that is drawn in SVG.
    """
    if assets.icon == BUILT_IN_LOGO:
        return BUILT_IN_TOUCH_ICON
    return assets.icon if assets.icon.endswith(".png") else ""


def _sizes(assets: Assets) -> str:
    """Return the size that a PNG begins with (its IHDR), or “any” for an SVG."""
    if not assets.icon.endswith(".png"):
        return ANY
    width, height = struct.unpack(">II", assets.asset(assets.icon).body[16:24])
    return f"{width}x{height}"

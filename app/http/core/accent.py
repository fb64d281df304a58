"""Puts a shop's own accent colour into the stylesheet, for light and for dark pages."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from app.domain.colours import BLACK, WHITE, Colour, read_colour, until_readable


class Theme(NamedTuple):
    """A colour for light pages, and one for dark ones."""

    light: str
    dark: str


PAPER: Final = Theme("#f6f4ee", "#14171a")
"""What pages are written on."""
_DARK_CARD: Final = Colour(0x1D, 0x21, 0x25)
_IN_THE_DARK: Final = 7.0
"""The least contrast of the accent on dark cards: a light colour is mixed as far as that."""
_DECLARED: Final = re.compile(r"(?<=--)(accent|accent-strong|on-accent|soft): (#[0-9a-f]{6})(?=;)")


def with_accent(style: str, accent: str) -> str:
    """Return *style* with its accent's colours made of *accent*, unless that is what it has.

    Each is declared twice: for light pages first, then for dark ones.
    """
    colour, own = read_colour(accent), _DECLARED.search(style)
    if colour is None or own is None or read_colour(own[2]) == colour:
        return style
    schemes = {
        name: [text, dark[name]]
        for dark in [_dark(colour)]
        for name, text in _light(colour).items()
    }
    return _DECLARED.sub(lambda found: f"{found[1]}: {schemes[found[1]].pop(0)}", style)


def theme_colours(accent: str) -> Theme:
    """Return the colours of a browser around pages: the *accent*'s, or those of the paper."""
    if (colour := read_colour(accent)) is None:
        return PAPER
    return Theme(str(colour), str(_dark(colour)["soft"]))


def _light(accent: Colour) -> Mapping[str, Colour]:
    return {
        "accent": accent,
        "accent-strong": accent.mixed(BLACK, 0.25),
        "on-accent": WHITE,
        "soft": WHITE.mixed(accent, 0.12),
    }


def _dark(accent: Colour) -> Mapping[str, Colour]:
    light = until_readable(accent, WHITE, _DARK_CARD, _IN_THE_DARK)
    return {
        "accent": light,
        "accent-strong": light.mixed(WHITE, 0.25),
        "on-accent": light.mixed(BLACK, 0.85),
        "soft": _DARK_CARD.mixed(accent, 0.3),
    }

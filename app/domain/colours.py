"""Colours, and how well text can be read on them (WCAG 2.2)."""

import re
from typing import Final, NamedTuple

AA: Final = 4.5
"""The least contrast of text with its background at level AA (WCAG 2.2, 1.4.3)."""
_HEX: Final = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.ASCII)
_DARK: Final = 0.04045
_WEIGHTS: Final = (0.2126, 0.7152, 0.0722)


class Colour(NamedTuple):
    """Red, green and blue, each from 0 to 255."""

    red: int
    green: int
    blue: int

    def mixed(self, other: "Colour", share: float) -> "Colour":
        """Return it with a *share*, from 0 to 1, of *other*."""
        parts = zip(self, other, strict=True)
        return Colour(*(round(own + (its - own) * share) for own, its in parts))

    def __str__(self) -> str:
        """Return it as CSS writes it, such as #1f6b45."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BLACK: Final = Colour(0, 0, 0)
WHITE: Final = Colour(255, 255, 255)


def read_colour(text: str) -> Colour | None:
    """Return the colour in *text*, like #1f6b45; None if it is none."""
    found = _HEX.fullmatch(text.strip().casefold())
    return Colour(*(int(part, 16) for part in found.groups())) if found else None


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def until_readable(colour: Colour, towards: Colour, on: Colour, least: float = AA) -> Colour:
    """Return *colour*, mixed with *towards* by so much that its contrast *on* another is enough."""
    mixes = (colour.mixed(towards, step / 50) for step in range(51))
    return next(mix for mix in mixes if contrast(mix, on) >= least)


def _luminance(colour: Colour) -> float:
    parts = (part / 255 for part in colour)
    linear = (part / 12.92 if part <= _DARK else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip(_WEIGHTS, linear, strict=True))

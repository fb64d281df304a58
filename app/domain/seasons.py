"""What a front page puts first on a day: produce in its season, and each product in turn."""

from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from typing import Final

SEASONS: Final[Mapping[str, tuple[int, int]]] = {
    "gala-apples": (9, 2),
    "braeburn-apples": (10, 3),
    "bramley-apples": (9, 3),
    "conference-pears": (9, 2),
    "tangerines": (11, 1),
    "navel-oranges": (12, 3),
    "lemons": (12, 3),
    "watermelon": (6, 8),
    "black-grapes": (8, 10),
    "strawberries": (5, 8),
    "blueberries": (7, 9),
    "galia-melon": (6, 8),
    "cherries": (6, 8),
    "peaches": (6, 9),
    "mango": (4, 5),
    "pineapple": (3, 5),
    "vine-tomatoes": (6, 10),
    "aubergine": (7, 10),
    "broccoli": (7, 10),
    "butterhead-lettuce": (5, 9),
    "spring-greens": (3, 6),
    "cucumber": (5, 9),
    "red-chillies": (8, 10),
    "sweetcorn": (8, 10),
    "carrots": (6, 12),
    "bunched-carrots": (5, 8),
    "garlic": (7, 10),
    "brown-onions": (9, 3),
    "shallots": (8, 12),
    "maris-piper-potatoes": (9, 4),
    "new-potatoes": (4, 7),
    "baking-potatoes": (9, 4),
    "sweet-potatoes": (9, 12),
    "garden-peas": (6, 8),
    "cooked-chestnuts": (10, 12),
    "sunflowers": (7, 9),
    "tulips": (2, 5),
}
"""The first and the last month, by slug, of what is grown outdoors, or of imports at their best."""


def in_season(slug: str, day: date) -> bool:
    """Say whether the product called *slug* is in season on *day*; those without one never are."""
    first, last = SEASONS.get(slug, (0, 0))
    return first <= day.month <= last if first <= last else not last < day.month < first


def turn(slug: str, day: date) -> bytes:
    """Return what products are sorted by for *day*: another order each day, the same all day."""
    return blake2b(f"{day} {slug}".encode(), digest_size=8).digest()

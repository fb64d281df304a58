"""How much one account may hold, and for how long (protocol.md §10)."""

from typing import Final

MOST_HELD_LINES: Final = 5
MOST_HELD_UNITS: Final = 20
"""So many lines and units of one account are held, so that nobody locks the shop."""
GRACE_S: Final = 120
"""How long a hold lasts after the last connection of its cart."""
CHECKOUT_GRACE_S: Final = 600
"""How long it lasts if the account has asked for the checkout page no longer ago than that."""

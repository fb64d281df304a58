"""How a live cart stands to the database."""

from enum import Enum, auto


class SyncState(Enum):
    """Whether the saved cart in memory is the one in the database.

    `STALE`: another node has saved it, so what is ruled on now will be ruled on again.
    `UNKNOWN`: the database is away, so nothing is ruled on at all. `LOST`: it was given up.
    """

    IN_SYNC = auto()
    STALE = auto()
    UNKNOWN = auto()
    LOST = auto()

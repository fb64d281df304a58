"""What becomes of the frames that the client of an event stream sends in requests of their own."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from app.domain.accounts import AccountId


class Delivery(StrEnum):
    """Whether frames reached their stream: it is not there, or has no room for so many."""

    DONE = "done"
    UNKNOWN = "unknown"
    FULL = "full"


DeliverFrames = Callable[[str, AccountId, Sequence[bytes]], Delivery]
"""Gives frames to the stream at an address, if it is of this account."""

"""How long a login lasts (protocol.md §7; ASVS 5.0, 7.3)."""

from dataclasses import dataclass
from typing import NewType

from app.domain.cart import AccountId

SessionHash = NewType("SessionHash", str)
"""A digest of the random id in the cookie: all that the shop keeps of it."""

ABSOLUTE_S = 14 * 24 * 3600
IDLE_S = 3 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How many seconds a login lasts: at most, and without use."""

    absolute_s: int = ABSOLUTE_S
    idle_s: int = IDLE_S


@dataclass(frozen=True, slots=True)
class Session:
    """A login: whose it is, when it was last used and when it ends at the latest."""

    id_hash: SessionHash
    account: AccountId
    name: str
    staff: bool
    used_at_s: int
    ends_at_s: int


def ends_at_s(session: Session, lifetime: Lifetime) -> int:
    """Return when *session* ends if it is not used again."""
    return min(session.ends_at_s, session.used_at_s + lifetime.idle_s)

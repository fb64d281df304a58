"""How long a login lasts (protocol.md §7; ASVS 5.0, 7.3)."""

from dataclasses import dataclass, replace
from typing import NewType

from app.domain.accounts import AccountId
from app.domain.languages import Language

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
    """A login: whose it is, when it was last used and when it ends at the latest.

    `language` is the one that its account has chosen. `began_at_s` is when its holder last showed a
    password or a passkey, `mfa_at_s` when that were two factors: a passkey, which asks for a PIN or
    a finger, or a password with a recovery code. `lacks_mfa`: it would be one of staff with two.
    """

    id_hash: SessionHash
    account: AccountId
    name: str
    staff: bool
    used_at_s: int
    ends_at_s: int
    language: Language | None = None
    began_at_s: int = 0
    mfa_at_s: int | None = None
    lacks_mfa: bool = False


def without_rights(session: Session) -> Session:
    """Return *session* without the rights of staff, if it has only one factor."""
    if session.mfa_at_s is not None or not session.staff:
        return session
    return replace(session, staff=False, lacks_mfa=True)


def ends_at_s(session: Session, lifetime: Lifetime) -> int:
    """Return when *session* ends if it is not used again."""
    return min(session.ends_at_s, session.used_at_s + lifetime.idle_s)


def is_valid(session: Session, lifetime: Lifetime, now_s: float) -> bool:
    """Say whether *session* has not expired."""
    return ends_at_s(session, lifetime) > now_s

"""Passkeys: credentials of WebAuthn, with which a browser signs in without a password."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final, NamedTuple, NewType
from urllib.parse import urlsplit

from app.domain.accounts import AccountId
from app.domain.sessions import Session

PasskeyId = NewType("PasskeyId", str)
"""A digest of the credential's id: what URLs and the database name a passkey by."""

MOST_PASSKEYS: Final = 20
RECENT_S: Final = 600
"""For how long after a sign-in its holder may change what one signs in with (ASVS 5.0, 7.5.1)."""


class Passkey(NamedTuple):
    """A passkey of an account; `used_at_s` is None until it is used for the first time."""

    id: PasskeyId
    account: AccountId
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    transports: tuple[str, ...]
    is_backed_up: bool
    created_at_s: int
    used_at_s: int | None = None


class RelyingParty(NamedTuple):
    """What passkeys are made for: the shop at the host `id`, and all `origins` that may ask."""

    id: str
    name: str
    origins: tuple[str, ...]


def relying_party(origins: Sequence[str], name: str) -> RelyingParty | None:
    """Return the shop as its passkeys know it, or None if it has addresses in numbers only.

    The first host with a name is the one; a number cannot be (WebAuthn level 3, §5.1.2). Pages of
    other hosts may ask for its passkeys since they are listed as related (§5.11).
    """
    named = tuple(origin for origin in origins if not _is_number(_host(origin)))
    return RelyingParty(_host(named[0]), name, named) if named else None


def is_recent(session: Session, now_s: float, *, needs_mfa: bool) -> bool:
    """Say whether the holder of *session* has shown recently who they are, if need be doubly."""
    shown_at_s = session.mfa_at_s if needs_mfa else session.began_at_s
    return shown_at_s is not None and now_s - shown_at_s < RECENT_S


def is_cloned(passkey: Passkey, sign_count: int) -> bool:
    """Say whether a use with this count shows that there is a copy of the passkey.

    A count that is kept grows with each use; 0 is that of a passkey without one (§6.1.1).
    """
    return bool(sign_count or passkey.sign_count) and sign_count <= passkey.sign_count


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

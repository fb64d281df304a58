"""Passkeys are made for a host with a name, and are changed only after a recent sign-in."""

import pytest

from app.domain.passkeys import (
    Passkey,
    PasskeyId,
    RelyingParty,
    is_cloned,
    is_recent,
    relying_party,
)
from app.domain.sessions import Session, SessionHash
from tests.examples import ADA, DAY_S, NOON

SHOP = "https://shop.example:8443"
OTHER = "https://other.example"
TEN_MINUTES_S = 600


def signed_in(began_at_s: int, mfa_at_s: int | None) -> Session:
    """Return a login whose holder has shown one factor, and two, at these times."""
    return Session(
        SessionHash("5e55"),
        ADA,
        name="Ada",
        staff=False,
        used_at_s=NOON,
        ends_at_s=NOON + DAY_S,
        began_at_s=began_at_s,
        mfa_at_s=mfa_at_s,
    )


def passkey(sign_count: int) -> Passkey:
    """Return a passkey that was last used with this count."""
    return Passkey(
        PasskeyId("ce11"),
        ADA,
        credential=b"id",
        public_key=b"key",
        sign_count=sign_count,
        name="Phone",
        transports=(),
        is_backed_up=False,
        created_at_s=NOON,
    )


@pytest.mark.parametrize(
    ("origins", "host", "named"),
    [
        ([SHOP], "shop.example", (SHOP,)),
        ([SHOP, OTHER], "shop.example", (SHOP, OTHER)),
        ([OTHER, SHOP], "other.example", (OTHER, SHOP)),
        (["http://127.0.0.1:8000", SHOP, "http://[::1]:8000"], "shop.example", (SHOP,)),
        (["http://localhost:8000"], "localhost", ("http://localhost:8000",)),
    ],
)
def test_passkeys_are_made_for_the_first_host_with_a_name(
    origins: list[str], host: str, named: tuple[str, ...]
) -> None:
    assert relying_party(origins, "Shop") == RelyingParty(host, "Shop", named)


@pytest.mark.parametrize("origins", [[], ["http://127.0.0.1"], ["http://[::1]:8000"]])
def test_a_shop_without_a_named_host_has_no_passkeys(origins: list[str]) -> None:
    assert relying_party(origins, "Shop") is None


@pytest.mark.parametrize(
    ("began_ago_s", "mfa_ago_s", "needs_mfa", "recent"),
    [
        (TEN_MINUTES_S - 1, None, False, True),
        (TEN_MINUTES_S, None, False, False),
        (TEN_MINUTES_S, 0, False, False),
        (0, None, True, False),
        (0, TEN_MINUTES_S, True, False),
        (TEN_MINUTES_S, TEN_MINUTES_S - 1, True, True),
    ],
)
def test_a_sign_in_is_recent_for_ten_minutes_with_as_many_factors_as_are_needed(
    *, began_ago_s: int, mfa_ago_s: int | None, needs_mfa: bool, recent: bool
) -> None:
    mfa_at_s = None if mfa_ago_s is None else NOON - mfa_ago_s
    session = signed_in(NOON - began_ago_s, mfa_at_s)

    assert is_recent(session, NOON, needs_mfa=needs_mfa) is recent


@pytest.mark.parametrize(
    ("kept", "told", "cloned"),
    [(0, 0, False), (0, 1, False), (7, 8, False), (7, 7, True), (7, 6, True), (7, 0, True)],
)
def test_a_count_that_does_not_grow_shows_a_copy_of_the_passkey(
    *, kept: int, told: int, cloned: bool
) -> None:
    assert is_cloned(passkey(kept), told) is cloned

"""How long a login lasts (protocol.md §7)."""

from dataclasses import replace

import pytest

from app.domain.sessions import Lifetime, Session, SessionHash, ends_at_s, is_valid, without_rights
from tests.examples import ADA, DAY_S, NOON


def used(days_ago: int, days_left: int) -> Session:
    """Return a login that was last used, and that ends at the latest, so many days from noon."""
    return Session(
        SessionHash("5e55"),
        ADA,
        name="Ada",
        staff=False,
        used_at_s=NOON - days_ago * DAY_S,
        ends_at_s=NOON + days_left * DAY_S,
    )


@pytest.mark.parametrize(
    ("days_ago", "days_left", "ends_in_days"),
    [(0, 14, 3), (2, 12, 1), (3, 11, 0), (0, 2, 2), (2, 1, 1), (1, 2, 2)],
)
def test_a_session_ends_three_days_after_its_last_use_but_not_after_its_maximum_lifetime(
    days_ago: int, days_left: int, ends_in_days: int
) -> None:
    ends_at = ends_at_s(used(days_ago, days_left), Lifetime())

    assert ends_at == NOON + ends_in_days * DAY_S


def test_a_session_lasts_14_days_at_most_and_three_without_use() -> None:
    assert Lifetime() == Lifetime(absolute_s=14 * DAY_S, idle_s=3 * DAY_S)


def test_a_shop_may_configure_shorter_sessions() -> None:
    assert ends_at_s(used(0, 14), Lifetime(idle_s=60)) == NOON + 60


def test_a_session_is_valid_until_the_moment_at_which_it_ends() -> None:
    session = used(days_ago=0, days_left=14)
    ends_s = ends_at_s(session, Lifetime())

    assert is_valid(session, Lifetime(), ends_s - 1)
    assert not is_valid(session, Lifetime(), ends_s)


def test_only_staff_with_one_factor_lose_their_rights() -> None:
    shopper = used(days_ago=0, days_left=14)
    staff = replace(shopper, staff=True)
    with_two_factors = replace(staff, mfa_at_s=NOON)

    assert without_rights(staff) == replace(staff, staff=False, lacks_mfa=True)
    assert without_rights(with_two_factors) == with_two_factors
    assert without_rights(shopper) == shopper

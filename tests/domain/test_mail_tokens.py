"""Tokens in links that come by mail are good for a while, which depends on what they allow."""

import pytest

from app.domain.mail_tokens import LASTS_S, MailToken, Purpose, TokenHash
from tests.examples import ADA, DAY_S, NOON


@pytest.mark.parametrize(
    ("purpose", "lasts_s"),
    [
        (Purpose.CONFIRM, DAY_S),
        (Purpose.RESET, 30 * 60),
        (Purpose.GIVE_UP_EMAIL, DAY_S),
        (Purpose.TAKE_EMAIL, DAY_S),
    ],
)
def test_a_token_lasts_a_day_but_only_half_an_hour_for_a_new_password(
    purpose: Purpose, lasts_s: int
) -> None:
    token = MailToken(TokenHash("70ce"), purpose, ADA, "ada@shop.example", created_at_s=NOON)

    assert token.expires_at_s == NOON + lasts_s


def test_a_token_for_any_purpose_expires() -> None:
    assert set(LASTS_S) == set(Purpose)

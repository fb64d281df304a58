"""What an account's name may be, and whose it is."""

import pytest

from app.domain.accounts import LONGEST_NAME, AccountId, is_guest, is_name


@pytest.mark.parametrize("text", ["Ada", "名", "x" * LONGEST_NAME])
def test_a_name_is_text_on_one_line(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "   ", "Ada\nB", "Ada\tB", "x" * (LONGEST_NAME + 1)])
def test_blank_long_and_multi_line_texts_are_not_names(text: str) -> None:
    assert not is_name(text)


def test_a_guest_is_told_by_the_accounts_name() -> None:
    assert is_guest(AccountId("g-1"))
    assert not is_guest(AccountId("u-1"))

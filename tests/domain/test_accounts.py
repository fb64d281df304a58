"""What an account's e-mail address and name may be."""

import pytest

from app.domain.accounts import LONGEST_EMAIL, LONGEST_NAME, is_email, is_name


@pytest.mark.parametrize("text", ["ada@shop.example", "a@b", "x" * (LONGEST_EMAIL - 2) + "@b"])
def test_an_email_address_has_one_at_sign_between_two_parts(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text", ["", "ada", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "x" * (LONGEST_EMAIL - 1) + "@b"]
)
def test_other_text_is_not_an_email_address(text: str) -> None:
    assert not is_email(text)


@pytest.mark.parametrize("text", ["Ada", "名", "x" * LONGEST_NAME])
def test_a_name_is_text_on_one_line(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "   ", "Ada\nB", "Ada\tB", "x" * (LONGEST_NAME + 1)])
def test_blank_long_and_multi_line_texts_are_not_names(text: str) -> None:
    assert not is_name(text)

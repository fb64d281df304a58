"""Recovery codes are read however people type them, and nothing else is taken for one."""

import pytest

from app.domain.recovery_codes import (
    CODES,
    LETTERS,
    RANDOM_LETTERS,
    RecoveryCode,
    new_code,
    read_code,
    shown_code,
)

CODE = RecoveryCode(4, "4KDFM2XQ9TRB")


def test_a_new_code_is_its_place_and_a_letter_for_each_number_drawn() -> None:
    numbers = iter(range(RANDOM_LETTERS))

    code = new_code(7, lambda below: below - 1 - next(numbers))

    assert code == RecoveryCode(7, "7ZYXWVTSRQPN")


def test_a_code_is_shown_in_groups_of_four() -> None:
    assert shown_code(CODE) == "4KDF-M2XQ-9TRB"


@pytest.mark.parametrize("place", range(CODES))
def test_a_code_is_read_as_it_is_shown(place: int) -> None:
    code = new_code(place, lambda below: (place * 3) % below)

    assert read_code(shown_code(code)) == code


@pytest.mark.parametrize(
    "typed",
    [
        "4KDFM2XQ9TRB",
        "4kdf-m2xq-9trb",
        "  4KDF M2XQ 9TRB\n",
        "4KDF\u2010M2XQ\u20119TRB",
        "4KDF\u2013M2XQ\u20139TRB",
    ],
)
def test_a_code_is_read_in_any_case_and_with_any_hyphens(typed: str) -> None:
    assert read_code(typed) == CODE


@pytest.mark.parametrize(
    ("typed", "text"), [("OIL0-oil1-ABCD", "01100111ABCD"), ("L000-0000-0000", "100000000000")]
)
def test_letters_that_look_like_digits_are_read_as_digits(typed: str, text: str) -> None:
    assert read_code(typed) == RecoveryCode(int(text[0]), text)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "4KDF-M2XQ-9TR",
        "4KDF-M2XQ-9TRBB",
        "4KDF-M2XQ-9RTU",
        "4KDF_M2XQ9TR",
        "AKDF-M2XQ-9TRB",
        "\u0664KDF-M2XQ-9TRB",
    ],
)
def test_other_text_is_no_code(typed: str) -> None:
    assert read_code(typed) is None


def test_no_letter_of_a_code_looks_like_another() -> None:
    assert len(set(LETTERS)) == 32
    assert not set("ILOU") & set(LETTERS)

"""Barcodes, and the digit that finds a slip in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.barcodes import BarcodeFault, check_digit, find_barcode, read_barcode

MILK = "5000128104517"


@pytest.mark.parametrize(
    ("text", "barcode"),
    [
        (MILK, MILK),
        (" 5 000128-104517 ", MILK),
        ("4006381333931", "4006381333931"),
        ("036000291452", "0036000291452"),
        ("96385074", "96385074"),
        ("0012345678905", "0012345678905"),
    ],
)
def test_a_barcode_is_read_as_it_is_kept(text: str, barcode: str) -> None:
    assert read_barcode(text) == barcode
    assert find_barcode(text) == barcode


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", BarcodeFault.NOT_A_BARCODE),
        ("milk", BarcodeFault.NOT_A_BARCODE),
        ("500012810451", BarcodeFault.CHECK_DIGIT),
        ("50001281045177", BarcodeFault.NOT_A_BARCODE),
        ("\uff15" + MILK[1:], BarcodeFault.NOT_A_BARCODE),
        ("5000128104518", BarcodeFault.CHECK_DIGIT),
        ("5000182104517", BarcodeFault.CHECK_DIGIT),
    ],
)
def test_anything_else_is_no_barcode(text: str, why: BarcodeFault) -> None:
    assert read_barcode(text) is why
    assert find_barcode(text) is None


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(digits: str, at: int, by: int) -> None:
    right = digits + check_digit(digits)
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]

    assert read_barcode(right) == right
    assert read_barcode(wrong) is BarcodeFault.CHECK_DIGIT

"""Text in cells of a spreadsheet: guarded, and as it was when it comes back."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.spreadsheet import guard, is_failed, is_misread, unguard

SIGNS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
BREAKS = (",", ";", "\t", "|", '"', '", ', ";  ", "\n", '";"')
REWRITTEN = [
    "007",
    "1/2",
    "1-2",
    "10:30",
    "50%",
    "1e5",
    "2.50",
    "MAR-1",
    "1 Jan 2026",
    "true",
    "£5",
    "3月",
    "2026年11月30日",
    "下午8時30分",
]
ORDINARY = [
    "Whole milk",
    "6 pieces",
    "500 g",
    "semi-skimmed",
    "Tea & biscuits",
    "it's",
    "5% fat",
    "1 公斤",
    "每日",
    "一包 6 顆",
]
DANGEROUS = st.text("=+-@\uff1d,;|\t\r\n\"' a1e/年月日\u00ad\u200b")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_cell_that_begins_with_a_sign_begins_with_an_apostrophe(sign: str) -> None:
    assert guard(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20")
@pytest.mark.parametrize("before", BREAKS)
def test_a_sign_after_any_separator_or_quotation_mark_is_guarded(before: str, sign: str) -> None:
    assert guard(f"milk{before}{sign}1") == f"milk{before}'{sign}1"


@pytest.mark.parametrize("invisible", [" ", "\N{NO-BREAK SPACE}", "\u200b", "\ufeff", "\xad"])
def test_invisible_characters_before_a_sign_hide_it_from_nobody(invisible: str) -> None:
    assert guard(f"{invisible}=1") == f"{invisible}'=1"


@pytest.mark.parametrize("text", REWRITTEN)
def test_text_that_a_spreadsheet_rewrites_is_guarded(text: str) -> None:
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert guard(text) == text
    assert unguard(text) == text


@given(DANGEROUS)
@example("'=1")
@example("''1/2")
@example(';;"=')
@example("1\r-")
@example("1,-2")
@example("2026, -Jan")
@example("May; -1")
def test_guarded_text_comes_back_unchanged(text: str) -> None:
    assert unguard(guard(text)) == text


HOSTILE = [" 1", " ", "\t", "'", "'-", "1", ", ", "Jan ", "1 '", "\t'", "1e+", "\t\r\n", "\u200b"]


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_long_text_takes_no_longer_than_its_length_asks_for(unit: str) -> None:
    """With a quantifier that gives back what it took, some of these would take hours."""
    text = f"{unit * 20_000}x"

    assert unguard(guard(text)) == text


@given(DANGEROUS, st.sampled_from(",;\t|"))
def test_no_cell_begins_with_a_sign_at_whatever_separator_the_file_is_split(
    text: str, separator: str
) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(["milk", guard(text), "1"])

    for line in file.getvalue().splitlines():
        for cell in line.replace('"', separator).split(separator):
            assert cell.strip(" \xad\u200b")[:1] not in {*"=+-@\uff1d"}


@pytest.mark.parametrize("cell", ["#NAME?", "#REF!", " #DIV/0! ", "####", "Err:508"])
def test_what_a_spreadsheet_shows_where_it_failed_is_no_text(cell: str) -> None:
    assert is_failed(cell)
    assert not is_failed("No. 1")


@pytest.mark.parametrize("cell", ["CrÃ¨me", "Cr?me", "Cr√®me"])
def test_text_in_another_encoding_is_recognised_by_what_it_was(cell: str) -> None:
    assert is_misread(cell, "Crème")
    assert not is_misread("Crème", "Crème")
    assert not is_misread("Cream", "Crème")


@pytest.mark.parametrize("cell", ["蘋果".encode().decode("cp1252"), "??", "??????", "铇嬫灉"])
def test_chinese_text_in_another_encoding_is_recognised_too(cell: str) -> None:
    assert is_misread(cell, "蘋果")
    assert not is_misread("香蕉", "蘋果")


@pytest.mark.parametrize(("cell", "failed"), [("#NAME?", True), (" #REF! ", True), ("Name", False)])
def test_what_a_spreadsheet_shows_in_place_of_a_value_is_known(cell: str, *, failed: bool) -> None:
    assert is_failed(cell) is failed


def test_ascii_is_never_misread() -> None:
    assert not is_misread("Tea", "Tea")

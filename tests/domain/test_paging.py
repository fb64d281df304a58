"""Where a page of a list begins, as it stands in a URL."""

import pytest

from app.domain.paging import After, Start, is_beyond, next_text, read_page, read_start


@pytest.mark.parametrize("after", [After((7,)), After((10**17, "milk-2l")), After((1, "u-1f"))])
def test_the_beginning_of_a_page_is_read_back_as_it_was_written(after: After) -> None:
    assert read_start(str(after), [type(part) for part in after.key]) == after
    assert next_text(after) == str(after)
    assert next_text(None) is None


def test_the_number_of_a_page_in_an_older_link_is_still_read() -> None:
    assert read_start("2", [int]) == 2


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "-1", "x.1", "After.1", "after", "after.", "after.x", "after.1.2", "after.1."),
        *("after.-1", "after.1234567890123456789", "after.\N{ARABIC-INDIC DIGIT ONE}", "after.1\n"),
    ],
)
def test_other_text_is_no_beginning_of_a_page(text: str) -> None:
    assert read_start(text, [int]) is None


def test_a_name_in_a_key_has_the_characters_of_a_sku() -> None:
    assert read_start("after.1.Milk", [int, str]) is None
    assert read_start("after.1.a/b", [int, str]) is None


@pytest.mark.parametrize(
    ("typed", "page"),
    [("1", 1), ("9999", 9999), ("007", 7), ("0", None), ("", None), ("-1", None), ("10000", None)],
)
def test_a_page_is_a_number_from_1(typed: str, page: int | None) -> None:
    assert read_page(typed) == page


def test_only_a_number_above_one_can_lie_beyond_the_last_page() -> None:
    starts: list[Start] = [1, 2, 9999, After((2,))]

    assert [start for start in starts if is_beyond(start)] == [2, 9999]

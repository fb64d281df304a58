"""Names and addresses in one spelling."""

import pytest

from app.domain.plain_text import (
    MOST_MARKS,
    clean_line,
    isolated,
    printable,
    shown_text,
    without_directions,
)

TYPED = {
    "Ada\u202eevil": "Adaevil",
    "\u2067Ada\u2069": "Ada",
    "A\u200bd\u2060a\ufeff": "Ada",
    "A\u00adda": "Ada",
    "A\u200dda": "Ada",
    "\u3164": "",
    "\U000e0041Ada": "Ada",
    "\uff21\uff44\uff41\u3000Byron": "Ada Byron",
    "爽脆，多汁；（１公斤）！": "爽脆，多汁；（1公斤）！",
    " Ada\u00a0\u2003 Byron ": "Ada Byron",
    "Ada\u2028Byron": "Ada Byron",
    "Zoe\u0308": "Zo\u00eb",
    "O\u2019Neil": "O\u2019Neil",
    "\u05e9\u05dd": "\u05e9\u05dd",
    "\u0646\u0627\u200c\u0645": "\u0646\u0627\u200c\u0645",
    "\U0001f469\u200d\U0001f33e": "\U0001f469\u200d\U0001f33e",
    "\u2163": "\u2163",
}
"""What is typed, and what is kept of it."""


@pytest.mark.parametrize(("typed", "kept"), TYPED.items())
def test_a_name_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept
    assert clean_line(kept) == kept


def test_accents_do_not_tower_over_other_lines() -> None:
    assert clean_line("x" + "\u0335" * 40) == "x" + "\u0335" * MOST_MARKS


@pytest.mark.parametrize("char", ["\0", "\n", "\t", "\x1b", "\x85", "\ud800"])
def test_control_characters_stay_and_are_refused_by_the_field(char: str) -> None:
    assert clean_line(f"a{char}b") == f"a{char}b"


def test_text_turns_nothing_around_it() -> None:
    assert without_directions("a\u202eb\u2066c\u200f") == "abc"
    assert isolated("Ada\u202e") == "Ada"
    assert isolated("a\x1b[2J\x9b1m\n") == "a\ufffd[2J\ufffd1m\ufffd"
    assert printable("a\x1b[2J\r\nb\tc\x7f") == "a\ufffd[2J\ufffd\nb\ufffdc\ufffd"
    assert isolated("\u05e9\u05dd") == "\u2068\u05e9\u05dd\u2069"


def test_a_shown_text_turns_no_direction_and_covers_no_other_line() -> None:
    marks = "\N{COMBINING SHORT SOLIDUS OVERLAY}"

    assert shown_text(f"\u202eZ{marks * 300}\nalgo") == f"Z{marks * MOST_MARKS}\nalgo"
    assert (
        shown_text("Zoë\u0301 \N{WOMAN}\u200d\N{COOKING}") == "Zoë\u0301 \N{WOMAN}\u200d\N{COOKING}"
    )

"""Colours: how they are read and written, and how well text can be read on them (WCAG 2.2)."""

import pytest

from app.domain.colours import AA, BLACK, WHITE, Colour, contrast, read_colour, until_readable

GREEN = Colour(0x1F, 0x6B, 0x45)
RED, YELLOW = Colour(255, 0, 0), Colour(255, 255, 0)


@pytest.mark.parametrize("text", ["#1f6b45", "#1F6B45", " #1f6b45\n"])
def test_a_colour_is_read_in_any_case_and_written_in_lower_case(text: str) -> None:
    assert read_colour(text) == GREEN
    assert str(GREEN) == "#1f6b45"


@pytest.mark.parametrize("text", ["", "green", "1f6b45", "#1f6", "#1f6b4g", "#1f6b4500"])
def test_what_is_no_colour_is_not_read(text: str) -> None:
    assert read_colour(text) is None


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [(BLACK, WHITE, 21), (WHITE, WHITE, 1), (WHITE, RED, 4.0), (Colour(9, 9, 9), BLACK, 1.05)],
)
def test_contrast_is_the_ratio_of_luminances_in_either_order(
    one: Colour, other: Colour, ratio: float
) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize(
    ("share", "mix"), [(0, RED), (0.2, Colour(204, 0, 0)), (0.5, Colour(128, 0, 0)), (1, BLACK)]
)
def test_a_mix_has_its_share_of_the_other_colour(share: float, mix: Colour) -> None:
    assert RED.mixed(BLACK, share) == mix


def test_a_colour_is_mixed_only_as_far_as_it_must_be_to_be_readable() -> None:
    darker = until_readable(YELLOW, BLACK, on=WHITE)
    a_step_before = Colour(darker.red + 5, darker.green + 5, 0)

    assert until_readable(GREEN, BLACK, on=WHITE) == GREEN
    assert contrast(darker, WHITE) >= AA > contrast(a_step_before, WHITE)
    assert until_readable(YELLOW, BLACK, on=WHITE, least=21) == BLACK

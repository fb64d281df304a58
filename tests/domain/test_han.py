"""Chinese as it is compared: one form of each character, pairs of neighbours, known phrases."""

import pytest

from app.domain.han import cut, in_one_form, is_han, pairs_of, runs_in
from app.domain.han_variants import ONE_FORM
from app.domain.words import stems_of, words_of

PHRASES = frozenset({"有机", "牛油", "牛油果", "的", "和牛", "和"})


@pytest.mark.parametrize(
    "same",
    [
        "蘋果 苹果",
        "麵包 面包 麪包",
        "雞蛋 鷄蛋 鸡蛋",
        "臺灣 台灣 台湾",
        "裡脊 裏脊 里脊",
        "蕃茄 番茄",
    ],
)
def test_characters_have_one_form(same: str) -> None:
    assert len({in_one_form(word) for word in same.split()}) == 1
    assert len({tuple(stems_of(word)) for word in same.split()}) == 1


def test_no_form_has_another_form_itself() -> None:
    assert len(ONE_FORM) > 2500
    assert not {chr(to) for to in ONE_FORM.values()} & {chr(char) for char in ONE_FORM}


def test_words_of_a_mixed_text_are_runs_of_one_script() -> None:
    assert words_of("Gala蘋果\uff0c\uff29\uff30\uff21 啤酒「6入」") == [
        "gala",
        "蘋果",
        "ipa",
        "啤酒",
        "6",
        "入",
    ]
    assert [is_han(word) for word in ("蘋果", "milk", "6", "", "꧁")] == [True] + [False] * 4


def test_a_run_is_compared_by_its_pairs() -> None:
    assert pairs_of("花椰菜") == ("花椰", "椰菜")
    assert pairs_of("蛋") == ("蛋",)
    assert runs_in("Gala 蘋果\uff08紅\uff09") == " 苹果  红 "
    assert runs_in("Crème") == runs_in("milk") == ""


@pytest.mark.parametrize(
    ("run", "parts"),
    [
        ("有機牛奶", ["有機", "牛奶"]),
        ("牛油果", ["牛油果"]),
        ("牛油的麵包", ["牛油", "的", "麵包"]),
        ("蘋果和和牛", ["蘋果", "和", "和牛"]),
        ("麵包", ["麵包"]),
    ],
)
def test_a_run_is_cut_at_the_longest_phrases(run: str, parts: list[str]) -> None:
    assert cut(run, PHRASES, 3) == parts

"""Names in the order in which a list has them."""

import pytest

from app.domain.collation import sort_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["Apples", "bananas", "Crème caramel", "croissants", "Éclairs", "eggs"],
        ["一口酥", "大蒜", "牛奶", "加拉蘋果", "西瓜", "紅蘿蔔", "香蕉", "草莓", "薑", "雞蛋"],
        ["2 kg", "Braeburn", "Étoile", "玉米", "芒果", "芒果汁", "鱻"],
        ["糖", "爐", "💐", "𠮷"],
    ],
    ids=["English", "by strokes", "digits, letters, strokes", "what Big5 lacks is last"],
)
def test_names_are_sorted_by_the_alphabet_and_by_strokes(ordered: list[str]) -> None:
    assert sorted({*ordered}, key=sort_key) == ordered

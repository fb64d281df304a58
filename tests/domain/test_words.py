"""Words, sizes and slips of typing in what shoppers write."""

import pytest

from app.domain.sizes import read_sizes
from app.domain.spelling import closest, closest_part
from app.domain.words import fold, singular, stems_of

NAMES = "烘焙用馬鈴薯\n加拉蘋果\n芒果\n草莓\n香草冰淇淋\n巧克力豆餅乾"
KNOWN = {"beef", "milk", "bread", "strawberries", "soup", "rice", "cheddar"}


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("apple", "apples"),
        ("cherry", "cherries"),
        ("cookie", "cookies"),
        ("pie", "pies"),
        ("peach", "peaches"),
        ("box", "boxes"),
        ("tomato", "tomatoes"),
        ("mango", "mangos"),
        ("loaf", "loaves"),
        ("kiwi", "kiwis"),
        ("chilli", "chillies"),
        ("quiche", "quiches"),
    ],
)
def test_a_word_and_its_plural_are_one(one: str, many: str) -> None:
    assert singular(one) == singular(many)


@pytest.mark.parametrize("word", ["cress", "hummus", "as"])
def test_a_word_that_only_ends_like_a_plural_stays(word: str) -> None:
    assert singular(word) == word


@pytest.mark.parametrize("quote", ["'", "\u2019", "\u2018", "`", "\u00b4", "\u02bc", "\uff07", ""])
def test_every_apostrophe_and_none_is_the_same(quote: str) -> None:
    assert stems_of(f"Ploughman{quote}s") == ["ploughman"]


def test_case_accents_width_and_what_is_not_seen_make_no_difference() -> None:
    assert fold("Cr\u00e8me br\u00fbl\u00e9e") == fold("CREME\u200b BRU\u00adLEE") == "creme brulee"
    assert fold("\uff2d\uff49\uff4c\uff4b") == "milk"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2l", "2000ml"),
        ("2 litres", "2000ml"),
        ("2-litre", "2000ml"),
        ("a litre", "1000ml"),
        ("half a litre", "500ml"),
        ("\u00bd litre", "500ml"),
        ("1\u00bd kg", "1500g"),
        ("50cl", "500ml"),
        ("1 pint", "568ml"),
        ("1,5 kg", "1500g"),
        ("1,500 g", "1500g"),
        ("4 \u00d7 400 g", "4x400g"),
        ("4x400g", "4x400g"),
        ("2 公升", "2000ml"),
        ("兩公升", "2000ml"),
        ("２公升", "2000ml"),
        ("半公斤", "500g"),
        ("一公斤半", "1500g"),
        ("2 1/2 公斤", "2500g"),
        ("五百毫升", "500ml"),
        ("500cc", "500ml"),
        ("250公克", "250g"),
        ("一斤", "600g"),
        ("400 公克 \u00d7 4 罐", "4x400g"),
        ("4入x400公克", "4x400g"),
    ],
)
def test_a_size_is_read_however_it_is_written(text: str, size: str) -> None:
    assert read_sizes(f"milk {text}, please").sizes == {size}


def test_numbers_without_a_unit_are_counts() -> None:
    assert read_sizes("dozen eggs").numbers == read_sizes("eggs, 12").numbers == {"12"}
    assert read_sizes("half a dozen eggs").numbers == {"6"}


@pytest.mark.parametrize(
    ("text", "count", "rest"),
    [
        ("一打蛋", {"12"}, "蛋"),
        ("半打蛋", {"6"}, "蛋"),
        ("½打蛋", {"6"}, "蛋"),
        ("六顆蛋", {"6"}, "顆 蛋"),
        ("蛋6入", {"6"}, "蛋 入"),
        ("十二個蛋", {"12"}, "個 蛋"),
        ("兩百張紙", set(), "兩百張紙"),
        ("一包餅乾", set(), "包 餅乾"),
        ("半顆西瓜", set(), "half 西瓜"),
        ("四分之一西瓜", set(), "quarter 西瓜"),
        ("3 杯子蛋糕", {"3"}, "杯子蛋糕"),
        ("三明治", set(), "三明治"),
        ("巧克力", set(), "巧克力"),
    ],
)
def test_counts_in_chinese_are_read_and_other_words_are_left(
    text: str, count: set[str], rest: str
) -> None:
    read = read_sizes(text)

    assert read.numbers == count
    assert " ".join(read.rest.split()) == rest


def test_no_number_is_too_long_to_be_read() -> None:
    assert read_sizes("9" * 400 + " kg").rest.strip()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mlik", "milk"),
        ("milkk", "milk"),
        ("rise", "rice"),
        ("beer", ""),
        ("mikk", "milk"),
        ("rixe", ""),
        ("cheder", "cheddar"),
        ("jeddar", ""),
        ("brad", "bread"),
        ("breed", "bread"),
        ("srawberies", "strawberries"),
        ("xyzzy", ""),
        ("", ""),
    ],
)
def test_a_slip_is_corrected_but_another_word_is_not(typed: str, meant: str) -> None:
    assert closest(typed, KNOWN) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("馬玲薯", "馬鈴薯"),
        ("马玲薯", "馬鈴薯"),
        ("芒裹", "芒果"),
        ("草梅", "草莓"),
        ("香草兵淇淋", "香草冰淇淋"),
        ("巧刻力", "巧克力"),
        ("乳果", ""),
        ("蘋果", ""),
        ("玲玲薯", ""),
        ("玲", ""),
        ("尿布", ""),
    ],
)
def test_a_slip_in_chinese_is_one_character_that_no_name_has(typed: str, meant: str) -> None:
    assert closest_part(typed, NAMES) == meant

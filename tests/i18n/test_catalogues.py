"""The message catalogues are what the sources need, and their translations keep the form of it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message

from app.domain.languages import Language
from app.i18n.extract import as_text, extracted
from app.i18n.languages import FOLDER, other_languages, spoken
from app.i18n.translate import CATALOGUE, TEMPLATE, read_catalogue

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%")
TAG = re.compile(r"</?[a-z][^<>]*>|&#?\w+;")
ENDS = str.maketrans("。：；！？，）」⋯", ".:;!?,)”…")
"""Full-width punctuation, and what it stands for."""
FINAL = ".:;!?…"
GLUE = re.compile(r"^[,;:.]|[,;(]$|^\s|\s$")
"""What a part of a sentence begins or ends with, which another part is put to."""
CHINESE = r"[\u3400-\u4dbf\u4e00-\u9fff]"
HALF_WIDTH = re.compile(rf"{CHINESE}[,;:!?]|{CHINESE}\.(?!\d)|[,;:!?(]{CHINESE}")
SIMPLIFIED = re.compile(
    "[们个这来时说过还进关开对发见样经现动问长东车门马书买卖钱单订购价货货电话网络页认证码户录"
    "务报备测试连错误请谢谢数据库实点击应该为与从让将删预设选项输显关闭]"
)
MAINLAND = re.compile(
    "網絡|信息|默認|支持|用戶|登錄|註銷|菜單|鼠標|屏幕|服務器|數據|軟件|硬件|視頻|賬號|賬戶|郵箱|打印"
    "|鏈接|搜索|優惠券|激活|刷新|加載|保存|文件夾|緩存|訪問"
)
"""Words of the mainland for which Taiwan has others, such as 網路, 訊息 and 預設."""

LANGUAGES = [spoken()[one] for one in other_languages()]
CATALOGUES = [pytest.param(read_catalogue(one), id=one.language) for one in LANGUAGES]
of_each_language = pytest.mark.parametrize("catalogue", CATALOGUES)


@cache
def needed() -> Catalog:
    """Return the messages of the sources."""
    return extracted()


def translated(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Yield each English form with its translations."""
    for message in catalogue:
        if message.id:
            yield from pairs(message)


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Yield the translations of a message with the English that each stands for."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
        return
    for form in message.string or ():
        yield message.id[1], form


def wrong(catalogue: Catalog, is_right: Callable[[str, str], bool]) -> list[tuple[str, str]]:
    """Return the translations of which *is_right* says no."""
    return [(source, text) for source, text in translated(catalogue) if not is_right(source, text)]


def test_the_template_is_what_extraction_gives() -> None:
    committed = (FOLDER / TEMPLATE).read_bytes()

    assert as_text(needed(), is_template=True) == committed


@of_each_language
def test_a_catalogue_has_just_the_messages_of_the_sources(catalogue: Catalog) -> None:
    ids = {message.id for message in needed()}

    assert {message.id for message in catalogue} ^ ids == set()
    assert catalogue.obsolete == {}
    path = FOLDER / str(catalogue.locale) / CATALOGUE
    assert as_text(catalogue) == path.read_bytes()


@of_each_language
def test_everything_is_translated_and_nothing_is_fuzzy(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert wrong(catalogue, lambda _, text: bool(text)) == []
    plurals = [one for one in catalogue if not isinstance(one.id, str)]
    assert {len(one.string or ()) for one in plurals} == {catalogue.num_plurals}


@of_each_language
def test_placeholders_and_mark_up_are_those_of_the_message(catalogue: Catalog) -> None:
    def is_filled(source: str, text: str) -> bool:
        return set(PLACEHOLDER.findall(source)) == set(PLACEHOLDER.findall(text))

    def is_marked_up(source: str, text: str) -> bool:
        return Counter(TAG.findall(source)) == Counter(TAG.findall(text))

    assert wrong(catalogue, is_filled) == []
    assert wrong(catalogue, is_marked_up) == []


@of_each_language
def test_space_and_punctuation_at_the_ends_agree(catalogue: Catalog) -> None:
    def space(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    def final(text: str) -> str:
        plain = TAG.sub("", text).translate(ENDS).rstrip("”)」 ")
        return plain[-1:] if plain[-1:] in FINAL else ""

    assert wrong(catalogue, lambda source, text: space(source) == space(text)) == []
    assert wrong(catalogue, lambda source, text: final(source) == final(text)) == []


def test_no_message_is_a_part_of_a_sentence() -> None:
    sources = [one for message in needed() for one in forms(message)]

    assert [one for one in sources if GLUE.search(one)] == []


def forms(message: Message) -> tuple[str, ...]:
    """Return the English forms of a message."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def test_chinese_is_that_of_taiwan_with_full_width_punctuation() -> None:
    texts = [text for _, text in translated(read_catalogue(spoken()[Language("zh-Hant")]))]

    assert [one for one in texts if MAINLAND.search(one)] == []
    assert [one for one in texts if SIMPLIFIED.search(one)] == []
    assert [one for one in texts if HALF_WIDTH.search(TAG.sub("", one))] == []

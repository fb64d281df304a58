"""Which language somebody gets for what their browser prefers, or an address names."""

import pytest

from app.domain.languages import ENGLISH, Language
from app.i18n.languages import language_of_prefix, negotiate, spoken

CHINESE = Language("zh-Hant")


def test_english_comes_first_and_each_language_is_called_as_its_speakers_do() -> None:
    assert [(one.tag, one.own_name) for one in spoken().values()] == [
        ("en-GB", "English"),
        ("zh-Hant", "繁體中文"),
    ]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", ENGLISH),
        ("*", ENGLISH),
        ("de-DE,de;q=0.9", ENGLISH),
        ("en-US,en;q=0.9", ENGLISH),
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", CHINESE),
        ("zh-HK", CHINESE),
        ("ZH-hant-mo", CHINESE),
        ("zh-CN,zh;q=0.9", CHINESE),
        ("zh-CN,zh;q=0.9,en;q=0.8", ENGLISH),
        ("de,zh-TW;q=0.5,en;q=0.4", CHINESE),
        ("en;q=0,zh-TW", CHINESE),
        ("zh-TW;q=much,,;;q=1,en", ENGLISH),
    ],
)
def test_the_most_preferred_language_that_there_is_is_taken(
    accepted: str, language: Language
) -> None:
    assert negotiate(accepted) == language


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/zh-hant/shop", CHINESE),
        ("/ZH-Hant", CHINESE),
        ("/en/", ENGLISH),
        ("/english", None),
        ("/shop/en", None),
        ("/", None),
        ("", None),
        ("*", None),
    ],
)
def test_the_first_part_of_an_address_may_name_a_language(
    path: str, language: Language | None
) -> None:
    assert language_of_prefix(path) == language

"""Which new passwords are refused, and how passwords are spelt."""

import unicodedata

import pytest

from app.services.password_rules import COMMON, PasswordRules, Weakness, opaque

RULES = PasswordRules(["Basket & Leaf", "早市雜貨"])


def full_width(text: str) -> str:
    """Return ASCII *text* in the letters of a Japanese keyboard."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("seven77", Weakness.LENGTH),
        ("x" * 129, Weakness.LENGTH),
        ("e\N{COMBINING ACUTE ACCENT}" * 4, Weakness.LENGTH),
        ("password", Weakness.COMMON),
        ("PassWord123", Weakness.COMMON),
        (full_width("password"), Weakness.COMMON),
        ("12345678", Weakness.COMMON),
        ("iloveyou1", Weakness.COMMON),
        ("basket & leaf", Weakness.SHOP_NAME),
        ("Basket&Leaf1", Weakness.SHOP_NAME),
        ("basketandleaf2026", Weakness.SHOP_NAME),
        ("BASKET-LEAF!", Weakness.SHOP_NAME),
        ("my basket and leaf", Weakness.SHOP_NAME),
        ("早市雜貨2026", Weakness.SHOP_NAME),
    ],
)
def test_a_weak_password_is_refused_for_what_is_wrong_with_it(
    password: str, fault: Weakness
) -> None:
    assert RULES.weakness(password) is fault


@pytest.mark.parametrize(
    "password",
    [
        "grace.hopper@navy.example",
        "GRACE.HOPPER@NAVY.EXAMPLE",
        "grace.hopper",
        "gracehopper",
        "Grace Hopper 1906",
        "grace.hopper!!",
        "gracehoppergracehopper",
        full_width("grace.hopper"),
        "navy.example",
    ],
)
def test_the_own_email_and_its_parts_are_no_password(password: str) -> None:
    assert RULES.weakness(password, "Grace.Hopper@navy.example") is Weakness.OWN_EMAIL


@pytest.mark.parametrize(
    ("password", "email"),
    [
        ("ninechars", ""),
        ("x" * 128, ""),
        ("żółć gęśla", ""),
        ("🥕🥦🍎🍞🥛🧀🍇🍋", ""),
        ("    spaces    ", ""),
        ("zebra zebra", ""),
        ("canadian geese", "ada@shop.example"),
        ("graceful hoppers sing", "grace@shop.example"),
        ("a leaf in my basket", "leaf@shop.example"),
    ],
)
def test_no_character_is_required_and_a_known_word_may_be_among_others(
    password: str, email: str
) -> None:
    assert RULES.weakness(password, email) is None


def test_the_list_has_three_thousand_common_passwords_of_allowed_length() -> None:
    common = COMMON.read_text("utf-8").splitlines()

    assert len(common) == len(set(common)) > 3000
    assert [word for word in common if len(word) < 8 or word != word.casefold()] == []


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("crème brûlée", unicodedata.normalize("NFD", "crème brûlée")),
        ("seven brown bricks", "seven\N{NO-BREAK SPACE}brown\N{IDEOGRAPHIC SPACE}bricks"),
        ("\N{OHM SIGN} over and out", "\N{GREEK CAPITAL LETTER OMEGA} over and out"),
    ],
)
def test_a_password_is_one_however_a_keyboard_spells_it(typed: str, other: str) -> None:
    assert opaque(typed) == opaque(other)

"""E-mail addresses have one spelling, however they are typed."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.emails import LONGEST_EMAIL, email_spellings, is_email, normalize_email, shown_email

ANNA = "anna@xn--bcher-kva.example"


def full_width(text: str) -> str:
    """Return ASCII *text* in the letters of a Japanese keyboard."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


UNUSUAL = [
    "o'brien@shop.example",
    "anna+shop@shop.example",
    "a.n-n_a@shop.example",
    "änna@bücher.example",
    "an..na@shop.example",
    "anna@x_y.example",
    "anna@xn--bcher-kva.example",
    "{anna}!#$%&*/=?^`|~@shop.example",
]


@pytest.mark.parametrize("text", UNUSUAL)
def test_an_unusual_address_is_one(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize("text", ["ada@shop.example", "a@b", "x" * (LONGEST_EMAIL - 2) + "@b"])
def test_an_email_address_has_one_at_sign_between_two_parts(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b\n",
        "a@b..c",
        "a@.b",
        "a@-b.c",
        "a@b-.c",
        "a@b,c@d",
        "a@[127.0.0.1]",
        "a@b/c",
        "mailto:a@b",
        "a@i♥.example",
        "a@xn--i-7iq.example",
        "a@😀.example",
        "a@xn--a-.example",
        "a@a\u05d0.example",
        "Anna<a@b>",
        "a(home)@b",
        'a"b"@c',
        "a;@b",
        "a@" + "b" * 64 + ".c",
        "a\0@b",
        "\N{ZERO WIDTH SPACE}@b",
        "x" * (LONGEST_EMAIL - 1) + "@b",
        "a@" + "\N{LATIN SMALL LETTER U WITH DIAERESIS}" * LONGEST_EMAIL,
    ],
)
def test_other_text_is_not_an_email_address(text: str) -> None:
    assert not is_email(text)


@pytest.mark.parametrize(
    "typed",
    [
        "anna@bücher.example",
        "ANNA@BÜCHER.EXAMPLE",
        "Anna@XN--BCHER-KVA.example",
        normalize("NFD", "anna@bücher.example"),
        f"{full_width('anna@')}bücher.example",
        "anna@bücher\N{IDEOGRAPHIC FULL STOP}example",
        "anna@bücher.example.",
        " anna@bücher.example ",
        "an\N{SOFT HYPHEN}na@bücher.example",
        "anna\N{ZERO WIDTH SPACE}@bü\N{ZERO WIDTH JOINER}cher.example",
        "\N{RIGHT-TO-LEFT OVERRIDE}anna@bücher.example",
        "anna\N{VARIATION SELECTOR-16}@bücher.example",
    ],
)
def test_an_address_has_one_spelling_however_it_is_typed(typed: str) -> None:
    assert normalize_email(typed) == ANNA
    assert is_email(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Zoë@Straße.example", "zoë@xn--strae-oqa.example"),
        ("a@\N{SLICE OF PIZZA}.example", "a@xn--vi8h.example"),
        ("a@under_score.example", "a@under_score.example"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
    ],
)
def test_domains_are_spelt_as_browsers_send_them(typed: str, stored: str) -> None:
    assert normalize_email(typed) == stored


@pytest.mark.parametrize("other", ["anna@bucher.example", "ann@bücher.example"])
def test_other_letters_are_another_address(other: str) -> None:
    assert normalize_email(other) != ANNA


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (ANNA, "anna@bücher.example"),
        ("ada@shop.example", "ada@shop.example"),
        ("ada@xn--99999999.example", "ada@xn--99999999.example"),
        ("ada@xn--\N{SNOWMAN}.example", "ada@xn--\N{SNOWMAN}.example"),
    ],
)
def test_people_read_a_domain_in_its_own_letters(stored: str, shown: str) -> None:
    assert shown_email(stored) == shown


@given(st.text(max_size=40))
def test_any_text_can_be_normalized_and_stays_as_it_is_the_second_time(text: str) -> None:
    once = normalize_email(text)

    assert normalize_email(once) == once


def test_an_older_spelling_is_looked_for_beside_the_one_of_today() -> None:
    assert email_spellings("Anna@bücher.example") == (ANNA, "anna@bücher.example")


def test_a_domain_that_the_standard_does_not_allow_is_only_folded() -> None:
    assert normalize_email("Ada@Shop\u2ff0.example") == "ada@shop\u2ff0.example"

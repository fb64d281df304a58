"""Postcodes of the United Kingdom, as people type them."""

import pytest

from app.domain.postcodes import NotDelivered, PostcodeFault, read_postcode

TYPED = {
    "SW1A 1AA": "SW1A 1AA",
    "sw1a1aa": "SW1A 1AA",
    " m1  1ae ": "M1 1AE",
    "B33 8TH": "B33 8TH",
    "cr2-6xh": "CR2 6XH",
    "DN55 1PT": "DN55 1PT",
    "W1A 0AX.": "W1A 0AX",
    "EC1A 1BB": "EC1A 1BB",
    "bt1 5gs": "BT1 5GS",
    "ZE1 0AA": "ZE1 0AA",
    "BA1 IAA": "BA1 1AA",
    "SE1 ONN": "SE1 0NN",
    "SWIA 1AA": "SW1A 1AA",
    "LI 8JQ": "L1 8JQ",
    "el 6an": "E1 6AN",
    "0X1 1AA": "OX1 1AA",
    "S01 1AA": "SO1 1AA",
    "SO14 1AA": "SO14 1AA",
    "P0I OBB": "PO1 0BB",
    "G2O 9AA": "G20 9AA",
    "N1C 4AG": "N1C 4AG",
    "E1W 1AA": "E1W 1AA",
}
NONE = [
    "",
    "1",
    "NOT A POSTCODE !!",
    "12345",
    "D02 X285",
    "QQ1 1AA",
    "SW1A 1A",
    "SW1A 1AAA",
    "SW1A 1CA",
    "SW\u0661A 1AA",
    "75008 PARIS",
    "K1A 0B1",
    "K1A OB1",
    "90210-1234",
    "1012 AB",
    "D-10115",
    "FIQQ 1ZZ",
    "SW1A 1AA, UK",
    "sw1a 1\u0430\u0430",
]


@pytest.mark.parametrize(("typed", "postcode"), TYPED.items())
def test_a_postcode_is_read_however_it_is_typed(typed: str, postcode: str) -> None:
    assert read_postcode(typed, "GB") == postcode


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_postcode_is_refused(typed: str) -> None:
    with pytest.raises(NotDelivered) as refused:
        read_postcode(typed, "GB")

    assert refused.value.why in {PostcodeFault.FORM, PostcodeFault.AREA}
    assert refused.value.typed == typed


@pytest.mark.parametrize(
    ("typed", "area"), [("JE2 3AB", "JE"), ("im1 1ad", "IM"), ("BF1 4AX", "BF")]
)
def test_an_area_that_is_not_delivered_to_is_named(typed: str, area: str) -> None:
    with pytest.raises(NotDelivered) as refused:
        read_postcode(typed, "GB")

    assert (refused.value.why, refused.value.area) == (PostcodeFault.ABROAD, area)


@pytest.mark.parametrize(
    ("typed", "country", "postcode"),
    [
        ("100", "TW", "100"),
        (" 10048 ", "TW", "10048"),
        ("75001", "FR", "75001"),
        ("1234 ab", "NL", "1234 AB"),
    ],
)
def test_a_postcode_of_another_country_is_taken_as_it_is_written_there(
    typed: str, country: str, postcode: str
) -> None:
    assert read_postcode(typed, country) == postcode


@pytest.mark.parametrize(
    ("typed", "country"), [("SW1A 1AA", "TW"), ("1004", "TW"), ("somewhere", "FR")]
)
def test_what_is_no_postcode_of_the_country_is_refused(typed: str, country: str) -> None:
    with pytest.raises(NotDelivered) as refused:
        read_postcode(typed, country)
    assert refused.value.why is PostcodeFault.ELSEWHERE

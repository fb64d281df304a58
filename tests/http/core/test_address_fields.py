"""Parsing an address."""

import pytest

from app.domain.addresses import Address
from app.http.core.address_fields import address_faults, read_address, typed_address
from app.protocol.json import BadValue

ADDRESS = {
    "name": "Ada Byron",
    "line1": "12 St James's Square",
    "line2": "",
    "city": "London",
    "postcode": "SW1Y 4JH",
}


def refusal(fields: dict[str, object]) -> str:
    """Return the fault of *fields*, which are no address."""
    with pytest.raises(BadValue) as refused:
        read_address(fields, "GB")
    return str(refused.value)


def test_an_address_is_read_in_one_spelling() -> None:
    plain = Address("Ada Byron", "12 St James's Square", "", "London", "SW1Y 4JH")
    typed = {
        "name": "\uff21da\u3000Byron\u202e",
        "line1": " 12  St James's\u00a0Square",
        "city": "Lon\u00addon ",
        "postcode": "\uff33w1y4jh",
    }

    assert read_address(ADDRESS, "GB") == plain
    assert read_address({**ADDRESS, **typed, "more": 1}, "GB") == plain


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("name", 1, 100), ("line1", 1, 100), ("line2", 0, 100), ("city", 1, 100)],
)
def test_each_field_has_its_length(name: str, least: int, most: int) -> None:
    for fits in ("x" * least, "🍏" * most):
        assert getattr(read_address({**ADDRESS, name: fits}, "GB"), name) == fits
    for does_not in ["x" * (most + 1), *([""] if least else [])]:
        fault = refusal({**ADDRESS, name: does_not})
        assert fault == f"{name}: {least} to {most} characters are allowed"


@pytest.mark.parametrize("bad", ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\ud800"])
def test_no_field_has_control_characters(bad: str) -> None:
    for name in ADDRESS:
        fault = refusal({**ADDRESS, name: f"a{bad}b"})
        assert fault.startswith(f"{name}: ")
        assert "control characters" in fault or "one line" in fault


@pytest.mark.parametrize("value", [None, 7, True, ["London"], {}])
def test_each_field_is_a_string(value: object) -> None:
    for name in ADDRESS:
        assert refusal({**ADDRESS, name: value}) == f"{name}: a string is needed"


def test_no_field_may_be_missing() -> None:
    assert refusal({}) == "name: a string is needed"


def test_a_form_shows_all_faults_at_once() -> None:
    assert address_faults(ADDRESS, "GB") == {}
    assert address_faults({**ADDRESS, "city": "", "postcode": "x" * 17}, "GB") == {
        "city": "Please fill this in.",
        "postcode": "This can have at most 16 characters; you entered 17.",
    }


def test_what_is_too_long_is_told_with_its_length() -> None:
    assert address_faults({**ADDRESS, "name": "x" * 117}, "GB") == {
        "name": "This can have at most 100 characters; you entered 117."
    }


def test_a_postcode_is_one_of_the_united_kingdom() -> None:
    assert refusal({**ADDRESS, "postcode": "NOT A CODE !!"}) == (
        "postcode: “NOT A CODE !!” is not a postcode of the United Kingdom."
        " They look like SW1A 1AA."
    )
    assert address_faults({**ADDRESS, "postcode": "je2 3ab"}, "GB") == {
        "postcode": "We deliver in the United Kingdom only, and JE is Jersey."
    }


def test_spaces_around_typed_fields_are_trimmed() -> None:
    form = {name: f"  {value} " for name, value in ADDRESS.items()}

    assert typed_address(form) == ADDRESS
    assert typed_address({}) == dict.fromkeys(ADDRESS, "")

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
        read_address(fields)
    return str(refused.value)


def test_an_address_is_read_without_trimming() -> None:
    assert read_address(ADDRESS) == Address(
        "Ada Byron", "12 St James's Square", "", "London", "SW1Y 4JH"
    )
    assert read_address({**ADDRESS, "city": " London "}).city == " London "
    assert read_address({**ADDRESS, "more": 1}) == read_address(ADDRESS)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("name", 1, 100), ("line1", 1, 100), ("line2", 0, 100), ("city", 1, 100), ("postcode", 1, 16)],
)
def test_each_field_has_its_length(name: str, least: int, most: int) -> None:
    for fits in ("x" * least, "🍏" * most):
        assert getattr(read_address({**ADDRESS, name: fits}), name) == fits
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
    assert address_faults(ADDRESS) == {}
    assert address_faults({**ADDRESS, "city": "", "postcode": "x" * 17}) == {
        "city": "This is needed.",
        "postcode": "1 to 16 characters are allowed.",
    }


def test_spaces_around_typed_fields_are_trimmed() -> None:
    form = {name: f"  {value} " for name, value in ADDRESS.items()}

    assert typed_address(form) == ADDRESS
    assert typed_address({}) == dict.fromkeys(ADDRESS, "")

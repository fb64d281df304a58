"""Parses a postal address out of JSON or a form (protocol.md §7, `deliver`)."""

from collections.abc import Iterator, Mapping
from typing import Final

from app.domain.addresses import LONGEST_LINE, LONGEST_POSTCODE, Address
from app.protocol.json import BadValue, text

LENGTHS: Final[Mapping[str, tuple[int, int]]] = {
    "name": (1, LONGEST_LINE),
    "line1": (1, LONGEST_LINE),
    "line2": (0, LONGEST_LINE),
    "city": (1, LONGEST_LINE),
    "postcode": (1, LONGEST_POSTCODE),
}
"""The least and the most characters of each field."""

Fields = Mapping[str, object]


def read_address(fields: Fields) -> Address:
    """Return the address in *fields*, untrimmed. Raises BadValue with the first fault."""
    for name, fault in _faults(fields):
        raise BadValue(f"{name}: {fault}")
    return Address(**{name: str(fields[name]) for name in LENGTHS})


def address_faults(fields: Fields) -> dict[str, str]:
    """Return the faults by field, as sentences to show beside it; empty if all are valid."""
    return {name: _sentence(fields, name, fault) for name, fault in _faults(fields)}


def typed_address(form: Mapping[str, str]) -> dict[str, str]:
    """Return the address fields of *form* as typed, without surrounding spaces."""
    return {name: form.get(name, "").strip() for name in LENGTHS}


def _sentence(fields: Fields, name: str, fault: str) -> str:
    return "This is needed." if fields.get(name) == "" else f"{fault.capitalize()}."


def _faults(fields: Fields) -> Iterator[tuple[str, str]]:
    for name, (least, most) in LENGTHS.items():
        try:
            value = text(fields, name, most, least)
        except BadValue as fault:
            yield name, str(fault).removeprefix(f"{name}: ")
        else:
            if "\n" in value or "\t" in value:
                yield name, "one line is needed"

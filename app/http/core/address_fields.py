"""Reading an address, from a script or from a form (protocol.md §7, `deliver`)."""

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
"""So many characters a field has, at least and at most."""

Fields = Mapping[str, object]


def read_address(fields: Fields) -> Address:
    """Return the address in *fields*, nothing trimmed, or raise `BadValue`: the first fault."""
    for name, fault in _faults(fields):
        raise BadValue(f"{name}: {fault}")
    return Address(**{name: str(fields[name]) for name in LENGTHS})


def address_faults(fields: Fields) -> dict[str, str]:
    """Return what is wrong with each field, in words to put beside it; nothing if all is well."""
    return {name: _in_words(fields, name, fault) for name, fault in _faults(fields)}


def typed_address(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into the fields of an address, without the spaces around it."""
    return {name: form.get(name, "").strip() for name in LENGTHS}


def _in_words(fields: Fields, name: str, fault: str) -> str:
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

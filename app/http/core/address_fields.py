"""Parses a postal address out of JSON or a form (protocol.md §7, `deliver`)."""

from collections.abc import Iterator, Mapping
from typing import Final

from app.domain.addresses import LONGEST_LINE, LONGEST_POSTCODE, Address
from app.domain.plain_text import clean_line
from app.domain.postcodes import NotDelivered, read_postcode
from app.http.core.input_texts import postcode_text
from app.i18n.translate import gettext as _
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


def read_address(fields: Fields, country: str) -> Address:
    """Return the address in *fields*, which is in *country*, in the spelling in which it is kept.

    Raises BadValue with the first fault.
    """
    cleaned = _cleaned(fields)
    for name, fault in _faults(cleaned, country):
        raise BadValue(f"{name}: {fault}")
    texts = {name: str(cleaned[name]) for name in LENGTHS}
    return Address(**texts | {"postcode": read_postcode(texts["postcode"], country)})


def address_faults(fields: Fields, country: str) -> dict[str, str]:
    """Return the faults of an address in *country* by field, as sentences to show beside it."""
    cleaned = _cleaned(fields)
    faulty = [name for name, _fault in _faults(cleaned, country)]
    return {name: _sentence(cleaned.get(name), name, country) for name in faulty}


def typed_address(form: Mapping[str, str]) -> dict[str, str]:
    """Return the address fields of *form* as typed, without surrounding spaces."""
    return {name: form.get(name, "").strip() for name in LENGTHS}


def _cleaned(fields: Fields) -> dict[str, object]:
    return {
        name: clean_line(value) if isinstance(value, str) else value
        for name, value in fields.items()
    }


def _sentence(value: object, name: str, country: str) -> str:
    """Return what to tell people about *value*, which is faulty."""
    if not isinstance(value, str) or not value:
        return _("Please fill this in.")
    if len(value) > (most := LENGTHS[name][1]):
        return _(
            "This can have at most %(most)s characters; you entered %(count)s.",
            most=most,
            count=len(value),
        )
    fault = _postcode_fault(value, country) if name == "postcode" else None
    return postcode_text(fault) if fault else _("Please type this again, on one line.")


def _faults(fields: Fields, country: str) -> Iterator[tuple[str, str]]:
    for name, (least, most) in LENGTHS.items():
        try:
            value = text(fields, name, most, least)
        except BadValue as fault:
            yield name, str(fault).removeprefix(f"{name}: ")
        else:
            yield from ((name, fault) for fault in _text_faults(name, value, country))


def _text_faults(name: str, value: str, country: str) -> Iterator[str]:
    if "\n" in value or "\t" in value:
        yield "one line is needed"
    elif name == "postcode" and (fault := _postcode_fault(value, country)):
        yield postcode_text(fault)


def _postcode_fault(value: str, country: str) -> NotDelivered | None:
    try:
        read_postcode(value, country)
    except NotDelivered as fault:
        return fault
    return None

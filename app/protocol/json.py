"""Strict JSON (protocol.md §2), and validated values of its fields."""

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NoReturn

import msgspec

from app.domain.catalog import SKU, Sku
from app.domain.limits import LARGEST_INT

DEEPEST = 4

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Fields = Mapping[str, Any]


class BadFrame(Exception):
    """A frame is invalid; the message names the first fault."""


class BadValue(Exception):
    """A field has an invalid value; the message names the field and what is valid."""


class _HugeInt(str):
    """The digits of an integer that is too long for Python; invalid in every field."""

    __slots__ = ()


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object in *text*, or raise `BadFrame`."""
    if (plain := _read_plain(text)) is not None:
        return plain
    value = _read(text)
    if text.count("{") + text.count("[") > DEEPEST and _is_deeper(value, DEEPEST):
        raise BadFrame(f"nested deeper than {DEEPEST}")
    if not isinstance(value, dict):
        raise BadFrame("not a JSON object")
    return value


def _read_plain(text: str) -> dict[str, Any] | None:
    """Return the object in *text* by a faster decoder, if it is flat; else `None`.

    That decoder accepts duplicate keys. Every key is followed by a colon, so in a flat object,
    as many keys as colons mean that there are none. All else is left to `_read`.
    """
    if "\\" in text or text.count("{") != 1 or "[" in text:
        return None
    try:
        fields = _decode_plain(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return fields if len(fields) == text.count(":") else None


def _read(text: str) -> Any:
    try:
        return _decode(text)
    except RecursionError as error:
        raise BadFrame(f"nested deeper than {DEEPEST}") from error
    except ValueError as error:
        raise BadFrame("not JSON") from error


def _decode(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _HUGE_DECODER.decode(text)


def text(fields: Fields, name: str, most: int = LARGEST_INT, least: int = 0) -> str:
    """Return the text called *name*, of *least* to *most* code points, or raise `BadValue`."""
    value = fields.get(name)
    if type(value) is not str:
        raise BadValue(f"{name}: a string is needed")
    if not least <= len(value) <= most:
        raise BadValue(f"{name}: {least} to {most} characters are allowed")
    if _FORBIDDEN.search(value):
        raise BadValue(f"{name}: no control characters or lone surrogates")
    return value


def whole(fields: Fields, name: str, least: int, most: int = LARGEST_INT) -> int:
    """Return the integer called *name*, of *least* to *most*, or raise `BadValue`."""
    return _whole(fields.get(name), name, least, most)


def wholes(fields: Fields, name: str, least: int, at_most: int) -> tuple[int, ...]:
    """Return the *at_most* so many ascending integers called *name*; none if it is absent."""
    values = _list(fields, name, at_most) if name in fields else []
    numbers = tuple(_whole(value, name, least, LARGEST_INT) for value in values)
    if any(after <= before for before, after in pairwise(numbers)):
        raise BadValue(f"{name}: ascending numbers are needed")
    return numbers


def uuid(fields: Fields, name: str) -> str:
    """Return the UUID called *name*, or raise `BadValue`."""
    value = fields.get(name)
    if type(value) is not str or not _UUID.fullmatch(value):
        raise BadValue(f"{name}: a lower-case UUID is needed")
    return value


def sku(fields: Fields, name: str = "sku") -> Sku:
    """Return the SKU called *name*, or raise `BadValue`."""
    return _sku(fields.get(name), name)


def skus(fields: Fields, name: str, at_most: int) -> frozenset[Sku]:
    """Return the SKUs called *name*, *at_most* so many, or raise `BadValue`."""
    return frozenset(_sku(value, name) for value in _list(fields, name, at_most))


def _sku(value: object, name: str) -> Sku:
    if type(value) is not str or not SKU.fullmatch(value):
        raise BadValue(f"{name}: not a SKU")
    return Sku(value)


def _whole(value: object, name: str, least: int, most: int) -> int:
    if type(value) is not int:
        raise BadValue(f"{name}: a whole number is needed")
    if not least <= value <= most:
        raise BadValue(f"{name}: {least} to {most} is allowed")
    return value


def _list(fields: Fields, name: str, at_most: int) -> list[object]:
    value = fields.get(name)
    if type(value) is not list:
        raise BadValue(f"{name}: a list is needed")
    if len(value) > at_most:
        raise BadValue(f"{name}: at most {at_most} are allowed")
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadFrame("a key stands twice")
    return fields


def _constant(name: str) -> NoReturn:
    raise BadFrame(f"{name} is not JSON")


def _integer(digits: str) -> int | _HugeInt:
    try:
        return int(digits)
    except ValueError:
        return _HugeInt(digits)


_decode_plain = msgspec.json.Decoder(dict[str, Any]).decode
_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
_HUGE_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer
)
"""Accepts integers too long for Python; slower, so it is used only when there is one."""


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)

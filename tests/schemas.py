"""Validates values against JSON Schemas; supports the keywords that the shop's schemas use."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = dict[str, Any]
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "null": type(None),
    "boolean": bool,
}
HANDLED_ELSEWHERE = {"required", "format"}


def misfits(value: Any, schema: Schema, schemas: Mapping[str, Schema]) -> list[str]:
    """Return the violations of *schema* by *value*; `$ref` looks up *schemas*.

    Raises KeyError for a keyword that is not supported.
    """
    return list(_misfits(value, schema, schemas, "it"))


def _misfits(value: Any, schema: Schema, schemas: Mapping[str, Schema], at: str) -> Iterator[str]:
    for keyword, wanted in schema.items():
        if keyword == "$ref":
            yield from _misfits(value, schemas[wanted.rpartition("/")[2]], schemas, at)
        elif keyword == "anyOf":
            tried = [list(_misfits(value, one, schemas, at)) for one in wanted]
            yield from [] if [] in tried else min(tried, key=len)
        elif keyword in INSIDE:
            yield from INSIDE[keyword](value, schema, schemas, at)
        elif keyword not in HANDLED_ELSEWHERE and not CHECKS[keyword](value, wanted):
            yield f"{at}: {keyword} {wanted}, not {value!r}"


def _misfits_of_items(
    value: Any, schema: Schema, schemas: Mapping[str, Schema], at: str
) -> Iterator[str]:
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from _misfits(item, schema["items"], schemas, f"{at}[{number}]")


def _misfits_of_fields(
    value: Any, schema: Schema, schemas: Mapping[str, Schema], at: str
) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    yield from (f"{at}.{name} is missing" for name in schema["required"] if name not in value)
    for name, inner in schema["properties"].items():
        if name in value:
            yield from _misfits(value[name], inner, schemas, f"{at}.{name}")


def _misfits_of_others(
    value: Any, schema: Schema, schemas: Mapping[str, Schema], at: str
) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name in value.keys() - schema.get("properties", {}).keys():
        if schema["additionalProperties"] is False:
            yield f"{at}.{name} is not described"
        else:
            yield from _misfits(value[name], schema["additionalProperties"], schemas, name)


def _is_of_type(value: Any, wanted: str) -> bool:
    return isinstance(value, TYPES[wanted]) and isinstance(value, bool) is (wanted == "boolean")


INSIDE: Mapping[str, Callable[[Any, Schema, Mapping[str, Schema], str], Iterator[str]]] = {
    "properties": _misfits_of_fields,
    "additionalProperties": _misfits_of_others,
    "items": _misfits_of_items,
}
CHECKS: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": _is_of_type,
    "const": lambda value, wanted: bool(value == wanted),
    "enum": lambda value, wanted: value in wanted,
    "minimum": lambda value, wanted: not isinstance(value, int) or value >= wanted,
    "maximum": lambda value, wanted: not isinstance(value, int) or value <= wanted,
    "minLength": lambda value, wanted: not isinstance(value, str) or len(value) >= wanted,
    "maxLength": lambda value, wanted: not isinstance(value, str) or len(value) <= wanted,
    "maxItems": lambda value, wanted: not isinstance(value, list) or len(value) <= wanted,
    "pattern": lambda value, wanted: not isinstance(value, str) or bool(re.search(wanted, value)),
}

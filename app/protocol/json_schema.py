"""What JSON Schemas of the protocol are made of."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from app.domain.limits import LARGEST_INT

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
SOUND = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$"
ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f]*$"
SKU: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"}
UUID: Schema = {
    "type": "string",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
}


def record(schemas: Schema, optional: Iterable[str] = ()) -> Schema:
    """Return the schema of an object with these fields and no others."""
    return {**open_record(schemas, optional), "additionalProperties": False}


def open_record(schemas: Schema, optional: Iterable[str] = ()) -> Schema:
    """Return the schema of an object with these fields; others are ignored."""
    required = [name for name in schemas if name not in set(optional)]
    return {"type": "object", "properties": schemas, "required": required}


def integer(least: int, most: int = LARGEST_INT) -> Schema:
    """Return the schema of an integer."""
    return {"type": "integer", "minimum": least, "maximum": most}


def string(least: int, most: int, pattern: str = SOUND) -> Schema:
    """Return the schema of a string of so many code points, without control characters."""
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": pattern}


def one_of(names: Iterable[StrEnum | str]) -> Schema:
    """Return the schema of one of these names."""
    return {"type": "string", "enum": [str(word) for word in names]}


def array(schema: Schema, most: int | None = None) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema, **({} if most is None else {"maxItems": most})}


def by_sku(schema: Schema) -> Schema:
    """Return the schema of values by SKU."""
    return {"type": "object", "additionalProperties": schema}


def or_null(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    """Return a reference to a schema of `app.protocol.schemas.SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


MONEY = integer(0)
STOCK = or_null(integer(0, 10))

"""JSON Schemas of the values that HTTP and the websocket share (protocol.md §3 and §4).

Names, states and limits come from the code; tests compare the rest with the samples.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from app.domain.addresses import LONGEST_LINE, LONGEST_POSTCODE
from app.domain.limits import LONGEST_NOTE, MOST_LINES, MOST_OF_ONE
from app.domain.ops import Kind
from app.domain.orders import OrderState
from app.domain.totals import LineState
from app.domain.verdicts import Code, RetryCode
from app.domain.vouchers import VoucherState
from app.protocol.json import LARGEST_INT

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
    """Return a reference to a schema of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


MONEY = integer(0)
STOCK = or_null(integer(0, 10))
_LINE = {
    "sku": SKU,
    "pos": integer(1),
    "qty": integer(1),
    "agreed": MONEY,
    "price": MONEY,
    "stock": STOCK,
    "state": one_of(LineState),
    "name": TEXT,
    "unit": TEXT,
    "slug": TEXT,
    "image": TEXT,
}
_TOTALS = dict.fromkeys(("count", "subtotal", "discount", "delivery", "total"), MONEY)
_ADDRESS = {
    "name": string(1, LONGEST_LINE, ONE_LINE),
    "line1": string(1, LONGEST_LINE, ONE_LINE),
    "line2": string(0, LONGEST_LINE, ONE_LINE),
    "city": string(1, LONGEST_LINE, ONE_LINE),
    "postcode": string(1, LONGEST_POSTCODE, ONE_LINE),
}
_CLAMPED = {"code": {"const": "clamped"}, "sku": SKU, "asked": integer(0), "got": integer(0)}
_QTY, _SEEN = integer(1, MOST_OF_ONE), integer(1)
_FIELDS_OF_OPS: dict[Kind, tuple[Schema, tuple[str, ...]]] = {
    Kind.ADD_LINE: ({"sku": SKU, "qty": _QTY, "seen": _SEEN}, ("seen",)),
    Kind.SET_LINE: ({"sku": SKU, "qty": integer(0, MOST_OF_ONE), "seen": _SEEN}, ("seen",)),
    Kind.ACCEPT_LINE: ({"sku": SKU, "price": integer(1)}, ()),
    Kind.SAVE_LINE: ({"sku": SKU}, ()),
    Kind.UNSAVE_LINE: ({"sku": SKU}, ()),
    Kind.SET_NOTE: ({"text": string(0, LONGEST_NOTE)}, ()),
    Kind.SET_VOUCHER: ({"code": or_null(TEXT)}, ()),
    Kind.UNDO: ({"rev": integer(0)}, ("rev",)),
}


def op(kind: Kind, **around: Schema) -> Schema:
    """Return the schema of an op, with the fields *around* its own."""
    fields, optional = _FIELDS_OF_OPS[kind]
    return open_record({**around, "n": integer(1), "k": {"const": str(kind)}, **fields}, optional)


_FINAL = record(
    {"t": {"const": "no"}, "n": integer(1), "code": one_of(Code), "text": TEXT, "rev": integer(0)}
)
_PASSING = record(
    {"t": {"const": "no"}, "n": integer(1), "code": one_of(RetryCode), "retry_ms": integer(0)}
)
SCHEMAS: dict[str, Schema] = {
    "Line": record(_LINE),
    "Totals": record({**_TOTALS, "currency": {"const": "GBP"}}),
    "Voucher": record({"code": TEXT, "label": TEXT, "state": one_of(VoucherState)}),
    "Cart": record(
        {
            "lines": array(ref("Line"), MOST_LINES),
            "saved": array(ref("Line"), MOST_LINES),
            "note": string(0, LONGEST_NOTE),
            "voucher": or_null(ref("Voucher")),
            "totals": ref("Totals"),
        }
    ),
    "Ok": record(
        {"t": {"const": "ok"}, "n": integer(1), "rev": integer(0), "warn": record(_CLAMPED)},
        ("warn",),
    ),
    "No": {"anyOf": [_FINAL, _PASSING]},
    "Need": record({"t": {"const": "need"}, "n": integer(1)}),
    "Address": record(_ADDRESS),
    "OrderState": one_of(OrderState),
}

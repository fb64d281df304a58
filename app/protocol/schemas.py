"""JSON Schemas of what both doors tell and are told (protocol.md §3 and §4).

Names, states and limits come from the code; tests hold the rest against the samples.
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
    return {**asked(schemas, optional), "additionalProperties": False}


def asked(schemas: Schema, optional: Iterable[str] = ()) -> Schema:
    """Return the schema of an object with these fields; others are ignored."""
    required = [name for name in schemas if name not in set(optional)]
    return {"type": "object", "properties": schemas, "required": required}


def whole(least: int, most: int = LARGEST_INT) -> Schema:
    """Return the schema of an integer."""
    return {"type": "integer", "minimum": least, "maximum": most}


def some_text(least: int, most: int, pattern: str = SOUND) -> Schema:
    """Return the schema of a text of so many code points, without control characters."""
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": pattern}


def one_of(words: Iterable[StrEnum | str]) -> Schema:
    """Return the schema of one of these words."""
    return {"type": "string", "enum": [str(word) for word in words]}


def many(schema: Schema, most: int | None = None) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema, **({} if most is None else {"maxItems": most})}


def named(schema: Schema) -> Schema:
    """Return the schema of values by SKU."""
    return {"type": "object", "additionalProperties": schema}


def or_null(schema: Schema) -> Schema:
    """Return the schema of something that may be nothing."""
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    """Return a reference to a schema of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


MONEY = whole(0)
STOCK = or_null(whole(0, 10))
_LINE = {
    "sku": SKU,
    "pos": whole(1),
    "qty": whole(1),
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
    "name": some_text(1, LONGEST_LINE, ONE_LINE),
    "line1": some_text(1, LONGEST_LINE, ONE_LINE),
    "line2": some_text(0, LONGEST_LINE, ONE_LINE),
    "city": some_text(1, LONGEST_LINE, ONE_LINE),
    "postcode": some_text(1, LONGEST_POSTCODE, ONE_LINE),
}
_CLAMPED = {"code": {"const": "clamped"}, "sku": SKU, "asked": whole(0), "got": whole(0)}
_QTY, _SEEN = whole(1, MOST_OF_ONE), whole(1)
_FIELDS_OF_OPS: dict[Kind, tuple[Schema, tuple[str, ...]]] = {
    Kind.ADD_LINE: ({"sku": SKU, "qty": _QTY, "seen": _SEEN}, ("seen",)),
    Kind.SET_LINE: ({"sku": SKU, "qty": whole(0, MOST_OF_ONE), "seen": _SEEN}, ("seen",)),
    Kind.ACCEPT_LINE: ({"sku": SKU, "price": whole(1)}, ()),
    Kind.SAVE_LINE: ({"sku": SKU}, ()),
    Kind.UNSAVE_LINE: ({"sku": SKU}, ()),
    Kind.SET_NOTE: ({"text": some_text(0, LONGEST_NOTE)}, ()),
    Kind.SET_VOUCHER: ({"code": or_null(TEXT)}, ()),
    Kind.UNDO: ({"rev": whole(0)}, ("rev",)),
}


def op(kind: Kind, **around: Schema) -> Schema:
    """Return the schema of an op, with what stands *around* its own fields."""
    fields, optional = _FIELDS_OF_OPS[kind]
    return asked({**around, "n": whole(1), "k": {"const": str(kind)}, **fields}, optional)


_FINAL = record(
    {"t": {"const": "no"}, "n": whole(1), "code": one_of(Code), "text": TEXT, "rev": whole(0)}
)
_PASSING = record(
    {"t": {"const": "no"}, "n": whole(1), "code": one_of(RetryCode), "retry_ms": whole(0)}
)
SCHEMAS: dict[str, Schema] = {
    "Line": record(_LINE),
    "Totals": record({**_TOTALS, "currency": {"const": "GBP"}}),
    "Voucher": record({"code": TEXT, "label": TEXT, "state": one_of(VoucherState)}),
    "Cart": record(
        {
            "lines": many(ref("Line"), MOST_LINES),
            "saved": many(ref("Line"), MOST_LINES),
            "note": some_text(0, LONGEST_NOTE),
            "voucher": or_null(ref("Voucher")),
            "totals": ref("Totals"),
        }
    ),
    "Ok": record(
        {"t": {"const": "ok"}, "n": whole(1), "rev": whole(0), "warn": record(_CLAMPED)}, ("warn",)
    ),
    "No": {"anyOf": [_FINAL, _PASSING]},
    "Need": record({"t": {"const": "need"}, "n": whole(1)}),
    "Address": record(_ADDRESS),
    "OrderState": one_of(OrderState),
}

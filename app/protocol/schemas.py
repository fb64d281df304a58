"""JSON Schemas of the values that HTTP and the websocket share (protocol.md §3 and §4).

Names, states and limits come from the code; tests compare the rest with the samples.
"""

from app.domain.addresses import LONGEST_LINE, LONGEST_POSTCODE
from app.domain.holds import HoldState
from app.domain.limits import LONGEST_NOTE, MOST_LINES
from app.domain.ops import Kind
from app.domain.orders import OrderState
from app.domain.totals import LineState
from app.domain.verdicts import Code, RetryCode
from app.domain.vouchers import VoucherState
from app.protocol.json_schema import (
    MONEY,
    ONE_LINE,
    SKU,
    STOCK,
    TEXT,
    Schema,
    array,
    integer,
    one_of,
    open_record,
    or_null,
    record,
    ref,
    string,
)
from app.protocol.op_table import OPS

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
    "category": TEXT,
}
_PROMOTED = {"deal": TEXT, "off": integer(1)}
_HELD = {"hold": one_of(HoldState), "others": integer(0), "limited": {"const": True}}
_TOTALS = dict.fromkeys(("count", "subtotal", "discount", "delivery", "total"), MONEY)
_ADDRESS = {
    "name": string(1, LONGEST_LINE, ONE_LINE),
    "line1": string(1, LONGEST_LINE, ONE_LINE),
    "line2": string(0, LONGEST_LINE, ONE_LINE),
    "city": string(1, LONGEST_LINE, ONE_LINE),
    "postcode": string(1, LONGEST_POSTCODE, ONE_LINE),
}
_CLAMPED = {"code": {"const": "clamped"}, "sku": SKU, "asked": integer(0), "got": integer(0)}


def op(kind: Kind, **around: Schema) -> Schema:
    """Return the schema of an op, with the fields *around* its own."""
    known = OPS[kind]
    own = {"n": integer(1), "k": {"const": str(kind)}, **known.fields}
    return open_record({**around, **own}, known.optional)


_FINAL = record(
    {
        "t": {"const": "no"},
        "n": integer(1),
        "code": one_of(Code),
        "args": array(TEXT),
        "text": TEXT,
        "rev": integer(0),
    }
)
_PASSING = record(
    {"t": {"const": "no"}, "n": integer(1), "code": one_of(RetryCode), "retry_ms": integer(0)}
)
SCHEMAS: dict[str, Schema] = {
    "Line": record({**_LINE, **_HELD, "by": TEXT, **_PROMOTED}, (*_HELD, "by", *_PROMOTED)),
    "SavedLine": record({**_LINE, "by": TEXT}, ("by",)),
    "Totals": record(
        {**_TOTALS, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}, "tax": MONEY}, ("tax",)
    ),
    "Voucher": record({"code": TEXT, "label": TEXT, "state": one_of(VoucherState)}),
    "Cart": record(
        {
            "lines": array(ref("Line"), MOST_LINES),
            "saved": array(ref("SavedLine"), MOST_LINES),
            "note": string(0, LONGEST_NOTE),
            "voucher": or_null(ref("Voucher")),
            "totals": ref("Totals"),
            "suggested": array(ref("SavedLine"), MOST_LINES),
        },
        ("suggested",),
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

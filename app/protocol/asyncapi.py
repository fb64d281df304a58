"""The socket, described for machines: AsyncAPI 3.0 (protocol.md §1 to §6, §9)."""

from collections.abc import Iterable
from typing import Any

from app.domain.limits import (
    LARGEST_FRAME,
    LARGEST_INT,
    LONGEST_LANGUAGE,
    MOST_PENDING,
    MOST_WATCHED,
)
from app.domain.ops import Kind
from app.domain.position import SnapshotReason
from app.protocol.asyncapi_streams import OF_STREAMS, SENT_TO_STREAMS, STREAM_QUERY
from app.protocol.json_schema import (
    MONEY,
    SKU,
    STOCK,
    TEXT,
    UUID,
    Schema,
    array,
    by_sku,
    integer,
    one_of,
    open_record,
    or_null,
    record,
    ref,
    string,
)
from app.protocol.messages import VERSION
from app.protocol.people_schemas import HELP, HOUSEHOLD
from app.protocol.schemas import SCHEMAS, op

CLOSE_CODES = {
    1000: "The client's own good-bye, returned.",
    1001: "The client went away.",
    1002: "Not as RFC 6455 wants it: no browser does this.",
    1007: "Not UTF-8.",
    1009: f"A message of more than {LARGEST_FRAME} bytes.",
    1011: "The server failed, or a ping had no pong.",
    1012: "The server is restarting: come back at once.",
    1013: "Overloaded, or too many sockets without hello: come back later.",
    4400: "A malformed or contradictory message; the reason names the first fault.",
    4401: "No valid login, or it expired.",
    4406: "This version is not spoken.",
    4408: "No hello in time, or nothing read for five seconds.",
    4409: "Replaced by a newer connection of this tab.",
    4410: "This login was ended.",
    4411: "Too many sockets of this account: the oldest goes.",
    4412: "The login is not of the account that the hello named.",
    4413: "The cart is not, or no longer, shared with the login's account.",
    4429: "A rate limit was ignored.",
    4503: "The server gave this cart up: come back for the truth.",
}
"""What the socket may be closed with, and why (protocol.md §5)."""

_LIMITS = ("burst", "per_s", "sockets", "frame", "inflight", "watch", "lines", "qty", "note")
_ITEM = {"sku": SKU, "price": MONEY, "stock": STOCK, "held": integer(1), "deal": TEXT}
_CHANGED_LINES = by_sku(or_null(ref("Line")))
_CHANGED_SAVED = by_sku(or_null(ref("SavedLine")))
_NUMBERED = or_null(integer(1))


def _from_client(t: str, schemas: Schema | None = None, optional: tuple[str, ...] = ()) -> Schema:
    return open_record({"t": {"const": t}, **(schemas or {})}, optional)


def _message(t: str, schemas: Schema | None = None, optional: tuple[str, ...] = ()) -> Schema:
    return record({"t": {"const": t}, **(schemas or {})}, optional)


FROM_CLIENT: dict[str, Schema] = {
    "hello": _from_client(
        "hello",
        {
            "tab": UUID,
            "gen": integer(1),
            "outbox": UUID,
            "at": or_null(TEXT),
            "pend": array(integer(1), MOST_PENDING),
            "account": TEXT,
            "language": string(0, LONGEST_LANGUAGE),
        },
        ("at", "pend", "account", "language"),
    ),
    "op": {"anyOf": [op(kind, t={"const": "op"}) for kind in Kind]},
    "watch": _from_client("watch", {"skus": array(SKU, MOST_WATCHED)}),
    "resync": _from_client("resync"),
    "ping": _from_client("ping", {"id": integer(-LARGEST_INT)}),
}
FROM_SERVER: dict[str, Schema] = {
    "welcome": _message(
        "welcome",
        {
            "v": {"const": VERSION},
            "features": array(TEXT),
            "account": TEXT,
            "node": TEXT,
            "conn": TEXT,
            "mode": one_of(("snapshot", "same")),
            "why": one_of(SnapshotReason),
            "last": integer(0),
            "verdicts": array({"anyOf": [ref("Ok"), ref("No")]}, MOST_PENDING),
            "hb_ms": integer(1),
            "session_left_ms": integer(0),
            "limits": record(dict.fromkeys(_LIMITS, integer(1))),
            "decimals": integer(0),
            "cart": TEXT,
        },
        ("why", "decimals", "cart"),
    ),
    "snapshot": _message("snapshot", {"at": TEXT, "rev": integer(0), "cart": ref("Cart")}),
    "patch": _message(
        "patch",
        {
            "prev": integer(0),
            "rev": integer(1),
            "at": TEXT,
            "by": array(
                record(
                    {
                        "tab": or_null(UUID),
                        "outbox": or_null(UUID),
                        "n": _NUMBERED,
                        "k": one_of((*Kind, "order", "household", "help")),
                        "account": TEXT,
                    },
                    ("account",),
                )
            ),
            "lines": _CHANGED_LINES,
            "saved": _CHANGED_SAVED,
            "note": TEXT,
            "voucher": or_null(ref("Voucher")),
            "totals": ref("Totals"),
            "suggested": _CHANGED_SAVED,
        },
        ("saved", "note", "voucher", "suggested"),
    ),
    "ok": ref("Ok"),
    "no": ref("No"),
    "need": ref("Need"),
    "prices": _message(
        "prices",
        {
            "items": array(record(_ITEM, ("held", "deal"))),
            "lines": by_sku(ref("Line")),
            "saved": by_sku(ref("SavedLine")),
            "voucher": or_null(ref("Voucher")),
            "totals": ref("Totals"),
            "suggested": by_sku(ref("SavedLine")),
        },
        ("lines", "saved", "voucher", "totals", "suggested"),
    ),
    "tabs": _message("tabs", {"n": integer(0)}),
    "household": _message("household", HOUSEHOLD),
    "help": _message("help", HELP, ("helper", "name", "why")),
    "offer": _message(
        "offer", {"sku": SKU, "name": TEXT, "unit": TEXT, "price": MONEY, "ms": integer(0)}
    ),
    "order": _message("order", {"number": TEXT, "state": ref("OrderState")}),
    "pong": _message("pong", {"id": integer(-LARGEST_INT)}),
    "hb": _message("hb"),
    "auth": _message("auth", {"session_left_ms": integer(0)}),
    "drain": _message("drain", {"open_after_ms": integer(0), "close_in_ms": integer(0)}),
}


def describe_socket() -> dict[str, Any]:
    """Return the document."""
    messages = {**FROM_CLIENT, **FROM_SERVER}
    others = {**OF_STREAMS, "frames": SENT_TO_STREAMS}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"shop.cart.v{VERSION}", "version": str(VERSION), "description": __doc__},
        "defaultContentType": "application/json",
        "channels": {
            "cart": {
                "address": "/ws",
                "messages": {t: {"$ref": f"#/components/messages/{t}"} for t in messages},
                "bindings": {"ws": {"method": "GET"}},
                "x-subprotocols": [f"shop.cart.v{VERSION}", "shop.cart"],
                "x-close-codes": {str(code): why for code, why in CLOSE_CODES.items()},
            },
            "events": _channel("/api/cart/events", [*FROM_SERVER, *OF_STREAMS]),
            "frames": _channel("/api/cart/frames", ["frames"]),
        },
        "operations": {
            "say": _operation("receive", "cart", FROM_CLIENT),
            "hear": _operation("send", "cart", FROM_SERVER),
            "sayByRequest": {
                **_operation("receive", "frames", ["frames"]),
                "bindings": {"http": {"method": "POST"}},
            },
            "hearEvents": {
                **_operation("send", "events", [*FROM_SERVER, *OF_STREAMS]),
                "bindings": {"http": {"method": "GET", "query": STREAM_QUERY}},
            },
        },
        "components": {
            "messages": {
                t: {"name": t, "payload": schema} for t, schema in {**messages, **others}.items()
            },
            "schemas": SCHEMAS,
        },
    }


def _channel(address: str, messages: Iterable[str]) -> dict[str, Any]:
    """Return a channel over HTTP, for tabs whose websockets are blocked (protocol.md §9)."""
    return {
        "address": address,
        "messages": {t: {"$ref": f"#/components/messages/{t}"} for t in messages},
    }


def _operation(action: str, channel: str, messages: Iterable[str]) -> dict[str, Any]:
    """Return what the server does with *messages*: it receives, or sends them."""
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{t}"} for t in messages],
    }

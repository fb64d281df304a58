"""The socket, described for machines: AsyncAPI 3.0 (protocol.md §1 to §6)."""

from typing import Any

from app.domain.limits import LARGEST_FRAME, MOST_PENDING, MOST_WATCHED
from app.domain.ops import Kind
from app.domain.position import SnapshotReason
from app.protocol.json import LARGEST_INT
from app.protocol.schemas import (
    MONEY,
    SCHEMAS,
    SKU,
    STOCK,
    TEXT,
    UUID,
    Schema,
    asked,
    many,
    named,
    one_of,
    op,
    or_null,
    record,
    ref,
    whole,
)

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
    4429: "A rate limit was ignored.",
    4503: "The server gave this cart up: come back for the truth.",
}
"""What the socket may be closed with, and why (protocol.md §5)."""

_LIMITS = ("burst", "per_s", "sockets", "frame", "inflight", "watch", "lines", "qty", "note")
_CHANGED_LINES = named(or_null(ref("Line")))
_NUMBERED = or_null(whole(1))


def _said(t: str, schemas: Schema | None = None, optional: tuple[str, ...] = ()) -> Schema:
    return asked({"t": {"const": t}, **(schemas or {})}, optional)


def _told(t: str, schemas: Schema | None = None, optional: tuple[str, ...] = ()) -> Schema:
    return record({"t": {"const": t}, **(schemas or {})}, optional)


FROM_CLIENTS: dict[str, Schema] = {
    "hello": _said(
        "hello",
        {
            "tab": UUID,
            "gen": whole(1),
            "outbox": UUID,
            "at": or_null(TEXT),
            "pend": many(whole(1), MOST_PENDING),
        },
        ("at", "pend"),
    ),
    "op": {"anyOf": [op(kind, t={"const": "op"}) for kind in Kind]},
    "watch": _said("watch", {"skus": many(SKU, MOST_WATCHED)}),
    "resync": _said("resync"),
    "ping": _said("ping", {"id": whole(-LARGEST_INT)}),
}
FROM_THE_SHOP: dict[str, Schema] = {
    "welcome": _told(
        "welcome",
        {
            "v": {"const": 1},
            "account": TEXT,
            "node": TEXT,
            "conn": TEXT,
            "mode": one_of(("snapshot", "same")),
            "why": one_of(SnapshotReason),
            "last": whole(0),
            "verdicts": many({"anyOf": [ref("Ok"), ref("No")]}, MOST_PENDING),
            "hb_ms": whole(1),
            "session_left_ms": whole(0),
            "limits": record(dict.fromkeys(_LIMITS, whole(1))),
        },
        ("why",),
    ),
    "snapshot": _told("snapshot", {"at": TEXT, "rev": whole(0), "cart": ref("Cart")}),
    "patch": _told(
        "patch",
        {
            "prev": whole(0),
            "rev": whole(1),
            "at": TEXT,
            "by": record(
                {
                    "tab": or_null(UUID),
                    "outbox": or_null(UUID),
                    "n": _NUMBERED,
                    "k": one_of((*Kind, "order")),
                }
            ),
            "lines": _CHANGED_LINES,
            "saved": _CHANGED_LINES,
            "note": TEXT,
            "voucher": or_null(ref("Voucher")),
            "totals": ref("Totals"),
        },
        ("saved", "note", "voucher"),
    ),
    "ok": ref("Ok"),
    "no": ref("No"),
    "need": ref("Need"),
    "prices": _told(
        "prices",
        {
            "items": many(record({"sku": SKU, "price": MONEY, "stock": STOCK})),
            "lines": named(ref("Line")),
            "saved": named(ref("Line")),
            "voucher": or_null(ref("Voucher")),
            "totals": ref("Totals"),
        },
        ("lines", "saved", "voucher", "totals"),
    ),
    "tabs": _told("tabs", {"n": whole(0)}),
    "order": _told("order", {"number": TEXT, "state": ref("OrderState")}),
    "pong": _told("pong", {"id": whole(-LARGEST_INT)}),
    "hb": _told("hb"),
    "auth": _told("auth", {"session_left_ms": whole(0)}),
    "drain": _told("drain", {"open_after_ms": whole(0), "close_in_ms": whole(0)}),
}


def describe_socket() -> dict[str, Any]:
    """Return the document."""
    messages = {**FROM_CLIENTS, **FROM_THE_SHOP}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "shop.cart.v1", "version": "1", "description": __doc__},
        "defaultContentType": "application/json",
        "channels": {
            "cart": {
                "address": "/ws",
                "messages": {t: {"$ref": f"#/components/messages/{t}"} for t in messages},
                "bindings": {"ws": {"method": "GET"}},
                "x-subprotocols": ["shop.cart.v1", "shop.cart"],
                "x-close-codes": {str(code): why for code, why in CLOSE_CODES.items()},
            }
        },
        "operations": {
            "say": _operation("receive", FROM_CLIENTS),
            "hear": _operation("send", FROM_THE_SHOP),
        },
        "components": {
            "messages": {t: {"name": t, "payload": schema} for t, schema in messages.items()},
            "schemas": SCHEMAS,
        },
    }


def _operation(action: str, messages: dict[str, Schema]) -> dict[str, Any]:
    """Return what the server does with *messages*: it receives, or sends them."""
    return {
        "action": action,
        "channel": {"$ref": "#/channels/cart"},
        "messages": [{"$ref": f"#/channels/cart/messages/{t}"} for t in messages],
    }

"""Messages of the server as JSON (protocol.md §4)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from app.domain.catalog import Sku
from app.domain.totals import ShownCart, ShownLine
from app.domain.verdicts import No, Ok, RetryLater
from app.domain.vouchers import ShownVoucher
from app.protocol.messages import (
    UNTOUCHED,
    Auth,
    By,
    Drain,
    Heartbeat,
    Item,
    Need,
    OrderMoved,
    PatchMessage,
    Pong,
    Prices,
    ServerMessage,
    Snapshot,
    Tabs,
    Welcome,
)
from app.protocol.op_texts import refusal_text

VERSION = 1

Fields = dict[str, Any]

_encode = msgspec.json.Encoder().encode


class CachingEncoder:
    """Encodes messages; one that is sent to several tabs in a row is encoded once."""

    def __init__(self) -> None:
        self._message: ServerMessage | None = None
        self._frame = b""

    def encode(self, message: ServerMessage) -> bytes:
        """Return *message* as the payload of a text frame, in UTF-8."""
        if message is not self._message:
            self._message, self._frame = message, encode(message)
        return self._frame


def encode(message: ServerMessage) -> bytes:
    """Return *message* as the payload of a text frame, in UTF-8."""
    return _encode(fields_of(message))


def to_json(fields: object) -> str:
    """Return *fields*, made of JSON's types and dataclasses, as JSON."""
    return _encode(fields).decode()


def fields_of(message: ServerMessage) -> Fields:
    """Return the fields of *message*, as in a frame and in a response over HTTP."""
    return _ENCODERS[type(message)](message)


def cart_fields(view: ShownCart) -> Fields:
    """Return the fields of the cart in a snapshot and in `GET /api/cart`."""
    return {
        "lines": [_line(line) for line in view.lines],
        "saved": [_line(line) for line in view.saved],
        "note": view.note,
        "voucher": _voucher(view.voucher),
        "totals": view.totals,
    }


def _welcome(message: Welcome) -> Fields:
    mode: Fields = {"mode": "snapshot", "why": message.why} if message.why else {"mode": "same"}
    return {
        "t": "welcome",
        "v": VERSION,
        "account": message.account,
        "node": message.node,
        "conn": message.connection,
        **mode,
        "last": message.last,
        "verdicts": [fields_of(verdict) for verdict in message.verdicts],
        "hb_ms": message.heartbeat_ms,
        "session_left_ms": message.session_left_ms,
        "limits": message.limits,
    }


def _snapshot(message: Snapshot) -> Fields:
    return {
        "t": "snapshot",
        "at": message.at,
        "rev": message.rev,
        "cart": cart_fields(message.cart),
    }


def _patch(message: PatchMessage) -> Fields:
    fields: Fields = {
        "t": "patch",
        "prev": message.prev,
        "rev": message.rev,
        "at": message.at,
        "by": _by(message.by),
        "lines": _lines(message.lines),
    }
    if message.saved:
        fields["saved"] = _lines(message.saved)
    if message.note is not None:
        fields["note"] = message.note
    if message.voucher is not UNTOUCHED:
        fields["voucher"] = _voucher(message.voucher)
    fields["totals"] = message.totals
    return fields


def _by(by: By) -> Fields:
    return {"tab": by.tab, "outbox": by.outbox, "n": by.n, "k": by.kind}


def _ok(verdict: Ok) -> Fields:
    if verdict.warn is None:
        return {"t": "ok", "n": verdict.n, "rev": verdict.rev}
    sku, asked, got = verdict.warn
    warn = {"code": "clamped", "sku": sku, "asked": asked, "got": got}
    return {"t": "ok", "n": verdict.n, "rev": verdict.rev, "warn": warn}


def _no(verdict: No) -> Fields:
    text = refusal_text(verdict)
    return {"t": "no", "n": verdict.n, "code": verdict.code, "text": text, "rev": verdict.rev}


def _retry_later(answer: RetryLater) -> Fields:
    return {"t": "no", "n": answer.n, "code": answer.code, "retry_ms": answer.retry_ms}


def _need(message: Need) -> Fields:
    return {"t": "need", "n": message.n}


def _prices(message: Prices) -> Fields:
    fields: Fields = {"t": "prices", "items": [_item(item) for item in message.items]}
    if message.lines:
        fields["lines"] = _lines(message.lines)
    if message.saved:
        fields["saved"] = _lines(message.saved)
    if message.voucher is not UNTOUCHED:
        fields["voucher"] = _voucher(message.voucher)
    if message.totals is not None:
        fields["totals"] = message.totals
    return fields


def _item(item: Item) -> Fields:
    return {"sku": item.sku, "price": item.price, "stock": item.stock}


def _tabs(message: Tabs) -> Fields:
    return {"t": "tabs", "n": message.n}


def _order_moved(message: OrderMoved) -> Fields:
    return {"t": "order", "number": message.number, "state": message.state}


def _auth(message: Auth) -> Fields:
    return {"t": "auth", "session_left_ms": message.session_left_ms}


def _drain(message: Drain) -> Fields:
    return {
        "t": "drain",
        "open_after_ms": message.open_after_ms,
        "close_in_ms": message.close_in_ms,
    }


def _pong(message: Pong) -> Fields:
    return {"t": "pong", "id": message.id}


def _heartbeat(_message: Heartbeat) -> Fields:
    return {"t": "hb"}


def _lines(lines: Mapping[Sku, ShownLine | None] | Mapping[Sku, ShownLine]) -> Fields:
    return {sku: None if line is None else _line(line) for sku, line in lines.items()}


def _line(line: ShownLine) -> Fields:
    return dict(zip(ShownLine._fields, line, strict=True))


def _voucher(voucher: ShownVoucher | None) -> Fields | None:
    return voucher and voucher._asdict()


_ENCODERS: dict[type, Callable[[Any], Fields]] = {
    Welcome: _welcome,
    Snapshot: _snapshot,
    PatchMessage: _patch,
    Ok: _ok,
    No: _no,
    RetryLater: _retry_later,
    Need: _need,
    Prices: _prices,
    Tabs: _tabs,
    OrderMoved: _order_moved,
    Auth: _auth,
    Drain: _drain,
    Pong: _pong,
    Heartbeat: _heartbeat,
}

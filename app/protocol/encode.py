"""What tabs are told: a value becomes text here (protocol.md §4)."""

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
    """Writes frames; what is told to several tabs one after the other is written once."""

    def __init__(self) -> None:
        self._news: ServerMessage | None = None
        self._frame = b""

    def encode(self, news: ServerMessage) -> bytes:
        """Return *news* as the text of a frame, in UTF-8."""
        if news is not self._news:
            self._news, self._frame = news, encode(news)
        return self._frame


def encode(news: ServerMessage) -> bytes:
    """Return *news* as the text of a frame, in UTF-8."""
    return _encode(fields_of(news))


def to_json(fields: object) -> str:
    """Return *fields*, of JSON's own types and plain dataclasses, as text."""
    return _encode(fields).decode()


def fields_of(news: ServerMessage) -> Fields:
    """Return *news* as it stands in a frame, or in an answer over HTTP."""
    return _WRITERS[type(news)](news)


def cart_fields(view: ShownCart) -> Fields:
    """Return the whole cart, as a snapshot and `GET /api/cart` tell it."""
    return {
        "lines": [_line(line) for line in view.lines],
        "saved": [_line(line) for line in view.saved],
        "note": view.note,
        "voucher": _voucher(view.voucher),
        "totals": view.totals,
    }


def _welcome(news: Welcome) -> Fields:
    mode: Fields = {"mode": "snapshot", "why": news.why} if news.why else {"mode": "same"}
    return {
        "t": "welcome",
        "v": VERSION,
        "account": news.account,
        "node": news.node,
        "conn": news.connection,
        **mode,
        "last": news.last,
        "verdicts": [fields_of(verdict) for verdict in news.verdicts],
        "hb_ms": news.heartbeat_ms,
        "session_left_ms": news.session_left_ms,
        "limits": news.limits,
    }


def _snapshot(news: Snapshot) -> Fields:
    return {"t": "snapshot", "at": news.at, "rev": news.rev, "cart": cart_fields(news.cart)}


def _changed(news: PatchMessage) -> Fields:
    fields: Fields = {
        "t": "patch",
        "prev": news.prev,
        "rev": news.rev,
        "at": news.at,
        "by": _by(news.by),
        "lines": _lines(news.lines),
    }
    if news.saved:
        fields["saved"] = _lines(news.saved)
    if news.note is not None:
        fields["note"] = news.note
    if news.voucher is not UNTOUCHED:
        fields["voucher"] = _voucher(news.voucher)
    fields["totals"] = news.totals
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


def _later(answer: RetryLater) -> Fields:
    return {"t": "no", "n": answer.n, "code": answer.code, "retry_ms": answer.retry_ms}


def _need(news: Need) -> Fields:
    return {"t": "need", "n": news.n}


def _prices(news: Prices) -> Fields:
    fields: Fields = {"t": "prices", "items": [_item(item) for item in news.items]}
    if news.lines:
        fields["lines"] = _lines(news.lines)
    if news.saved:
        fields["saved"] = _lines(news.saved)
    if news.voucher is not UNTOUCHED:
        fields["voucher"] = _voucher(news.voucher)
    if news.totals is not None:
        fields["totals"] = news.totals
    return fields


def _item(item: Item) -> Fields:
    return {"sku": item.sku, "price": item.price, "stock": item.stock}


def _tabs(news: Tabs) -> Fields:
    return {"t": "tabs", "n": news.n}


def _order_moved(news: OrderMoved) -> Fields:
    return {"t": "order", "number": news.number, "state": news.state}


def _auth(news: Auth) -> Fields:
    return {"t": "auth", "session_left_ms": news.session_left_ms}


def _drain(news: Drain) -> Fields:
    return {"t": "drain", "open_after_ms": news.open_after_ms, "close_in_ms": news.close_in_ms}


def _pong(news: Pong) -> Fields:
    return {"t": "pong", "id": news.id}


def _heartbeat(_news: Heartbeat) -> Fields:
    return {"t": "hb"}


def _lines(lines: Mapping[Sku, ShownLine | None] | Mapping[Sku, ShownLine]) -> Fields:
    return {sku: None if line is None else _line(line) for sku, line in lines.items()}


def _line(line: ShownLine) -> Fields:
    return dict(zip(ShownLine._fields, line, strict=True))


def _voucher(voucher: ShownVoucher | None) -> Fields | None:
    return voucher and voucher._asdict()


_WRITERS: dict[type, Callable[[Any], Fields]] = {
    Welcome: _welcome,
    Snapshot: _snapshot,
    PatchMessage: _changed,
    Ok: _ok,
    No: _no,
    RetryLater: _later,
    Need: _need,
    Prices: _prices,
    Tabs: _tabs,
    OrderMoved: _order_moved,
    Auth: _auth,
    Drain: _drain,
    Pong: _pong,
    Heartbeat: _heartbeat,
}

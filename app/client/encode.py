"""Encoding what a client sends: ops and messages to JSON text (protocol.md §3)."""

from collections.abc import Iterable
from typing import Any, assert_never

import msgspec
from msgspec.structs import asdict

from app.domain.addresses import Address
from app.domain.catalog import Money, Sku
from app.domain.ops import (
    AcceptLine,
    AcceptSuggestion,
    AddLine,
    ClientOp,
    DeclineSuggestion,
    DiscardLine,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.domain.orders import Pay
from app.domain.outbox import OutboxId
from app.protocol.decode import Hello

Fields = dict[str, Any]


RESYNC = '{"t":"resync"}'

_encode = msgspec.json.Encoder().encode


def hello(message: Hello) -> str:
    """Return the first message of a connection, without an account or language if none is known."""
    fields = {"t": "hello", **asdict(message)}
    for name in ("account", "language"):
        if fields[name] is None:
            del fields[name]
    return to_json(fields)


def op_body(op: ClientOp) -> str:
    """Return an op's text without its number and without the opening brace.

    It is encoded when the op is queued; `op` and `ops` prepend the number when it is sent.
    """
    return to_json({"k": op.kind, **_fields(op)})[1:]


def op(n: int, body: str) -> str:
    """Return the message of op *n*; a repeat is the same text, byte for byte."""
    return f'{{"t":"op","n":{n},{body}'


def ops(outbox: OutboxId, bodies: Iterable[tuple[int, str]]) -> str:
    """Return the body of `POST /api/cart/ops`, from op bodies with their numbers."""
    numbered = ",".join(f'{{"n":{n},{body}' for n, body in bodies)
    return f'{{"outbox":"{outbox}","ops":[{numbered}]}}'


def frames(address: str, texts: Iterable[str]) -> str:
    """Return the body of `POST /api/cart/frames`, for the event stream at *address*."""
    return to_json({"to": address, "frames": list(texts)})


def order(key: str, at: str, total: int, deliver: Address, pay: Pay) -> str:
    """Return the body of `POST /api/orders` for the cart at position *at*."""
    where = deliver._asdict()
    return to_json({"key": key, "at": at, "total": total, "deliver": where, "pay": pay})


def watch(skus: Iterable[Sku]) -> str:
    """Return the message that subscribes to price and stock of *skus*, and of no others."""
    return to_json({"t": "watch", "skus": sorted(skus)})


def ping(number: int) -> str:
    """Return a ping, which is answered by a pong with the same number."""
    return to_json({"t": "ping", "id": number})


def to_json(fields: Fields) -> str:
    """Return *fields* as JSON. Raises UnicodeEncodeError for a lone surrogate."""
    return _encode(fields).decode()


def _fields(op: ClientOp) -> Fields:  # noqa: PLR0911 - flat
    match op:
        case AddLine(sku, qty, seen) | SetLine(sku, qty, seen) | SuggestLine(sku, qty, seen):
            return {"sku": sku, "qty": qty, **_seen(seen)}
        case AcceptLine(sku, price):
            return {"sku": sku, "price": price}
        case SaveLine(sku) | UnsaveLine(sku) | DiscardLine(sku) | DeclineSuggestion(sku):
            return {"sku": sku}
        case AcceptSuggestion(sku, seen):
            return {"sku": sku, **_seen(seen)}
        case SetNote(text):
            return {"text": text}
        case SetVoucher(code):
            return {"code": code}
        case Undo(rev):
            return {} if rev is None else {"rev": rev}
        case _:
            assert_never(op)


def _seen(seen: Money | None) -> Fields:
    return {} if seen is None else {"seen": seen}

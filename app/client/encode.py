"""What a client says: a value becomes text here (protocol.md §3)."""

from collections.abc import Iterable
from typing import Any, assert_never

import msgspec

from app.domain.addresses import Address
from app.domain.catalog import Money, Sku
from app.domain.ops import (
    AcceptLine,
    AddLine,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    Undo,
    UnsaveLine,
)
from app.domain.orders import Pay
from app.domain.outbox import OutboxId
from app.protocol.messages import TabId

ClientOp = AddLine | SetLine | AcceptLine | SaveLine | UnsaveLine | SetNote | SetVoucher | Undo
"""Every op that a client may ask for."""

Fields = dict[str, Any]

RESYNC = '{"t":"resync"}'

_encode = msgspec.json.Encoder().encode


def hello(tab: TabId, gen: int, outbox: OutboxId, at: str | None, pend: list[int]) -> str:
    """Return the first word of a connection."""
    return to_json({"t": "hello", "tab": tab, "gen": gen, "outbox": outbox, "at": at, "pend": pend})


def body(wish: ClientOp) -> str:
    """Return the text of an op but for its number, which it gets when it is sent."""
    return to_json({"k": wish.kind, **_fields(wish)})[1:]


def op(n: int, body: str) -> str:
    """Return op *n*, always the same text for the same number and body."""
    return f'{{"t":"op","n":{n},{body}'


def ops(outbox: OutboxId, bodies: Iterable[tuple[int, str]]) -> str:
    """Return ops with their numbers as `POST /api/cart/ops` takes them."""
    asked = ",".join(f'{{"n":{n},{body}' for n, body in bodies)
    return f'{{"outbox":"{outbox}","ops":[{asked}]}}'


def order(key: str, at: str, total: int, deliver: Address) -> str:
    """Return an order of the cart at *at*, as `POST /api/orders` takes it."""
    where = deliver._asdict()
    return to_json({"key": key, "at": at, "total": total, "deliver": where, "pay": Pay.ON_DELIVERY})


def watch(skus: Iterable[Sku]) -> str:
    """Return a wish to be told of the price and stock of *skus*."""
    return to_json({"t": "watch", "skus": sorted(skus)})


def ping(number: int) -> str:
    """Return a wish for a pong with this number."""
    return to_json({"t": "ping", "id": number})


def to_json(fields: Fields) -> str:
    """Return *fields* as JSON; `UnicodeEncodeError` for a lone surrogate."""
    return _encode(fields).decode()


def _fields(wish: ClientOp) -> Fields:
    match wish:
        case AddLine(sku, qty, seen) | SetLine(sku, qty, seen):
            return {"sku": sku, "qty": qty, **_seen(seen)}
        case AcceptLine(sku, price):
            return {"sku": sku, "price": price}
        case SaveLine(sku) | UnsaveLine(sku):
            return {"sku": sku}
        case SetNote(text):
            return {"text": text}
        case SetVoucher(code):
            return {"code": code}
        case Undo(rev):
            return {} if rev is None else {"rev": rev}
        case _:
            assert_never(wish)


def _seen(seen: Money | None) -> Fields:
    return {} if seen is None else {"seen": seen}

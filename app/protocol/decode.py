"""Messages of clients, decoded from JSON and validated (protocol.md §2 and §3)."""

import json
from binascii import b2a_base64
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from app.domain.catalog import Sku
from app.domain.limits import MOST_PENDING, MOST_WATCHED
from app.domain.ops import BadOp, Op
from app.domain.outbox import OutboxId
from app.protocol.json import (
    LARGEST_INT,
    BadFrame,
    BadValue,
    Fields,
    read_object,
    skus,
    text,
    uuid,
    whole,
    wholes,
)
from app.protocol.messages import TabId
from app.protocol.op_table import OPS


class Hello(NamedTuple):
    """The first message of a tab.

    `at` is the position of its cart; `pend` are the ops that it has no verdict on.
    """

    tab: TabId
    gen: int
    outbox: OutboxId
    at: str | None
    pend: tuple[int, ...]


class SubmitOp(NamedTuple):
    """An op with its number; `body` is a digest of its fields, the same on every node."""

    n: int
    op: Op
    body: str


class Watch(NamedTuple):
    """The products whose price and stock a tab shows."""

    skus: frozenset[Sku]


class Resync(NamedTuple):
    """A request for a snapshot."""


class Ping(NamedTuple):
    """A request for a pong."""

    id: int


ClientMessage = Hello | SubmitOp | Watch | Resync | Ping


def decode(frame: str) -> ClientMessage:
    """Return the message in *frame*; raise `BadFrame` or `BadValue`, which close the connection."""
    fields = read_object(frame)
    kind = fields.get("t")
    reader = _MESSAGES.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise BadFrame("t: not a type of message")
    return reader(fields)


def decode_op(fields: Fields) -> SubmitOp:
    """Return the op in *fields*; a `BadOp` if they are wrong.

    Raises `BadValue` only if the number cannot be used, since nothing can be recorded then.
    """
    n = whole(fields, "n", 1)
    kind = fields.get("k")
    known = OPS.get(kind) if isinstance(kind, str) else None
    if known is None:
        return _bad(n, fields)
    try:
        op = known.read(fields)
    except BadValue:
        return _bad(n, fields)
    return SubmitOp(n, op, _digest(ascii((kind, *map(fields.get, known.fields)))))


def _bad(n: int, fields: Fields) -> SubmitOp:
    body = {name: value for name, value in fields.items() if name != "t"}
    return SubmitOp(n, BadOp(), _digest(json.dumps(body, sort_keys=True)))


def _digest(body: str) -> str:
    return b2a_base64(blake2b(body.encode(), digest_size=6).digest(), newline=False).decode()


def _hello(fields: Fields) -> Hello:
    return Hello(
        TabId(uuid(fields, "tab")),
        whole(fields, "gen", 1),
        OutboxId(uuid(fields, "outbox")),
        None if fields.get("at") is None else text(fields, "at"),
        wholes(fields, "pend", 1, MOST_PENDING),
    )


def _watch(fields: Fields) -> Watch:
    return Watch(skus(fields, "skus", MOST_WATCHED))


def _resync(_fields: Fields) -> Resync:
    return Resync()


def _ping(fields: Fields) -> Ping:
    return Ping(whole(fields, "id", -LARGEST_INT))


_MESSAGES: dict[str, Callable[[Fields], ClientMessage]] = {
    "hello": _hello,
    "op": decode_op,
    "watch": _watch,
    "resync": _resync,
    "ping": _ping,
}

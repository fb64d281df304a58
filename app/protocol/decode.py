"""Messages of clients, decoded from JSON and validated (protocol.md §2 and §3)."""

import json
from binascii import b2a_base64
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated
from zlib import crc32

from msgspec import DecodeError, Meta, Struct
from msgspec.json import Decoder, Encoder

from app.domain.catalog import SKU, Sku
from app.domain.limits import LARGEST_INT, LONGEST_LANGUAGE, MOST_PENDING, MOST_WATCHED
from app.domain.ops import BadOp, LineOp, Op, Undo
from app.domain.outbox import OutboxId
from app.protocol.json import (
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


class Hello(Struct, frozen=True, gc=False):
    """The first message of a tab.

    `at` is the position of its cart; `pend` are the ops that it has no verdict on. `account` is
    the one that its page was made for, if it says so, and
    `language` the BCP 47 tag of what it is to be answered in.
    """

    tab: TabId
    gen: int
    outbox: OutboxId
    at: str | None
    pend: tuple[int, ...]
    account: str | None = None
    language: str | None = None


class SubmitOp(Struct, frozen=True, gc=False):
    """An op with its number; `body` is a digest of its fields, the same on every node."""

    n: int
    op: Op
    body: str


class Watch(Struct, frozen=True, gc=False):
    """The products whose price and stock a tab shows."""

    skus: frozenset[Sku]


class Resync(Struct, frozen=True, gc=False):
    """A request for a snapshot."""


class Ping(Struct, frozen=True, gc=False):
    """A request for a pong."""

    id: int


ClientMessage = Hello | SubmitOp | Watch | Resync | Ping


class _Number(Struct, frozen=True, gc=False, tag_field="t", tag="op"):
    """The number of an op, beside its own fields."""

    n: Annotated[int, Meta(ge=1, le=LARGEST_INT)]


_BEGINNING = b'{"t":"op",'
_decode_number = Decoder(_Number).decode
_decode_op = Decoder(LineOp | Undo).decode
_encode = Encoder().encode


def decode(frame: bytes) -> ClientMessage:
    """Return the message in *frame*, which is UTF-8.

    Raises `BadFrame` or `BadValue`, which close the connection.

    Nearly all frames are ops whose values are names and numbers: a typed decoder reads them. It
    ignores unknown keys and takes the last of equal ones. But every key is followed by a colon, and
    no value of these ops has one: so if there are as many colons as the op, its number and `t`
    have, each key stands there once. What is refused here goes to the reader that names the fault.
    """
    if frame.startswith(_BEGINNING):
        try:
            op, n = _decode_op(frame), _decode_number(frame).n
        except DecodeError:
            return _slowly(frame)
        body = _encode(op)
        if frame.count(b":") == body.count(b":") + 2 and (type(op) is Undo or _is_sku(op.sku)):
            return SubmitOp(n, op, _digest(body))
    return _slowly(frame)


def _slowly(frame: bytes) -> ClientMessage:
    fields = read_object(frame.decode())
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
    return SubmitOp(n, op, _digest(_encode(op)))


def _bad(n: int, fields: Fields) -> SubmitOp:
    body = {name: value for name, value in fields.items() if name != "t"}
    return SubmitOp(n, BadOp(), _digest(json.dumps(body, sort_keys=True).encode()))


def _digest(body: bytes) -> str:
    """Return six characters by which two bodies under one number can be told apart.

    It is no secret and guards nobody but its sender, so a checksum does; CRC-32 finds every
    difference within 32 bits, such as another quantity.
    """
    return b2a_base64(crc32(body).to_bytes(4))[:6].decode()


@lru_cache(8192)
def _is_sku(name: str) -> bool:
    return SKU.fullmatch(name) is not None


def _hello(fields: Fields) -> Hello:
    return Hello(
        TabId(uuid(fields, "tab")),
        whole(fields, "gen", 1),
        OutboxId(uuid(fields, "outbox")),
        None if fields.get("at") is None else text(fields, "at"),
        wholes(fields, "pend", 1, MOST_PENDING),
        text(fields, "account") if "account" in fields else None,
        text(fields, "language", LONGEST_LANGUAGE) if "language" in fields else None,
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

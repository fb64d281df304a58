"""What the shop says: text becomes a value here, or a fault."""

from typing import TypeVar, get_args

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from app.client.errors import Misheard
from app.client.state import Patch, Prices, Snapshot
from app.client.told import (
    Auth,
    Drain,
    Heartbeat,
    Need,
    Order,
    Pong,
    SaidNo,
    SaidOk,
    Tabs,
    Unknown,
    Welcome,
)
from app.domain.verdicts import No, Ok, RetryLater

State = Snapshot | Patch | Prices
Aside = Tabs | Order | Auth | Drain | Pong | Heartbeat
Heard = Welcome | Ok | No | RetryLater | Need | State | Aside | Unknown

_Frame = Welcome | SaidOk | SaidNo | Need | State | Aside
_KNOWN = {kind.__struct_config__.tag for kind in get_args(_Frame)}
_SHOWN = 200

_frame: Decoder[_Frame] = Decoder(_Frame)
_unknown = Decoder(Unknown)

_NOT_JSON = DecodeError, UnicodeDecodeError

T = TypeVar("T", bound=Struct)


def read(frame: str | bytes) -> Heard:
    """Return what *frame* says; `Misheard` if the protocol does not allow it.

    A type that is not known is no fault: a later server may have more to tell.
    """
    try:
        message = _frame.decode(frame)
    except ValidationError as fault:
        return _read_unknown(frame, fault)
    except _NOT_JSON as fault:
        raise _misheard(frame, fault) from fault
    return message.verdict if isinstance(message, SaidOk | SaidNo) else message


def read_body(kind: type[T], body: bytes) -> T:
    """Return what the *body* of an answer over HTTP says; `Misheard` as above."""
    try:
        return Decoder(kind).decode(body)
    except _NOT_JSON as fault:
        raise _misheard(body, fault) from fault


def _read_unknown(frame: str | bytes, fault: ValidationError) -> Unknown:
    try:
        unknown = _unknown.decode(frame)
    except ValidationError:
        raise _misheard(frame, fault) from fault
    if unknown.t in _KNOWN:
        raise _misheard(frame, fault) from fault
    return unknown


def _misheard(text: str | bytes, fault: Exception) -> Misheard:
    return Misheard(f"{fault}: {text[:_SHOWN]!r}")

"""Decoding what the server sends: JSON text to a message, or `ServerProtocolError`."""

from typing import TypeVar, get_args

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from app.client.errors import ServerProtocolError
from app.client.messages import (
    Auth,
    Drain,
    Heartbeat,
    Need,
    NoMessage,
    OkMessage,
    Order,
    Patch,
    Pong,
    Prices,
    Snapshot,
    Tabs,
    UnknownMessage,
    Welcome,
)
from app.domain.verdicts import No, Ok, RetryLater

CartMessage = Snapshot | Patch | Prices
Notice = Tabs | Order | Auth | Drain | Pong | Heartbeat
ServerMessage = Welcome | Ok | No | RetryLater | Need | CartMessage | Notice | UnknownMessage

_Frame = Welcome | OkMessage | NoMessage | Need | CartMessage | Notice
_KNOWN = {kind.__struct_config__.tag for kind in get_args(_Frame)}
_SHOWN = 200

_frame: Decoder[_Frame] = Decoder(_Frame)
_unknown = Decoder(UnknownMessage)

_NOT_JSON = DecodeError, UnicodeDecodeError

T = TypeVar("T", bound=Struct)


def decode(frame: str | bytes) -> ServerMessage:
    """Return the message in *frame*; verdicts come as values of `app.domain.verdicts`.

    Raises ServerProtocolError if the protocol does not allow it. A message of an unknown type is
    allowed: a later server may send more types.
    """
    try:
        message = _frame.decode(frame)
    except ValidationError as fault:
        return _decode_unknown(frame, fault)
    except _NOT_JSON as fault:
        raise _protocol_error(frame, fault) from fault
    return message.verdict if isinstance(message, OkMessage | NoMessage) else message


def decode_body(kind: type[T], body: bytes) -> T:
    """Return an HTTP body as *kind*. Raises ServerProtocolError if it is not one."""
    try:
        return Decoder(kind).decode(body)
    except _NOT_JSON as fault:
        raise _protocol_error(body, fault) from fault


def _decode_unknown(frame: str | bytes, fault: ValidationError) -> UnknownMessage:
    try:
        unknown = _unknown.decode(frame)
    except ValidationError:
        raise _protocol_error(frame, fault) from fault
    if unknown.t in _KNOWN:
        raise _protocol_error(frame, fault) from fault
    return unknown


def _protocol_error(text: str | bytes, fault: Exception) -> ServerProtocolError:
    return ServerProtocolError(f"{fault}: {text[:_SHOWN]!r}")

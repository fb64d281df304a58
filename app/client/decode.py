"""Decoding what the server sends: JSON text to a message, or `ServerProtocolError`."""

from typing import Final, TypeVar, get_args

from msgspec import UNSET, DecodeError, Struct, ValidationError
from msgspec.json import Decoder

from app.client.errors import ServerProtocolError
from app.domain.verdicts import Code, No, Ok, RetryCode, RetryLater
from app.domain.waitlist import Offer
from app.protocol.messages import (
    Auth,
    Drain,
    Heartbeat,
    HelpMessage,
    HouseholdMessage,
    Need,
    OrderMoved,
    PatchMessage,
    Pong,
    Prices,
    Refusal,
    Snapshot,
    Tabs,
    Welcome,
    WireMessage,
)


class UnknownMessage(Struct, frozen=True, gc=False):
    """A message of an unknown type, which changes nothing: a later server may send more types."""

    t: str


Answer = Ok | No | RetryLater
CartMessage = Snapshot | PatchMessage | Prices
Told = Tabs | HouseholdMessage | HelpMessage | Offer
Notice = Told | OrderMoved | Auth | Drain | Pong | Heartbeat
ServerMessage = Welcome | Answer | Need | CartMessage | Notice | UnknownMessage

_KNOWN: Final = {kind.__struct_config__.tag for kind in get_args(WireMessage)}
_FINAL: Final = frozenset(Code)
_RETRYABLE: Final = frozenset(RetryCode)
_SHOWN: Final = 200

_frame: Decoder[WireMessage] = Decoder(WireMessage)
_unknown = Decoder(UnknownMessage)

_NOT_JSON = DecodeError, UnicodeDecodeError

T = TypeVar("T", bound=Struct)


def decode(frame: str | bytes) -> ServerMessage:
    """Return the message in *frame*; verdicts come as values of `app.domain.verdicts`.

    Raises ServerProtocolError if the protocol does not allow it.
    """
    try:
        message = _frame.decode(frame)
    except ValidationError as fault:
        return _decode_unknown(frame, fault)
    except _NOT_JSON as fault:
        raise _protocol_error(frame, fault) from fault
    return answer_of(message) if isinstance(message, Refusal) else message


def decode_body(kind: type[T], body: bytes) -> T:
    """Return an HTTP body as *kind*. Raises ServerProtocolError if it is not one."""
    try:
        return Decoder(kind).decode(body)
    except _NOT_JSON as fault:
        raise _protocol_error(body, fault) from fault


def answer_of(message: Ok | Refusal) -> Answer:
    """Return the answer to an op as a value of the domain.

    Raises ServerProtocolError for a refusal that is neither final nor may be retried.
    """
    if isinstance(message, Ok):
        return message
    n, code, args, text = message.n, message.code, message.args, message.text
    if code in _FINAL and message.rev is not UNSET:
        args, text = () if args is UNSET else args, "" if text is UNSET else text
        return No(n, Code(code), args, message.rev, text)
    if code in _RETRYABLE and message.retry_ms is not UNSET:
        return RetryLater(n, RetryCode(code), message.retry_ms)
    raise ServerProtocolError(f"neither a final refusal nor a request to retry: {message}")


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

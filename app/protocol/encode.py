"""Messages of the server as JSON (protocol.md §4)."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from app.domain.catalog import Catalog
from app.domain.languages import ENGLISH, Language
from app.domain.totals import ShownCart
from app.domain.verdicts import No, Ok, RetryLater
from app.protocol.localize import localized, refusal_of
from app.protocol.messages import ServerMessage

Fields = dict[str, Any]
REFUSALS: Final = (No, RetryLater)

encode_ok: Callable[[Ok], bytes] = msgspec.json.Encoder().encode
"""Returns an `Ok` as the payload of a text frame. It is sent to one tab, so none is kept."""

_encode: Callable[[object], bytes] = msgspec.json.Encoder().encode


class CachingEncoder:
    """Encodes messages in English; one that is sent to several tabs in a row is encoded once.

    `message` is the last one, and `frame` what it is encoded as.
    """

    language: Language = ENGLISH

    def __init__(self) -> None:
        self.message: ServerMessage | None = None
        self.frame = b""

    def encode(self, message: ServerMessage) -> bytes:
        """Return *message* as the payload of a text frame, in UTF-8."""
        if message is not self.message:
            sent = refusal_of(message, ENGLISH) if isinstance(message, REFUSALS) else message
            self.message, self.frame = message, _encode(sent)
        return self.frame


class LocalizingEncoder(CachingEncoder):
    """Encodes messages in another language, with the texts of the catalogue of that moment."""

    def __init__(self, language: Language, catalog: Callable[[], Catalog]):
        super().__init__()
        self.language = language
        self._catalog = catalog

    def encode(self, message: ServerMessage) -> bytes:
        """Return *message* as the payload of a text frame, in UTF-8."""
        if message is not self.message:
            words = localized(message, self.language, self._catalog())
            self.message, self.frame = message, _encode(words)
        return self.frame


def encode(message: ServerMessage) -> bytes:
    """Return *message* as the payload of a text frame, in English and UTF-8."""
    return _encode(refusal_of(message, ENGLISH) if isinstance(message, REFUSALS) else message)


def to_json(fields: object) -> str:
    """Return *fields*, made of JSON's types, Structs and dataclasses, as JSON."""
    return _encode(fields).decode()


def fields_of(message: ServerMessage, language: Language) -> Fields:
    """Return the fields of *message*, as in a frame and in a response over HTTP.

    Its sentence is in *language*, if it has one; products are called as they are in it.
    """
    sent = refusal_of(message, language) if isinstance(message, REFUSALS) else message
    fields: Fields = msgspec.to_builtins(sent)
    return fields


def cart_fields(view: ShownCart) -> Fields:
    """Return the fields of the cart in a snapshot and in `GET /api/cart`."""
    fields: Fields = msgspec.to_builtins(view)
    return fields

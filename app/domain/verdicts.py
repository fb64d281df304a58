"""The answers to an op: verdicts, which are recorded, and requests to retry."""

from enum import StrEnum

from msgspec import Struct

from app.domain.catalog import Sku
from app.domain.languages import Language, Translations


class Code(StrEnum):
    """Why an op is refused for good; all but `EXPIRED` are recorded."""

    BAD_OP = "bad_op"
    UNKNOWN_SKU = "unknown_sku"
    GONE = "gone"
    NOT_IN_CART = "not_in_cart"
    LINE_LIMIT = "line_limit"
    QTY_LIMIT = "qty_limit"
    SOLD_OUT = "sold_out"
    PRICE_MOVED = "price_moved"
    MOVED = "moved"
    NOTHING_TO_UNDO = "nothing_to_undo"
    BAD_VOUCHER = "bad_voucher"
    TOO_MANY_TRIES = "too_many_tries"
    EXPIRED = "expired"
    NOT_ALLOWED = "not_allowed"
    SUGGESTED = "suggested"


class RetryCode(StrEnum):
    """Why an op is not ruled on now; nothing is recorded, and it may be sent again."""

    BUSY = "busy"
    RATE = "rate"


class Clamped(Struct, frozen=True, gc=False, tag_field="code", tag="clamped"):
    """A warning: the line would have had `asked`, and has `got`, since there are no more."""

    sku: Sku
    asked: int
    got: int


class Ok(Struct, frozen=True, gc=False, tag_field="t", tag="ok", omit_defaults=True):
    """The op was applied, and the cart is at `rev`. It is sent as it is (protocol.md §4)."""

    n: int
    rev: int
    warn: Clamped | None = None


class No(Struct, frozen=True, gc=False):
    """The op was refused, and the cart stays at `rev`.

    `args` are what the sentence for people names (`app/protocol/op_texts.py`): the product, and
    then the limit if the code is one of a limit; for `UNKNOWN_SKU` the SKU. `names` is the product
    in other languages: as it was called then, so that a repeat gets the same in each of them.
    `text` is the sentence itself where it came ready-made: over the wire, or from a row of an older
    version.
    """

    n: int
    code: Code
    args: tuple[str, ...]
    rev: int
    text: str = ""
    names: Translations = {}

    def args_in(self, language: Language) -> tuple[str, ...]:
        """Return `args` with the product's name in *language*, if that is known."""
        name = self.names.get(language)
        return self.args if name is None else (name, *self.args[1:])


Verdict = Ok | No


class RetryLater(Struct, frozen=True, gc=False):
    """The op was not ruled on; it may be sent again after `retry_ms`."""

    n: int
    code: RetryCode
    retry_ms: int

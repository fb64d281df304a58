"""The answers to an op: verdicts, which are recorded, and requests to retry."""

from enum import StrEnum
from typing import NamedTuple

from app.domain.catalog import Sku


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


class RetryCode(StrEnum):
    """Why an op is not ruled on now; nothing is recorded, and it may be sent again."""

    BUSY = "busy"
    RATE = "rate"


class Clamped(NamedTuple):
    """A warning: the line would have had `asked`, and has `got`, since there are no more."""

    sku: Sku
    asked: int
    got: int


class Ok(NamedTuple):
    """The op was applied, and the cart is at `rev`."""

    n: int
    rev: int
    warn: Clamped | None = None


class No(NamedTuple):
    """The op was refused, and the cart stays at `rev`.

    `args` are what the sentence for people names (`app/protocol/op_texts.py`): the product, and
    then the limit if the code is one of a limit; for `UNKNOWN_SKU` the SKU. `text` is the sentence
    itself where it came ready-made: over the wire, or from a row of an older version.
    """

    n: int
    code: Code
    args: tuple[str, ...]
    rev: int
    text: str = ""


Verdict = Ok | No


class RetryLater(NamedTuple):
    """The op was not ruled on; it may be sent again after `retry_ms`."""

    n: int
    code: RetryCode
    retry_ms: int

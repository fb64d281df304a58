"""The operations on a cart, and the ruling on one (protocol.md §3)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.domain.cart import Cart, Patch
from app.domain.catalog import Money, Sku
from app.domain.outbox import EvictedOutbox
from app.domain.verdicts import Verdict


class Kind(StrEnum):
    """The name of an op."""

    ADD_LINE = "line.add"
    SET_LINE = "line.set"
    ACCEPT_LINE = "line.accept"
    SAVE_LINE = "line.save"
    UNSAVE_LINE = "line.unsave"
    SET_NOTE = "note.set"
    SET_VOUCHER = "voucher.set"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class AddLine:
    """Add a quantity; `seen` is the unit price that the page showed."""

    sku: Sku
    qty: int
    seen: Money | None = None
    kind = Kind.ADD_LINE


@dataclass(frozen=True, slots=True)
class SetLine:
    """Set the quantity; 0 removes the line."""

    sku: Sku
    qty: int
    seen: Money | None = None
    kind = Kind.SET_LINE


@dataclass(frozen=True, slots=True)
class AcceptLine:
    """Agree to this unit price."""

    sku: Sku
    price: Money
    kind = Kind.ACCEPT_LINE


@dataclass(frozen=True, slots=True)
class SaveLine:
    """Move a line to those saved for later."""

    sku: Sku
    kind = Kind.SAVE_LINE


@dataclass(frozen=True, slots=True)
class UnsaveLine:
    """Move a saved line back into the cart."""

    sku: Sku
    kind = Kind.UNSAVE_LINE


@dataclass(frozen=True, slots=True)
class SetNote:
    """Set the note for the order."""

    text: str
    kind = Kind.SET_NOTE


@dataclass(frozen=True, slots=True)
class SetVoucher:
    """Put a voucher on the cart, by its code; `None` takes it off."""

    code: str | None
    kind = Kind.SET_VOUCHER


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the newest change back; with `rev`, only if it made that revision."""

    rev: int | None = None
    kind = Kind.UNDO


@dataclass(frozen=True, slots=True)
class BadOp:
    """An invalid op that has a number: it is refused, and the refusal recorded."""


ClientOp = AddLine | SetLine | AcceptLine | SaveLine | UnsaveLine | SetNote | SetVoucher | Undo
"""Every op that a client may submit."""

Op = ClientOp | BadOp


class Ruling(NamedTuple):
    """The ruling on an op: the cart afterwards, the verdict, and the patch if anything changed."""

    cart: Cart
    verdict: Verdict
    patch: Patch | None = None
    evicted: EvictedOutbox | None = None

"""The operations on a cart, and the ruling on one (protocol.md §3)."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from app.domain.cart import Cart, Patch
from app.domain.catalog import Money, Sku
from app.domain.limits import LARGEST_INT, LONGEST_NOTE, MOST_OF_ONE
from app.domain.outbox import EvictedOutbox
from app.domain.verdicts import Verdict

Price = Annotated[Money, Meta(ge=1, le=LARGEST_INT)]


class Kind(StrEnum):
    """The name of an op."""

    ADD_LINE = "line.add"
    SET_LINE = "line.set"
    ACCEPT_LINE = "line.accept"
    SAVE_LINE = "line.save"
    UNSAVE_LINE = "line.unsave"
    DISCARD_LINE = "line.discard"
    SET_NOTE = "note.set"
    SET_VOUCHER = "voucher.set"
    UNDO = "undo"
    SUGGEST_LINE = "line.suggest"
    ACCEPT_SUGGESTION = "suggestion.accept"
    DECLINE_SUGGESTION = "suggestion.decline"


class _ClientOp(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="k"):
    """An op as it is on the wire, but for its number; the constraints are the wire's."""


class AddLine(_ClientOp, frozen=True, tag="line.add"):
    """Add a quantity; `seen` is the unit price that the page showed."""

    sku: Sku
    qty: Annotated[int, Meta(ge=1, le=MOST_OF_ONE)]
    seen: Price | None = None
    kind = Kind.ADD_LINE


class SetLine(_ClientOp, frozen=True, tag="line.set"):
    """Set the quantity; 0 removes the line."""

    sku: Sku
    qty: Annotated[int, Meta(ge=0, le=MOST_OF_ONE)]
    seen: Price | None = None
    kind = Kind.SET_LINE


class AcceptLine(_ClientOp, frozen=True, tag="line.accept"):
    """Agree to this unit price."""

    sku: Sku
    price: Price
    kind = Kind.ACCEPT_LINE


class SaveLine(_ClientOp, frozen=True, tag="line.save"):
    """Move a line to those saved for later."""

    sku: Sku
    kind = Kind.SAVE_LINE


class UnsaveLine(_ClientOp, frozen=True, tag="line.unsave"):
    """Move a saved line back into the cart."""

    sku: Sku
    kind = Kind.UNSAVE_LINE


class DiscardLine(_ClientOp, frozen=True, tag="line.discard"):
    """Remove a saved line."""

    sku: Sku
    kind = Kind.DISCARD_LINE


class SetNote(_ClientOp, frozen=True, tag="note.set"):
    """Set the note for the order."""

    text: Annotated[str, Meta(max_length=LONGEST_NOTE)]
    kind = Kind.SET_NOTE


class SetVoucher(_ClientOp, frozen=True, tag="voucher.set"):
    """Put a voucher on the cart, by its code; `None` takes it off."""

    code: str | None
    kind = Kind.SET_VOUCHER


class Undo(_ClientOp, frozen=True, tag="undo"):
    """Take the newest change back; with `rev`, only if it made that revision."""

    rev: Annotated[int, Meta(ge=0, le=LARGEST_INT)] | None = None
    kind = Kind.UNDO


class SuggestLine(_ClientOp, frozen=True, tag="line.suggest"):
    """Propose a quantity of a product to the household; 0 takes the own proposal back."""

    sku: Sku
    qty: Annotated[int, Meta(ge=0, le=MOST_OF_ONE)]
    seen: Price | None = None
    kind = Kind.SUGGEST_LINE


class AcceptSuggestion(_ClientOp, frozen=True, tag="suggestion.accept"):
    """Add what was proposed to the cart; `seen` is the unit price that the page showed."""

    sku: Sku
    seen: Price | None = None
    kind = Kind.ACCEPT_SUGGESTION


class DeclineSuggestion(_ClientOp, frozen=True, tag="suggestion.decline"):
    """Remove a proposal."""

    sku: Sku
    kind = Kind.DECLINE_SUGGESTION


class BadOp(Struct, frozen=True, gc=False):
    """An invalid op that has a number: it is refused, and the refusal recorded."""


SuggestionOp = SuggestLine | AcceptSuggestion | DeclineSuggestion
"""Every op on what a member of the household has proposed."""

LineOp = AddLine | SetLine | AcceptLine | SaveLine | UnsaveLine | DiscardLine | SuggestionOp
"""Every op on one product."""

ClientOp = LineOp | SetNote | SetVoucher | Undo
"""Every op that a client may submit."""

Op = ClientOp | BadOp


class Ruling(Struct, frozen=True, gc=False):
    """The ruling on an op: the cart afterwards, the verdict, and the patch if anything changed."""

    cart: Cart
    verdict: Verdict
    patch: Patch | None = None
    evicted: EvictedOutbox | None = None

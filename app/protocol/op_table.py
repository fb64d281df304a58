"""The op table: each op on the wire, described once (protocol.md §3).

`decode` reads ops by it, and `schemas` describes them by it.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from app.domain.catalog import Money
from app.domain.limits import LONGEST_NOTE, MOST_OF_ONE
from app.domain.ops import (
    AcceptLine,
    AcceptSuggestion,
    AddLine,
    ClientOp,
    DeclineSuggestion,
    DiscardLine,
    Kind,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.protocol.json import Fields, sku, text, whole
from app.protocol.json_schema import SKU, TEXT, Schema, integer, or_null, string


class OpFormat(NamedTuple):
    """An op on the wire: what reads it, and the schemas of its own fields.

    `read` raises BadValue. The order of `fields` counts: the digest of an op is made in it.
    """

    read: Callable[[Fields], ClientOp]
    fields: Mapping[str, Schema]
    optional: tuple[str, ...] = ()


def _add_line(fields: Fields) -> AddLine:
    return AddLine(sku(fields), whole(fields, "qty", 1, MOST_OF_ONE), _seen(fields))


def _set_line(fields: Fields) -> SetLine:
    return SetLine(sku(fields), whole(fields, "qty", 0, MOST_OF_ONE), _seen(fields))


def _accept_line(fields: Fields) -> AcceptLine:
    return AcceptLine(sku(fields), Money(whole(fields, "price", 1)))


def _save_line(fields: Fields) -> SaveLine:
    return SaveLine(sku(fields))


def _unsave_line(fields: Fields) -> UnsaveLine:
    return UnsaveLine(sku(fields))


def _discard_line(fields: Fields) -> DiscardLine:
    return DiscardLine(sku(fields))


def _set_note(fields: Fields) -> SetNote:
    return SetNote(text(fields, "text", LONGEST_NOTE))


def _set_voucher(fields: Fields) -> SetVoucher:
    taken_off = "code" in fields and fields["code"] is None
    return SetVoucher(None if taken_off else text(fields, "code"))


def _undo(fields: Fields) -> Undo:
    return Undo(whole(fields, "rev", 0) if "rev" in fields else None)


def _suggest_line(fields: Fields) -> SuggestLine:
    return SuggestLine(sku(fields), whole(fields, "qty", 0, MOST_OF_ONE), _seen(fields))


def _accept_suggestion(fields: Fields) -> AcceptSuggestion:
    return AcceptSuggestion(sku(fields), _seen(fields))


def _decline_suggestion(fields: Fields) -> DeclineSuggestion:
    return DeclineSuggestion(sku(fields))


def _seen(fields: Fields) -> Money | None:
    return Money(whole(fields, "seen", 1)) if "seen" in fields else None


_PRICE = integer(1)
OPS: Final[Mapping[str, OpFormat]] = {
    Kind.ADD_LINE: OpFormat(
        _add_line, {"sku": SKU, "qty": integer(1, MOST_OF_ONE), "seen": _PRICE}, ("seen",)
    ),
    Kind.SET_LINE: OpFormat(
        _set_line, {"sku": SKU, "qty": integer(0, MOST_OF_ONE), "seen": _PRICE}, ("seen",)
    ),
    Kind.ACCEPT_LINE: OpFormat(_accept_line, {"sku": SKU, "price": _PRICE}),
    Kind.SAVE_LINE: OpFormat(_save_line, {"sku": SKU}),
    Kind.UNSAVE_LINE: OpFormat(_unsave_line, {"sku": SKU}),
    Kind.DISCARD_LINE: OpFormat(_discard_line, {"sku": SKU}),
    Kind.SET_NOTE: OpFormat(_set_note, {"text": string(0, LONGEST_NOTE)}),
    Kind.SET_VOUCHER: OpFormat(_set_voucher, {"code": or_null(TEXT)}),
    Kind.UNDO: OpFormat(_undo, {"rev": integer(0)}, ("rev",)),
    Kind.SUGGEST_LINE: OpFormat(
        _suggest_line, {"sku": SKU, "qty": integer(0, MOST_OF_ONE), "seen": _PRICE}, ("seen",)
    ),
    Kind.ACCEPT_SUGGESTION: OpFormat(_accept_suggestion, {"sku": SKU, "seen": _PRICE}, ("seen",)),
    Kind.DECLINE_SUGGESTION: OpFormat(_decline_suggestion, {"sku": SKU}),
}
"""By the name that an op has in `k`."""

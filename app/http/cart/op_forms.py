"""Parses the forms of the cart into ops; the page's script reads the same forms."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.domain.ops import BadOp, Kind
from app.protocol.decode import SubmitOp, decode_op

LONGEST_NUMBER = 16

Form = Mapping[str, str]
Fields = dict[str, Any]

_LINE_END = re.compile(r"\r\n?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def op_of(kind: Kind, form: Form) -> SubmitOp | None:
    """Return the op of *form*, as number 1 of its outbox; None if it cannot be parsed."""
    submitted = decode_op({"n": 1, "k": kind, **_READERS[kind](form)})
    return None if isinstance(submitted.op, BadOp) else submitted


def _change(form: Form) -> Fields:
    return _sku(form) | {"qty": whole_number(form, "qty")} | _if_whole(form, "seen")


def _accept(form: Form) -> Fields:
    return _sku(form) | {"price": whole_number(form, "price")}


def _sku(form: Form) -> Fields:
    return {"sku": form.get("sku")}


def _seen_sku(form: Form) -> Fields:
    return _sku(form) | _if_whole(form, "seen")


def _note(form: Form) -> Fields:
    return {"text": _plain(form.get("text", ""))}


def _voucher(form: Form) -> Fields:
    return {"code": _plain(form.get("code", "")).strip() or None}


def _undo(form: Form) -> Fields:
    return _if_whole(form, "rev")


def _if_whole(form: Form, name: str) -> Fields:
    return {name: number} if (number := whole_number(form, name)) else {}


def whole_number(form: Form, name: str) -> int | None:
    """Return the number in a field, if there is one."""
    typed = form.get(name, "").strip()
    is_whole = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER
    return int(typed) if is_whole else None


def _plain(text: str) -> str:
    """Return *text* with LF at the ends of lines, and without other control characters."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


_READERS: Mapping[Kind, Callable[[Form], Fields]] = {
    Kind.ADD_LINE: _change,
    Kind.SET_LINE: _change,
    Kind.ACCEPT_LINE: _accept,
    Kind.SAVE_LINE: _sku,
    Kind.UNSAVE_LINE: _sku,
    Kind.DISCARD_LINE: _sku,
    Kind.SET_NOTE: _note,
    Kind.SET_VOUCHER: _voucher,
    Kind.UNDO: _undo,
    Kind.SUGGEST_LINE: _change,
    Kind.ACCEPT_SUGGESTION: _seen_sku,
    Kind.DECLINE_SUGGESTION: _sku,
}

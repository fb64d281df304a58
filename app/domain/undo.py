"""Undo: the inverses of the newest changes, kept with the cart."""

from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec.json import Decoder, Encoder
from msgspec.structs import astuple, replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart, Line, LineChanges, Lines, Patch, UndoStack
from app.domain.catalog import Sku
from app.domain.members import OWNER
from app.domain.verdicts import Code

UNDO_DEPTH = 10
FIELDS_OF_ONE: Final = 6
"""So many fields of a patch there are in carts that nobody shares."""
_NOTE, _VOUCHER, _SUGGESTED = " note", " voucher", " suggested "
"""What a change touches beside lines of products; no product is called so."""


class Step(Patch, frozen=True, gc=False, array_like=True):
    """The inverse of a change: `rev` is the revision that the change made, `by` who made it."""

    by: AccountId = OWNER


class Undone(NamedTuple):
    """The patch that undoes a change, and the undo stack without it."""

    patch: Patch
    undo_stack: UndoStack


_encode = Encoder().encode
_decode = Decoder(Step).decode


def inverse(cart: Cart, patch: Patch) -> Patch:
    """Return the patch that takes *patch* back; `rev` is still the one that *patch* makes."""
    return Patch(
        patch.rev,
        _held(cart.lines, patch.lines),
        _held(cart.saved, patch.saved),
        None if patch.note is None else cart.note,
        None if patch.voucher is None else cart.voucher,
        suggested=_held(cart.suggested, patch.suggested),
    )


def _held(lines: Lines, changes: LineChanges) -> LineChanges:
    """Return what *changes* replace in *lines*."""
    held: dict[Sku, Line | None] = {}
    for sku in changes:
        held[sku] = lines.get(sku)
    return held


def remember(cart: Cart, patch: Patch, by: AccountId = OWNER) -> UndoStack:
    """Return the undo stack of *cart* with the inverse of *patch*, which *by* made, on top.

    It is written down at once, and only once: the stack is saved whenever its cart is, and
    seldom read. What most changes do not have is not written.
    """
    if by or patch.suggested:
        step = _encode((*astuple(inverse(cart, patch)), by))
    elif patch.saved or patch.note is not None or patch.voucher is not None:
        step = _encode(astuple(inverse(cart, patch))[:FIELDS_OF_ONE])
    else:
        step = _encode((patch.rev, _held(cart.lines, patch.lines)))
    return (*cart.undo_stack[1 - UNDO_DEPTH :], step.decode())


def undo(
    cart: Cart, by: AccountId, rev: int | None, may_undo: Callable[[Step], bool]
) -> Undone | Code:
    """Return how the newest change that *by* has made is undone, or why none can be.

    With *rev* it must be the one that made this revision, and may be somebody else's. What was
    changed since by others stays as they made it: a change of which nothing else is left is passed
    over, like one that *may_undo* forbids.
    """
    stack = cart.undo_stack
    if rev is not None:
        by = next((step.by for step in map(_decode, stack) if step.rev == rev), by)
    code, touched = Code.NOTHING_TO_UNDO, set[str]()
    for place in range(len(stack) - 1, -1, -1):
        step = _decode(stack[place])
        if step.by == by:
            left = _left_of(step, touched)
            if left and may_undo(step) and rev in {None, step.rev}:
                patch = _as_patch(cart, step, left)
                return Undone(patch, stack[:place] + stack[place + 1 :])
            code = Code.MOVED
            if left and rev is not None:
                break
        touched |= _touched(step)
    return Code.MOVED if stack and rev is not None else code


def without_suggestions(
    stack: UndoStack, by: AccountId, is_theirs: Callable[[Line], bool]
) -> UndoStack:
    """Return *stack* without what *by* has done, and without suggestions that are theirs.

    Of a change that took one away, such as a yes to it, the rest can still be undone.
    """
    left: list[str] = []
    for text in stack:
        step = _decode(text)
        kept = {sku: line for sku, line in step.suggested.items() if not (line and is_theirs(line))}
        is_whole = len(kept) == len(step.suggested)
        rest = step if is_whole else replace(step, suggested=kept)
        if step.by != by and _touched(rest):
            left.append(text if is_whole else _encode(rest).decode())
    return tuple(left)


def _touched(step: Patch) -> set[str]:
    """Return what *step* changes: products, suggestions of products, note and voucher."""
    products = {*step.lines, *step.saved, *step.suggested}
    touched = {thing for sku in products for thing in _things(step, sku)}
    if step.note is not None:
        touched.add(_NOTE)
    if step.voucher is not None:
        touched.add(_VOUCHER)
    return touched


def _things(step: Patch, sku: Sku) -> tuple[str, ...]:
    """Return what *step* changes of a product, which is one thing in both lists: it moves."""
    line = (sku,) if sku in step.lines or sku in step.saved else ()
    return (*line, _SUGGESTED + sku) if sku in step.suggested else line


def _left_of(step: Step, touched: set[str]) -> set[str]:
    """Return products, note and voucher that *step* changes and no later change has *touched*."""
    products = {*step.lines, *step.saved, *step.suggested}
    left: set[str] = {sku for sku in products if touched.isdisjoint(_things(step, sku))}
    return left | (_touched(step) & {_NOTE, _VOUCHER} - touched)


def _as_patch(cart: Cart, step: Step, left: set[str]) -> Patch:
    """Return the patch that restores what is *left* of *step*."""
    return Patch(
        cart.rev + 1,
        {sku: line for sku, line in step.lines.items() if sku in left},
        {sku: line for sku, line in step.saved.items() if sku in left},
        step.note if _NOTE in left else None,
        step.voucher if _VOUCHER in left else None,
        suggested={sku: line for sku, line in step.suggested.items() if sku in left},
    )

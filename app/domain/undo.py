"""Undo: the inverses of the newest changes, kept with the cart."""

from app.domain.cart import Cart, Patch, UndoStack

UNDO_DEPTH = 10


def inverse(cart: Cart, patch: Patch) -> Patch:
    """Return the patch that takes *patch* back; `rev` is still the one that *patch* makes."""
    return Patch(
        patch.rev,
        {sku: cart.lines.get(sku) for sku in patch.lines},
        {sku: cart.saved.get(sku) for sku in patch.saved},
        None if patch.note is None else cart.note,
        None if patch.voucher is None else cart.voucher,
    )


def remember(cart: Cart, patch: Patch) -> UndoStack:
    """Return the undo stack of *cart* with the inverse of *patch* on top."""
    return (*cart.undo_stack[1 - UNDO_DEPTH :], inverse(cart, patch))


def undo_newest(cart: Cart) -> Patch:
    """Return the patch that undoes the newest change, of which there must be one."""
    return cart.undo_stack[-1]._replace(rev=cart.rev + 1)

"""What takes a change back: its opposite, kept with the cart."""

from app.domain.cart import Cart, Patch, UndoStack

UNDO_DEPTH = 10


def inverse(cart: Cart, patch: Patch) -> Patch:
    """Return what *cart* had where *patch* changes it, under the revision that *patch* makes."""
    return Patch(
        patch.rev,
        {sku: cart.lines.get(sku) for sku in patch.lines},
        {sku: cart.saved.get(sku) for sku in patch.saved},
        None if patch.note is None else cart.note,
        None if patch.voucher is None else cart.voucher,
    )


def remember(cart: Cart, patch: Patch) -> UndoStack:
    """Return the steps of *cart* with the opposite of *patch* as the newest."""
    return (*cart.undo_stack[1 - UNDO_DEPTH :], inverse(cart, patch))


def undo_newest(cart: Cart) -> Patch:
    """Return the patch that undoes the newest step, of which there must be one."""
    return cart.undo_stack[-1]._replace(rev=cart.rev + 1)
